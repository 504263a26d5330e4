// What a pod's shim is asked, over SEQPACKET connections: the one it is started with, and those that clients make to
// pods/ID/shim.sock, hours later. One request at a time on a connection; any may be answered by error {kind, errno,
// what}.
//
//     client                                   shim
//       hello {build} ───────────────────────▶ ◀── hello {build}
//       renew {} + podrun-shim, podrun ──────▶ where the builds differ: becomes the first, which goes on with the same
//                                              children, clients and descriptors, and wakes the second from then on
//                                              ◀── hello {build}
//       launch {what, into which} + fds ─────▶ clones; the new process speaks with the client itself (init/handshake.h)
//                                              ◀── launched {pid} + pidfd
//       keep {key} + master of its terminal ─▶ ◀── done    only then does the client let it go
//       attach {key, input, once} + out, err ▶ ◀── attached {terminal} + its stdin    when the container is there
//                                                          lasts until the connection's end, or the container's
//       shutdown(2) for writing ─────────────▶ where its stdin is this client's alone, that ends
//       log {key} + file ────────────────────▶ ◀── done    what is read from now on goes there
//       alarm {when, program} + fds ─────────▶ ◀── done    runs that then, and whenever a container has ended
//
// Descriptors of launch, in this order: the new process's end of the handshake channel · the v2 cgroup directory to be
// born in, if into_cgroup · `v1_tasks` cgroup v1 files to write "0" to · with into_pids: the process whose pid
// namespace it is born in, a pidfd · with `logged`: the directory of its log and, unless it has a terminal, the reading
// ends of the container's stdout and stderr, both non-blocking · with has_input: the writing end of its stdin · with
// has_message: the file that its message is read from when it has ended.
// Of attach: the writing ends of the client's pipes, both non-blocking; with a terminal all goes to the first.
// Of alarm: the program, and the cgroup as for launch; none where the alarm is called off.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/init/plan.h"
#include "runtime/model/plan.h"

namespace podrun::shim {

// What two builds say to each other comes first, and keeps its number and its form: hello, renew and error.
enum class MessageType : std::uint32_t {
  hello = 1,
  renew,
  error,
  launch,
  launched,
  keep,
  attach,
  attached,
  log,
  alarm,
  done,
};

// Of what is made of the same sources, so that a plan means the same on both sides: a shim runs the init that it was
// built with.
struct Hello {
  std::string build;
};
template <class V>
void visit(V& v, Hello& h) {
  v(h.build);
}

struct Launch {
  init::Role role = init::Role::pause;
  std::string key;          // the container's, "web.0"; names its exit file
  std::string log_name;     // of its log's file
  std::uint64_t join = 0;   // CLONE_NEW* of pause's namespaces to join: containers
  std::uint64_t fresh = 0;  // CLONE_NEW* to make
  std::string cgroup;       // directory of the container's cgroup, to end what is left in it
  bool into_cgroup = false;
  std::uint32_t v1_tasks = 0;
  bool into_pids = false;  // of a container that is there already, instead of pause's or its own
  bool logged = false;
  bool terminal = false;  // its output comes by a terminal, which is kept when it is there
  bool has_input = false;
  bool input_once = false;  // its stdin ends with the first client that wrote to it
  bool has_message = false;
  LogLimits log;
  std::int32_t oom_score_adj = 0;  // containers
};
template <class V>
void visit(V& v, Launch& l) {
  v(l.role, l.key, l.log_name, l.join, l.fresh, l.cgroup, l.into_cgroup, l.v1_tasks, l.into_pids, l.logged, l.terminal,
    l.has_input, l.input_once, l.has_message, l.log, l.oom_score_adj);
}

struct Launched {
  std::int32_t pid = 0;
};

struct Keep {
  std::string key;
};
template <class V>
void visit(V& v, Keep& k) {
  v(k.key);
}

struct Attach {
  std::string key;
  bool input = false;
};
template <class V>
void visit(V& v, Attach& a) {
  v(a.key, a.input);
}

struct Attached {
  bool terminal = false;
  bool has_input = false;  // a descriptor of it comes along
};

struct Alarm {
  std::int64_t when = 0;  // CLOCK_BOOTTIME, nanoseconds; 0: at the next end of a container only
  std::vector<std::string> args;
  std::uint32_t v1_tasks = 0;
  bool into_cgroup = false;
};
template <class V>
void visit(V& v, Alarm& a) {
  v(a.when, a.args, a.v1_tasks, a.into_cgroup);
}

// What podrun leaves open for the shim it starts.
inline constexpr int kControl = 3;  // its end of the first connection
inline constexpr int kBox = 4;      // the pod's directory, for exit files
inline constexpr int kSocket = 5;   // listens, as pods/ID/shim.sock

}  // namespace podrun::shim
