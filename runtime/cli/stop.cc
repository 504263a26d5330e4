// podrun stop: end what runs in pods, and keep what it has written.
#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/each_pod.h"
#include "runtime/sandbox/stop_container.h"
#include "runtime/sandbox/stop_pod.h"

namespace podrun::cli {
namespace {

struct StopCommandOptions {
  PodChoice choice;
  std::string container;
  std::optional<std::uint32_t> grace_period;
};

Result<int> stop(Context& context, const StopCommandOptions& options) {
  const Host host = context.host();
  std::optional<std::chrono::seconds> grace;
  if (options.grace_period) grace = std::chrono::seconds(*options.grace_period);
  return each_pod(context, options.choice, "stop", "stopped", [&](const Pod& pod) -> Result<void> {
    if (options.container.empty()) return stop_pod(host, pod.record.plan.who.id, grace);
    for (const ContainerRecord& container : TRY(containers_called(pod, options.container)))
      TRY(stop_container(host, pod.record, TRY(hold_container(host, pod.record.plan.who.id, container.plan.name)),
                         grace));
    return {};
  });
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
