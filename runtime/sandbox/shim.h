// The client's side of podrun-shim: start one, ask it for processes.
#pragma once

#include <string>
#include <vector>

#include "runtime/init/handshake.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/process.h"
#include "runtime/model/layout.h"
#include "runtime/model/plan.h"
#include "runtime/shim/protocol.h"

namespace podrun {

// podrun-shim or pause, to be executed: from beside the running program, else from where it was installed. A container
// whose root is the host's could overwrite it through /proc/self/exe (CVE-2019-5736): with `host_users` it stands on a
// read-only mount of its own. Where ids are mapped the file's owner is nobody to the container, which is as good and
// costs no mount.
Result<Fd> open_helper(const std::string& name, bool host_users);

// What a shim needs to keep a container's log: the log's directory, and what to read.
struct LogSource {
  Fd dir, out, err;
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
  const ProcessId& process() const { return process_; }

  // `entry` may be empty, `log` null. launch() asks, expect() takes the answer: between the two the client is free to
  // do something else.
  Result<void> launch(shim::Launch request, const CgroupEntry& entry, const LogSource* log);
  Result<NewProcess> expect();

 private:
  ProcessId process_;
  Channel control_;
  std::vector<init::Handshake> asked_;  // in order; the answers come in the same
};

// Starts podrun-shim, born in the pod's `aux`, in a session of its own, with the pod's box for its exit files and
// shim.log as its stderr. It lives until its last child has ended.
Result<ShimClient> start_shim(const Layout& layout, const PodPlan& pod, const Cgroup& cgroup);

}  // namespace podrun
