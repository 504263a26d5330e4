// The client's side of a pod's shim (protocol.h).
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "runtime/init/handshake.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/process.h"
#include "runtime/model/layout.h"
#include "runtime/shim/protocol.h"

namespace podrun {

// What a shim needs of what a container says.
struct ShimStreams {
  Fd log_dir;
  Fd out, err;  // reading ends of pipes; empty with a terminal
  Fd in;        // writing end of its stdin; empty: it has none, or a terminal
  Fd message;   // the file for what it has to say of its end; empty: it has none
};

// A process that a shim has cloned for us, and that speaks with us.
struct NewProcess {
  ProcessId process;
  Fd pidfd;  // open, so that the pid is nobody else's
  init::Handshake handshake;
};

class ShimClient {
 public:
  ShimClient(ProcessId process, Channel control) : process_(process), control_(std::move(control)) {}
  // Greets a shim, and hears its answer before the first expect() returns. It is of this build: one that has just been
  // started, or else expect() fails with Kind::unsupported.
  static Result<ShimClient> greet(ProcessId process, Channel control);
  const ProcessId& process() const { return process_; }

  // `entry` and `pids`, a pidfd (protocol.h: into_pids), may be empty, `streams` null. launch() asks, expect() takes
  // the answer: between the two the client is free to do something else.
  Result<void> launch(shim::Launch request, const CgroupEntry& entry, const ShimStreams* streams,
                      const Fd& pids = Fd());
  Result<NewProcess> expect();

  // Gives it the master of the container's terminal, before the container may go.
  Result<void> keep(const std::string& key, const Fd& terminal);

  // Has it run `program` at that time (CLOCK_BOOTTIME, nanoseconds; 0: no time), and whenever a container has ended.
  // As with launch(), the answer may be taken later.
  Result<void> ask_for_alarm(std::int64_t when, std::vector<std::string> args, const Fd& program,
                             const CgroupEntry& entry);
  Result<void> expect_alarm();

 private:
  Result<void> hear_answer();

  Result<void> hear_greeting();

  bool is_greeting_ = false;
  ProcessId process_;
  Channel control_;
  std::vector<init::Handshake> asked_;  // in order; the answers come in the same
};

// A socket that listens at pods/ID/shim.sock, for the shim to accept from.
Result<Fd> listen_for_clients(const Layout& layout, const std::string& id);

// A new connection to the shim that runs, to be greeted. Kind::not_found when there is none. Who may not wait, since others
// wait for them, gets EAGAIN of a shim that takes nobody.
enum class Wait { yes, no };
Result<Channel> reach_shim(const Layout& layout, const std::string& id, Wait wait);

// The same, greeted, to a shim that is of this build afterwards: one of another, which could not read our
// plans, becomes the first of `programs`, podrun-shim opened, and has the second, podrun, look after the pod.
// Kind::not_found when there is none, Kind::unsupported when it cannot be renewed.
Result<Channel> connect_to_shim(const Layout& layout, const std::string& id,
                                const std::function<Result<std::array<Fd, 2>>()>& programs);

}  // namespace podrun
