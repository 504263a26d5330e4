// What happens between clone and the payload's exec, decided beforehand: a list of operations that init carries out in
// order. Sent by the client to the new process itself (handshake.h); the shim never reads it.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/kernel/mounts.h"
#include "runtime/model/process.h"

namespace podrun::wire {

template <class V>
void visit(V& v, Process& p) {
  v(p.args, p.env, p.cwd, p.uid, p.gid, p.groups, p.capabilities, p.ambient, p.no_new_privileges, p.seccomp,
    p.apparmor_profile, p.terminal);
}

}  // namespace podrun::wire

namespace podrun::init {

enum class Role : std::uint8_t {
  pause,      // pid 1 of the pod: makes the namespaces everybody else joins
  container,  // joins the pod's, in a root filesystem of its own
  exec,       // joins a container
};

// One thing to have in the new root. In this order of sources, so that the list can be read top to bottom. Its mount
// point is made where it is missing, as a directory or an empty file.
struct Mount {
  enum class Source : std::uint8_t {
    sent,        // the next descriptor that came with the plan: a detached mount, made by the client
    filesystem,  // a new instance, made inside: proc, sysfs, mqueue, devpts, cgroup, cgroup2, tmpfs
    pod,         // what pause has at `what`: /dev/shm, shared by all containers of the pod
    own,         // what the new root has at `what` by then, also at the target itself; a directory where nothing is
  };
  Source source = Source::filesystem;
  std::string what;  // filesystem type, or path in pause's root, or the new one
  std::string target;
  mounts::Options options;
  std::uint64_t attributes = 0;  // MOUNT_ATTR_*
  std::string sub_path;          // of Source::pod: what is mounted of it; made where it is missing
};

struct Root {
  std::string hostname;   // set when not empty: pause, which brings the UTS namespace
  bool loopback = false;  // bring `lo` up: pause
  // "net.ipv4.ping_group_range" and its value, of the namespaces that the process has of its own: pause. Through the
  // procfs among the mounts, before anything of that is masked.
  std::vector<std::pair<std::string, std::string>> sysctls;
  std::vector<Mount> mounts;           // the first is the root itself
  bool is_read_only = false;           // the root itself, once every mount point is made
  std::vector<std::string> masked;     // a file shows /dev/null, a directory an empty one
  std::vector<std::string> read_only;  // as it is, but read-only
};

struct Plan {
  Role role = Role::pause;
  bool new_user_namespace = true;  // false with hostUsers
  bool waits_for_go = false;       // a barrier between "ready" and the payload, for what the client has to do last
  Root root;
  Process process;
  std::vector<sock_filter> seccomp;  // the filter itself; empty: none
};

template <class V>
void visit(V& v, Mount& m) {
  v(m.source, m.what, m.target, m.options, m.attributes, m.sub_path);
}
template <class V>
void visit(V& v, Root& r) {
  v(r.hostname, r.loopback, r.sysctls, r.mounts, r.is_read_only, r.masked, r.read_only);
}
template <class V>
void visit(V& v, Plan& p) {
  v(p.role, p.new_user_namespace, p.waits_for_go, p.root, p.process, p.seccomp);
}

}  // namespace podrun::init
