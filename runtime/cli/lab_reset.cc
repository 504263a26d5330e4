// podrun lab reset: takes a lab's node away.
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/lab_commands.h"
#include "runtime/cli/lab_node.h"

namespace podrun::cli {
namespace {

struct LabResetCommandOptions {
  std::vector<std::string> words;
  bool all = false;
};

Result<int> reset_labs(Context& context, LabResetCommandOptions options) {
  if (options.all == !options.words.empty())
    return Error{Kind::invalid, 0, options.all ? "--all and names exclude each other" : "expected labs, or --all"};
  TRY(context.require_root("lab reset"));
  base::listen_for_interruption();
  if (options.all)
    for (const LabPage& page : lab_pages()) options.words.emplace_back(page.name);
  std::vector<std::string> names;  // files by where we are, before we leave
  for (const std::string& word : options.words) names.push_back(TRY(find_lab(word)).name);
  for (const std::string& name : names) {
    TRY(TRY(LabNode::of(context, "check-" + name)).remove());  // of a check that was killed
    const LabNode node = TRY(LabNode::of(context, name));
    if (!node.exists()) continue;
    TRY(node.remove());
    context.out.print("lab/" + name + " reset\n");
  }
  return 0;
}

}  // namespace

void lab_reset_command(Command& command, Context& context) {
  const auto options = std::make_shared<LabResetCommandOptions>();
  command.words(options->words, "LAB", "One of 'podrun lab list', or a page of your own: FILE.md");
  command.flag("--all", options->all, "Every lab of 'podrun lab list'");
  command.run([&context, options] { return reset_labs(context, *options).in("lab reset"); });
}

}  // namespace podrun::cli
