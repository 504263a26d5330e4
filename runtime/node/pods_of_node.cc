#include "runtime/node/pods_of_node.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/init/handshake.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/channel.h"
#include "runtime/kernel/process.h"
#include "runtime/node/enter.h"
#include "runtime/node/node_box.h"
#include "runtime/sandbox/recover.h"

namespace podrun {
namespace {

enum DeleterSaid : std::uint32_t { kDeleted = 1, kNotDeleted };

std::uint64_t inode_of(pid_t pid, const char* name) {
  struct stat info {};
  const std::string path = "/proc/" + std::to_string(pid) + "/ns/" + name;
  return ::stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

bool is_inside(pid_t pid, const NodeRecord& node) {
  return node.mounts != 0 && inode_of(pid, "mnt") == node.mounts && inode_of(pid, "net") == node.network;
}

// In the node.
Result<void> delete_pods(const Host& host, const DeleteOptions& options) {
  for (const Recovered& one : TRY(recover(host)))  // what was cut short there, also what has no record
    if (one.error) host.warn(one.what + ": " + one.error->what);
  TRY(base::check_interruption());
  const std::vector<PodRecord> pods = TRY(host.store.list());
  Result<void> first;
  const BeginEnd begin = [&](std::size_t number) { return begin_delete(host, pods[number].plan.who.id, options); };
  end_pods(pods.size(), begin, [&](std::size_t number, const Result<void>& ended) {
    const std::string& id = pods[number].plan.who.id;
    if (ended || !first || !base::path_exists(host.layout().box(id))) return;  // another may have taken it
    first = Result<void>(ended).in("delete its pod \"" + pods[number].plan.who.name + "\"");
  });
  return first;
}

[[noreturn]] void work_inside(const Channel& channel, const Host& host, const NodeRecord& node, const Fd& inside,
                              const DeleteOptions& options) {
  const auto work = [&]() -> Result<void> {
    TRY(enter_namespaces(inside.get()));
    HostOptions there = host.options;
    there.cgroup_parent = node.cgroup;
    return delete_pods(make_host(std::move(there), host.warn, host.plugin_says), options);
  };
  const auto done = work();
  static_cast<void>(channel.send(done ? kDeleted : kNotDeleted, done ? "" : init::pack(done.error())));
  ::_exit(0);
}

}  // namespace

std::optional<Fd> find_inside(const NodeRecord& node) {
  if (lives(node))
    if (auto holder = open_process(node.holder)) return std::move(*holder);
  const auto host = CgroupHost::discover();
  if (!host || node.boot_id != boot_id()) return std::nullopt;
  const auto processes = Cgroup(*host, node.cgroup).processes();
  if (!processes) return std::nullopt;
  for (const pid_t pid : *processes) {
    if (!is_inside(pid, node)) continue;
    Fd pidfd = open_pidfd(pid);
    if (pidfd && is_inside(pid, node)) return pidfd;  // still who was looked at
  }
  return std::nullopt;
}

Result<void> delete_pods_of_node(const Host& host, const NodeRecord& node, const Fd& inside,
                                 const DeleteOptions& options) {
  auto [ours, theirs] = TRY(Channel::pair());
  Fd pidfd;
  const pid_t pid = TRY(clone_process(0, &pidfd));
  if (pid == 0) {
    ours.close();
    work_inside(theirs, host, node, inside, options);
  }
  theirs.close();
  // It has our signal mask and our handlers, and a terminal's signals come to both; one that was sent to us alone is
  // passed on. What is done by then stays so, and what is not is there for another delete.
  if (base::interruption_fd() >= 0) {
    std::array<pollfd, 2> events{{{pidfd.get(), POLLIN, 0}, {base::interruption_fd(), POLLIN, 0}}};
    while (::poll(events.data(), events.size(), -1) < 0 && errno == EINTR) {
    }
    if (events[0].revents == 0) send_signal(pidfd.get(), base::interruption_signal());
  }
  next_ended(pid, 0);
  const auto said = ours.receive(std::chrono::milliseconds(0));
  if (!said) return Error{Kind::internal, 0, "delete the pods of node \"" + node.name + "\": whoever did was killed"};
  if (said->type == kNotDeleted) return init::unpack_error(said->body);
  return {};
}

}  // namespace podrun
