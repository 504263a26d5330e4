// podrun stop: end what runs in pods, and keep what it has written.
#include <memory>

#include "base/interruption.h"
#include "runtime/cli/commands.h"
#include "runtime/cli/each_pod.h"
#include "runtime/cli/end_containers.h"
#include "runtime/cli/own_program.h"
#include "runtime/cli/pods.h"
#include "runtime/cli/print.h"
#include "runtime/sandbox/stop_pod.h"

namespace podrun::cli {
namespace {

struct StopCommandOptions {
  PodChoice choice;
  std::string container;
  std::optional<std::uint32_t> grace_period;
};

using Grace = std::optional<std::chrono::seconds>;

Result<int> stop_pods(Context& context, const PodChoice& choice, const Grace& grace) {
  TRY(context.require_root("stop"));
  const std::vector<PodTarget> targets = TRY(choose_pods(context, choice, "stop"));
  TRY(be_ready_to_end(context, targets));
  const Host host = context.host();
  base::listen_for_interruption();
  Failures failures;
  const auto begin = [&](std::size_t number) -> Result<PodEnd> {
    return begin_stop(host, TRY(find_id(host.store, targets[number].name_space, targets[number].name)), grace);
  };
  end_pods(targets.size(), begin, [&](std::size_t number, const Result<void>& result) {
    const std::string& name = targets[number].name;
    if (!result) return failures.add(Result<void>(result).in("stop pod \"" + name + "\"").error());
    say_acted(context, name, "stopped");
  });
  if (targets.empty()) note("No resources found");
  return failures.exit_code();
}

Result<int> stop_containers(Context& context, const StopCommandOptions& options, const Grace& grace) {
  const Host host = context.host();
  const auto called = [&](const Pod& pod) { return containers_called(pod, options.container); };
  return end_containers(context, host, options.choice,
                        {.command = "stop", .done = "stopped", .grace = grace, .which = called, .then = {}});
}

Result<int> stop(Context& context, const StopCommandOptions& options) {
  Grace grace;
  if (options.grace_period) grace = std::chrono::seconds(*options.grace_period);
  return options.container.empty() ? stop_pods(context, options.choice, grace)
                                   : stop_containers(context, options, grace);
}

}  // namespace

void stop_command(Command& command, Context& context) {
  const auto options = std::make_shared<StopCommandOptions>();
  add_pod_choice(command, options->choice);
  command.option("-c,--container", options->container, "NAME",
                 "This container alone; the pod goes on, and does not make it run again");
  command.option("-t,--grace-period", options->grace_period, "SECONDS",
                 "From the stop signal to SIGKILL, else the pod's own; 0 kills at once");
  command.run([&context, options] { return stop(context, *options); });
}

}  // namespace podrun::cli
