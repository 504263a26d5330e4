// podrun restart: end containers and make them run again, on what they have written. Their pod goes on.
#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/each_pod.h"
#include "runtime/sandbox/start_container.h"
#include "runtime/sandbox/start_pod.h"
#include "runtime/sandbox/stop_container.h"

namespace podrun::cli {
namespace {

struct Options {
  PodChoice choice;
  std::string container;
  std::optional<std::uint32_t> grace_period;
};

Result<void> restart_pod(Host& host, const Pod& pod, const std::string& container,
                         std::optional<std::chrono::seconds> grace) {
  const std::string& id = pod.record.plan.who.id;
  if (pod.record.life.state == PodState::stopped && container.empty()) {
    TRY(start_pod(host, id));
    return {};
  }
  for (const ContainerRecord& one : TRY(containers_called(pod, container))) {
    const bool has_begun = !one.life.process.empty() || !one.life.failure.empty();
    if (!has_begun && container.empty()) continue;  // its turn has not come
    TRY(hold_container(host, id, one.plan.name));   // nobody else makes it run again meanwhile
    TRY(stop_container(host, pod.record, one, grace));
    TRY(start_container(host, id, one.plan.name, {}));
  }
  return {};
}

Result<int> restart(Context& context, const Options& options) {
  Host host = context.host();
  std::optional<std::chrono::seconds> grace;
  if (options.grace_period) grace = std::chrono::seconds(*options.grace_period);
  return each_pod(context, options.choice, "restart", "restarted",
                  [&](const Pod& pod) { return restart_pod(host, pod, options.container, grace); });
}

}  // namespace

void restart_command(Command& command, Context& context) {
  const auto options = std::make_shared<Options>();
  add_pod_choice(command, options->choice);
  command.option("-c,--container", options->container, "NAME", "This container alone, instead of all of the pod");
  command.option("-t,--grace-period", options->grace_period, "SECONDS",
                 "From the stop signal to SIGKILL, else the pod's own; 0 kills at once");
  command.run([&context, options] { return restart(context, *options); });
}

}  // namespace podrun::cli
