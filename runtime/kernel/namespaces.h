// The seven namespaces by their kernel names, and the operations on them.
#pragma once

#include <sched.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/netns.h"
#include "runtime/kernel/types.h"

namespace podrun {

struct NamespaceKind {
  const char* name;  // the file in /proc/PID/ns
  std::uint64_t flag;
};
inline constexpr std::array<NamespaceKind, 7> kNamespaces{{{"user", CLONE_NEWUSER},
                                                           {"mnt", CLONE_NEWNS},
                                                           {"uts", CLONE_NEWUTS},
                                                           {"ipc", CLONE_NEWIPC},
                                                           {"pid", CLONE_NEWPID},
                                                           {"net", CLONE_NEWNET},
                                                           {"cgroup", CLONE_NEWCGROUP}}};

// Namespace inodes of a process, by name, as `readlink /proc/PID/ns/*` shows them.
Result<std::map<std::string, std::uint64_t>> namespace_inodes(pid_t pid);

// An open namespace of a process; the caller made sure that the pid still is who it thinks (a pidfd held open and
// alive).
Result<Fd> open_namespace(pid_t pid, const char* name);

// Gives the namespace of `pid` its map: container id 0.. → host id `base`.., `count` ids, users and groups alike.
Result<void> write_id_maps(pid_t pid, std::uint32_t base, std::uint32_t count);

// Brings the loopback link of the caller's network namespace up.
Result<void> bring_loopback_up();

// Network namespaces pinned by a bind mount, as ip-netns(8) does, so that `ip netns exec` finds them.
namespace netns {
// What ip-netns(8) makes of its directory: a shared mount over itself.
Result<void> make_directory(const std::string& path);
// Makes `path` and mounts the namespace there. A file that exists already is Kind::exists; nothing is left on failure.
// Its directory becomes what ip-netns(8) makes of it, a shared mount over itself: else the first `ip netns add` of a
// boot would do that, over what is pinned there.
Result<void> pin(int ns_fd, const std::string& path);
// Whether it is `ours` that is pinned there.
bool is_pinned(const std::string& path, const base::NetnsIdentity& ours);
// pin() where the pin has been taken away, by ip-netns(8) say. Kind::busy when another namespace has the path.
Result<void> pin_again(int ns_fd, const std::string& path);
// Unmounts (lazily) and unlinks, also below a mount that hides it; absent is success, and so is another namespace than
// `ours`, which somebody else has pinned there meanwhile and which stays. Kind::busy when such a one hides ours. An
// identity of which nothing is known is that of any namespace.
Result<void> unpin(const std::string& path, const base::NetnsIdentity& ours);
}  // namespace netns

}  // namespace podrun
