// podrun restart: end containers and make them run again, on what they have written. Their pod goes on.
#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/each_pod.h"
#include "runtime/cli/end_containers.h"
#include "runtime/sandbox/start_container.h"
#include "runtime/sandbox/start_pod.h"

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

// Those that are to end. What is stopped has nobody who could, and is started.
Result<std::vector<ContainerRecord>> restarted_of(Host& host, const Pod& pod, const std::string& container) {
  if (pod.record.life.state == PodState::stopped && container.empty()) {
    TRY(start_pod(host, pod.record.plan.who.id));
    return std::vector<ContainerRecord>();
  }
  auto containers = TRY(containers_called(pod, container));
  TRY(check_that_it_stands(pod.record));  // else they would be ended, and that is all
  if (container.empty()) std::erase_if(containers, [](const auto& one) { return !is_to_be_restarted(one); });
  return containers;
}

Result<int> restart(Context& context, const RestartCommandOptions& options) {
  Host host = context.host();
  EndContainers how{.command = "restart", .done = "restarted", .grace = {}, .which = {}, .then = {}};
  if (options.grace_period) how.grace = std::chrono::seconds(*options.grace_period);
  how.which = [&](const Pod& pod) { return restarted_of(host, pod, options.container); };
  how.then = [&](const Pod& pod, const std::string& container) {
    return start_by_hand(host, pod.record.plan.who.id, container);
  };
  return end_containers(context, host, options.choice, how);
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
