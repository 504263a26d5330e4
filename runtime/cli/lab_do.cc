// podrun lab do: types the commands of a lab, and shows them as they are typed.
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/lab_commands.h"
#include "runtime/cli/lab_node.h"

namespace podrun::cli {
namespace {

struct LabDoCommandOptions {
  std::vector<std::string> words;
  std::optional<std::uint32_t> steps;
};

Result<int> do_step(Context& context, const LabNode& node, const LabBlock& step) {
  context.out.print("\n" + step.heading + "\n\n");
  for (const std::string& command : step.commands) {
    context.out.print(typed(command));
    TRY(context.out.flush());
    const ProgramEnd end = TRY(node.run(command));
    context.out.print(end.errors);
    TRY(context.out.flush());
    if (end.code == 0) continue;
    say("that ended with " + std::to_string(end.code) + "; 'podrun lab reset' begins anew");
    return 1;
  }
  return 0;
}

Result<int> do_lab(Context& context, const LabDoCommandOptions& options) {
  const Lab lab = TRY(find_lab(options.words.front()));
  TRY(context.require_root("lab do"));
  base::listen_for_interruption();
  const LabNode node = TRY(LabNode::of(context, lab.name));
  if (!node.exists()) TRY(node.make());
  const std::size_t done = TRY(node.steps_done());
  if (done == 0)
    if (const auto lacking = TRY(lacking_for(node, lab)))
      return Error{Kind::unsupported, 0, "the lab cannot be played on this machine: '" + *lacking + "' fails"};
  std::size_t number = 0, left = options.steps.value_or(static_cast<std::uint32_t>(lab.blocks.size()));
  for (const LabBlock& block : lab.blocks) {
    if (block.kind != LabBlock::Kind::step || ++number <= done) continue;
    if (left-- == 0) break;
    if (const int code = TRY(do_step(context, node, block)); code != 0) return code;
    TRY(node.note_steps_done(number));
  }
  if (number == done) note("All of it was done before; 'podrun lab reset " + options.words.front() + "' begins anew");
  context.out.print("\nTo look around: podrun node exec " + node.name() + " -- sh\n");
  return 0;
}

}  // namespace

void lab_do_command(Command& command, Context& context) {
  const auto options = std::make_shared<LabDoCommandOptions>();
  command.words(options->words, "LAB", "One of 'podrun lab list', or a page of your own: FILE.md", 1, 1);
  command.option("--steps", options->steps, "NUMBER", "Only the next so many; else all that are left");
  command.run([&context, options] { return do_lab(context, *options).in("lab do"); });
}

}  // namespace podrun::cli
