// podrun start: make stopped pods run again, or containers that have ended.
#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/each_pod.h"
#include "runtime/sandbox/start_pod.h"

namespace podrun::cli {
namespace {

struct StartCommandOptions {
  PodChoice choice;
  std::string container;
};

Result<int> start_pods(Context& context, const StartCommandOptions& options) {
  Host host = context.host();
  return each_pod(context, options.choice, "start", "started", [&](const Pod& pod) -> Result<void> {
    const std::string& id = pod.record.plan.who.id;
    if (options.container.empty()) {
      TRY(start_pod(host, id));
      return {};
    }
    for (const ContainerRecord& container : TRY(containers_called(pod, options.container)))
      TRY(start_by_hand(host, id, container.plan.name));
    return {};
  });
}

}  // namespace

void start_command(Command& command, Context& context) {
  const auto options = std::make_shared<StartCommandOptions>();
  add_pod_choice(command, options->choice);
  command.option("-c,--container", options->container, "NAME",
                 "This container alone, which has ended in a pod that runs");
  command.run([&context, options] { return start_pods(context, *options); });
}

}  // namespace podrun::cli
