// podrun kill: a signal to the first process of containers.
#include <csignal>
#include <memory>

#include "runtime/cli/commands.h"
#include "runtime/cli/each_pod.h"
#include "runtime/kernel/signals.h"
#include "runtime/sandbox/stop_container.h"

namespace podrun::cli {
namespace {

struct KillCommandOptions {
  PodChoice choice;
  std::string container;
  std::string signal = "KILL";
};

Result<int> kill(Context& context, const KillCommandOptions& options) {
  const int signal = TRY(parse_signal(options.signal).in("kill: --signal"));
  return each_pod(context, options.choice, "kill", "killed", [&](const Pod& pod) -> Result<void> {
    bool any = false;
    for (const ContainerRecord& container : TRY(containers_called(pod, options.container))) {
      auto sent = signal_container(container, signal);
      any = any || sent;
      if (!sent && !options.container.empty()) return sent;
    }
    return any ? Result<void>() : Error{Kind::not_found, ESRCH, "none of its containers is running"};
  });
}

}  // namespace

void kill_command(Command& command, Context& context) {
  const auto options = std::make_shared<KillCommandOptions>();
  add_pod_choice(command, options->choice);
  command.option("-c,--container", options->container, "NAME", "This container alone, instead of all of the pod");
  command.option("-s,--signal", options->signal, "SIGNAL", "By name or number").shows("KILL");
  command.run([&context, options] { return kill(context, *options); });
}

}  // namespace podrun::cli
