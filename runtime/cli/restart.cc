// podrun restart: end containers and make them run again, on what they have written. Their pod goes on.
#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/each_pod.h"
#include "runtime/sandbox/start_container.h"
#include "runtime/sandbox/start_pod.h"
#include "runtime/sandbox/stop_container.h"

namespace podrun::cli {
namespace {

struct RestartCommandOptions {
  PodChoice choice;
  std::string container;
  std::optional<std::uint32_t> grace_period;
};

// Init containers have done their work, ephemeral ones run once, and those whose turn has not come have nothing to end.
bool is_to_be_restarted(const ContainerRecord& container) {
  const bool has_begun = !container.life.process.empty() || !container.life.failure.empty();
  return has_begun && container.plan.role != ContainerRole::init && container.plan.role != ContainerRole::ephemeral;
}

Result<void> restart_container(Host& host, const Pod& pod, const ContainerRecord& container,
                               std::optional<std::chrono::seconds> grace) {
  const std::string& id = pod.record.plan.who.id;
  const auto held = TRY(hold_container(host, id, container.plan.name));  // nobody else makes it run again meanwhile
  if (auto stopped = stop_container(host, pod.record, held, grace); !stopped) {
    (void)hold_container(host, id, container.plan.name, false);
    return stopped;
  }
  return start_by_hand(host, id, container.plan.name);
}

Result<void> restart_pod(Host& host, const Pod& pod, const std::string& container,
                         std::optional<std::chrono::seconds> grace) {
  const std::string& id = pod.record.plan.who.id;
  if (pod.record.life.state == PodState::stopped && container.empty()) {
    TRY(start_pod(host, id));
    return {};
  }
  const auto containers = TRY(containers_called(pod, container));
  TRY(check_that_it_stands(pod.record));  // else they would be ended, and that is all
  for (const ContainerRecord& one : containers)
    if (!container.empty() || is_to_be_restarted(one)) TRY(restart_container(host, pod, one, grace));
  return {};
}

Result<int> restart(Context& context, const RestartCommandOptions& options) {
  Host host = context.host();
  std::optional<std::chrono::seconds> grace;
  if (options.grace_period) grace = std::chrono::seconds(*options.grace_period);
  return each_pod(context, options.choice, "restart", "restarted",
                  [&](const Pod& pod) { return restart_pod(host, pod, options.container, grace); });
}

}  // namespace

void restart_command(Command& command, Context& context) {
  const auto options = std::make_shared<RestartCommandOptions>();
  add_pod_choice(command, options->choice);
  command.option("-c,--container", options->container, "NAME", "This container alone, instead of all of the pod");
  command.option("-t,--grace-period", options->grace_period, "SECONDS",
                 "From the stop signal to SIGKILL, else the pod's own; 0 kills at once");
  command.run([&context, options] { return restart(context, *options); });
}

}  // namespace podrun::cli
