// Between podrun and a pod's shim, over the socket the shim was started with:
//
//     client                                   shim
//       launch {what, into which} + fds ─────▶ clones; the new process speaks with the client itself (init/handshake.h)
//                                       ◀───── launched {pid} + pidfd        or error
//
// Descriptors of launch, in this order: the new process's end of the handshake channel · the v2 cgroup directory to be
// born in, if into_cgroup · `v1_tasks` cgroup v1 files to write "0" to · with `logged`: the directory of its log, then
// the reading ends of the container's stdout and stderr, both non-blocking.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/init/plan.h"
#include "runtime/model/plan.h"

namespace podrun::shim {

enum class MessageType : std::uint32_t { launch = 1, launched, error };

struct Launch {
  init::Role role = init::Role::pause;
  std::string key;          // the container's, "web.0"; names its exit file
  std::string log_name;     // of its log's file
  std::uint64_t join = 0;   // CLONE_NEW* of pause's namespaces to join: containers
  std::uint64_t fresh = 0;  // CLONE_NEW* to make
  std::string cgroup;       // directory of the container's cgroup, to end what is left in it
  bool into_cgroup = false;
  std::uint32_t v1_tasks = 0;
  bool logged = false;
  LogLimits log;
  std::int32_t oom_score_adj = 0;  // containers
};
template <class V>
void visit(V& v, Launch& l) {
  v(l.role, l.key, l.log_name, l.join, l.fresh, l.cgroup, l.into_cgroup, l.v1_tasks, l.logged, l.log, l.oom_score_adj);
}

struct Launched {
  std::int32_t pid = 0;
};

// What podrun leaves open for the shim it starts.
inline constexpr int kControl = 3;  // its end of the socket
inline constexpr int kBox = 4;      // the pod's directory, for exit files

}  // namespace podrun::shim
