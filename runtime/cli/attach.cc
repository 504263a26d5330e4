// podrun attach: see what a container prints from now on, and type into it.
#include "runtime/sandbox/attach.h"

#include <memory>

#include "runtime/cli/attached.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/pods.h"

namespace podrun::cli {
namespace {

struct AttachCommandOptions {
  std::vector<std::string> words;
  std::string container;
  AttachOptions attach;
  bool no_stdin = false;
  bool quiet = false;
};

// What the container has not, whoever attaches cannot have either.
Result<void> fit_to_container(const ContainerPlan& container, AttachOptions& options) {
  if (options.with_stdin && !container.stdio.has_stdin)
    return Error{
        Kind::invalid, 0,
        "container \"" + container.name + "\" has no stdin (its manifest says nothing of 'stdin: true'); leave out -i"};
  settle_terminal(options.terminal);
  if (!options.terminal || container.process.terminal) return {};
  options.terminal = false;
  warn("container \"" + container.name + "\" has no terminal; going on without one");
  return {};
}

Result<int> attach(Context& context, AttachCommandOptions& options) {
  TRY(context.require_root("attach"));
  const std::string name = TRY(pod_name(options.words).in("attach"));
  const Pod pod = TRY(find_pod(context, name));
  const ContainerRecord& container = *TRY(choose_container(pod, options.container, options.quiet));
  if (options.no_stdin) options.attach.with_stdin = false;
  TRY(fit_to_container(container.plan, options.attach).in("attach"));
  const Host host = context.host();
  const Signals signals = TRY(Signals::take());
  auto attachment = TRY(
      podrun::attach(host, pod.record, container.plan, options.attach.with_stdin).in("attach to pod \"" + name + "\""));
  if (options.attach.with_stdin && !attachment.in)
    warn("the stdin of container \"" + container.plan.name + "\" was for the first client alone, and has ended");
  const Left left =
      TRY(stay_attached(std::move(attachment), options.attach, signals).in("attached to pod \"" + name + "\""));
  if (left.by_keys) return 0;
  if (left.by_signal != 0) return 128 + left.by_signal;
  return exit_code_of(host.layout(), pod.record, container);
}

}  // namespace

void attach_command(Command& command, Context& context) {
  const auto options = std::make_shared<AttachCommandOptions>();
  command.words(options->words, "POD", "Name of the pod", 1, 2);
  command.option("-c,--container", options->container, "NAME", "Container; else the pod's first");
  command.flag("-i,--stdin", options->attach.with_stdin, "Pass stdin on to the container");
  command.flag("-t,--tty", options->attach.terminal, "Stdin is a terminal, and the container has one");
  command.flag("--no-stdin", options->no_stdin, "Only look on, whatever -i says");
  add_detach_keys(command, options->attach.detach_keys);
  command.flag("-q,--quiet", options->quiet, "Say nothing about which container was chosen");
  command.run([&context, options] { return attach(context, *options); });
}

}  // namespace podrun::cli
