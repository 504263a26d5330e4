// podrun lab commands: what a person would type to make a pod's network.
#include <fcntl.h>
#include <sched.h>

#include <memory>

#include "base/files.h"
#include "runtime/cli/lab_commands.h"
#include "runtime/cli/pods.h"
#include "runtime/image/attributes.h"
#include "runtime/packet/by_hand.h"

namespace podrun::cli {
namespace {

// The pod's namespaces beside those of its network and its users, which come first and own the others.
std::vector<std::string> other_namespaces(const PodPlan& pod) {
  std::vector<std::string> options;
  for (const auto& [flag, option] : {std::pair{CLONE_NEWNS, "--mount"}, std::pair{CLONE_NEWPID, "--pid"},
                                     std::pair{CLONE_NEWIPC, "--ipc"}, std::pair{CLONE_NEWUTS, "--uts"}})
    if ((pod.namespaces.pause & static_cast<std::uint64_t>(flag)) != 0) options.emplace_back(option);
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
  wiring.namespaces = other_namespaces(pod.plan);
  if (!pod.plan.namespaces.host_users)
    wiring.users = packet::WiredUsers{pod.life.id_base, pod.plan.ids ? pod.plan.ids->count : image::kIdCount};
  wiring.own_settings = pod.plan.sysctls;
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
