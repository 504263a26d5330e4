// podrun lab commands: what a person would type to make a pod's network.
#include <fcntl.h>
#include <sched.h>

#include <memory>

#include "base/files.h"
#include "runtime/cli/lab_commands.h"
#include "runtime/cli/pods.h"
#include "runtime/packet/by_hand.h"

namespace podrun::cli {
namespace {

// The pod's namespaces beside that of its network, and with those of processes what belongs to them. Its users are left
// out: who types has none to give away, and no packet asks for them.
std::vector<std::string> unshare_options(const PodPlan& pod) {
  std::vector<std::string> options{"--pid", "--fork", "--kill-child", "--mount-proc"};
  if ((pod.namespaces.pause & CLONE_NEWIPC) != 0) options.emplace_back("--ipc");
  options.emplace_back("--uts");  // it is given a name
  return options;
}

Result<packet::OpenSpace> open_space(const std::string& name, const std::string& path) {
  packet::OpenSpace space;
  space.name = name;
  space.netns = TRY(base::open_file(path, O_RDONLY));
  return space;
}

Result<int> print_commands(Context& context, const std::vector<std::string>& words) {
  const std::string name = TRY(pod_name(words));
  TRY(context.require_root("lab commands"));
  const PodRecord pod = TRY(find_pod(context, name)).record;
  if (pod.plan.netns_path.empty())
    return Error{Kind::invalid, 0, "pod \"" + name + "\" has the machine's network, and nothing is made for it"};
  const auto inside = TRY(open_space("pod " + name, pod.plan.netns_path)
                              .in("pod \"" + name + "\" has no network namespace now"));
  const auto outside = TRY(open_space("host", "/proc/thread-self/ns/net"));
  packet::Wiring wiring;
  wiring.name = pod.plan.netns_path.substr(pod.plan.netns_path.rfind('/') + 1);
  wiring.hostname = pod.plan.hostname;
  wiring.unshare = unshare_options(pod.plan);
  wiring.words = {pod.plan.who.id};
  TRY(packet::read_wiring(outside, inside, wiring));
  for (const std::string& line : packet::commands_by_hand(wiring)) context.out.print(line + "\n");
  return 0;
}

}  // namespace

void lab_commands_command(Command& command, Context& context) {
  const auto words = std::make_shared<std::vector<std::string>>();
  command.words(*words, "POD", "Name of the pod", 1, 2);
  command.run([&context, words] { return print_commands(context, *words).in("lab commands"); });
}

}  // namespace podrun::cli
