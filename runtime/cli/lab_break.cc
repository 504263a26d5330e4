// podrun lab break: breaks something in a lab, and does not say what.
#include <charconv>
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/lab_commands.h"
#include "runtime/cli/lab_node.h"

namespace podrun::cli {
namespace {

struct LabBreakCommandOptions {
  std::vector<std::string> words;
};

Result<const LabBlock*> nth_break(const Lab& lab, const std::string& number) {
  std::vector<const LabBlock*> breaks;
  for (const LabBlock& block : lab.blocks)
    if (block.kind == LabBlock::Kind::breaking) breaks.push_back(&block);
  std::size_t wanted = 0;
  if (std::from_chars(number.data(), number.data() + number.size(), wanted).ptr != number.data() + number.size())
    wanted = 0;
  if (wanted >= 1 && wanted <= breaks.size()) return breaks[wanted - 1];
  return Error{Kind::invalid, 0,
               breaks.empty() ? "nothing can be broken in this lab"
                              : "expected a number from 1 to " + std::to_string(breaks.size()) + ", not '" + number + "'"};
}

Result<int> break_lab(Context& context, const LabBreakCommandOptions& options) {
  const Lab lab = TRY(find_lab(options.words.front()));
  const LabBlock* block = TRY(nth_break(lab, options.words.size() > 1 ? options.words[1] : "1"));
  TRY(context.require_root("lab break"));
  base::listen_for_interruption();
  const LabNode node = TRY(LabNode::of(context, lab.name));
  if (!node.exists())
    return Error{Kind::not_found, 0, "the lab is not there yet: 'podrun lab do " + options.words.front() + "'"};
  for (const std::string& command : block->commands) {
    const ProgramEnd end = TRY(node.run(command));
    if (end.code != 0) return Error{Kind::internal, 0, "'" + command + "': " + end.errors};
  }
  context.out.print("From " + block->from + ", " + block->to + " is not reached any more. Why?\n\n    podrun --node " +
                    node.name() + " explain " + block->from + " " + block->to + "\n");
  return 0;
}

}  // namespace

void lab_break_command(Command& command, Context& context) {
  const auto options = std::make_shared<LabBreakCommandOptions>();
  command.words(options->words, "LAB [NUMBER]", "One of 'podrun lab list', and which of its breaks; else the first", 1,
                2);
  command.run([&context, options] { return break_lab(context, *options).in("lab break"); });
}

}  // namespace podrun::cli
