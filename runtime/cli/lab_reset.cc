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
  for (const std::string& word : options.words) {
    const LabNode node = TRY(LabNode::of(context, TRY(find_lab(word)).name));
    if (!TRY(node.exists())) continue;
    TRY(node.remove());
    context.out.print("lab/" + word + " reset\n");
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
