// podrun lab list: which labs there are, and how far each has come.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "runtime/cli/lab_commands.h"
#include "runtime/cli/lab_node.h"
#include "runtime/cli/print.h"
#include "runtime/cli/table.h"

namespace podrun::cli {
namespace {

struct LabLine {
  Lab lab;
  std::size_t steps = 0, breaks = 0;
  std::optional<std::size_t> done;  // none: it has no node
};

std::size_t count(const Lab& lab, LabBlock::Kind kind) {
  return static_cast<std::size_t>(
      std::ranges::count_if(lab.blocks, [kind](const LabBlock& block) { return block.kind == kind; }));
}

Result<std::vector<LabLine>> list_labs(const Context& context) {
  std::vector<LabLine> lines;
  for (const LabPage& page : lab_pages()) {
    LabLine line;
    line.lab = TRY(parse_lab(std::string(page.name), std::string(page.text)));
    line.steps = count(line.lab, LabBlock::Kind::step);
    line.breaks = count(line.lab, LabBlock::Kind::breaking);
    const LabNode node = TRY(LabNode::of(context, line.lab.name));
    if (node.exists()) line.done = TRY(node.steps_done());
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string progress(const LabLine& line) {
  const std::string steps = std::to_string(line.steps);
  return line.done ? std::to_string(*line.done) + "/" + steps : steps;
}

Result<int> print_labs(Context& context, const std::string& output) {
  const std::vector<LabLine> lines = TRY(list_labs(context));
  if (is_document(output)) {
    Json documents = Json::array();
    for (const LabLine& line : lines)
      documents.push_back({{"name", line.lab.name},
                           {"title", line.lab.title},
                           {"summary", line.lab.summary},
                           {"steps", line.steps},
                           {"breaks", line.breaks},
                           {"stepsDone", line.done ? Json(*line.done) : Json()}});
    print_document(context.out, output, documents);
  } else if (output == "name") {
    for (const LabLine& line : lines) context.out.print("lab/" + line.lab.name + "\n");
  } else {
    std::vector<Row> rows{{"NAME", "STEPS", "BREAKS", "TITLE"}};
    for (const LabLine& line : lines)
      rows.push_back({line.lab.name, progress(line), std::to_string(line.breaks), line.lab.title});
    context.out.print(table(rows));
  }
  return 0;
}

}  // namespace

void lab_list_command(Command& command, Context& context) {
  const auto output = std::make_shared<std::string>();
  add_output(command, *output, {"json", "yaml", "name"});
  command.run([&context, output] { return print_labs(context, *output).in("lab list"); });
}

}  // namespace podrun::cli
