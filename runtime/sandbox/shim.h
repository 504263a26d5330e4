// The client's side of podrun-shim: start one, ask it for processes.
#pragma once

#include <string>
#include <vector>

#include "runtime/init/handshake.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/process.h"
#include "runtime/shim/protocol.h"

namespace podrun {

// podrun-shim or pause, to be executed: from beside the running program, else from where it was installed. A container
// whose root is the host's could overwrite it through /proc/self/exe (CVE-2019-5736): with `host_users` it stands on a
// read-only mount of its own. Where ids are mapped the file's owner is nobody to the container, which is as good and
// costs no mount.
Result<Fd> open_helper(const std::string& name, bool host_users);

class Shim {
 public:
  // Starts podrun-shim, born in `aux`, in a session of its own, with `box` (the pod's directory) for its exit files and
  // `log_path` as its stderr. It lives until its last child has ended.
  static Result<Shim> start(const std::string& id, bool host_users, const CgroupEntry& aux, const std::string& box,
                            const std::string& log_path);

  const ProcessId& process() const { return process_; }

  struct Launched {
    ProcessId process;
    Fd pidfd;
    init::Handshake handshake;
  };
  // `entry` and `logged` (directory of the log, stdout and stderr to read from) as in shim/protocol.h; both may be
  // empty. launch() asks, expect() takes the answer: between the two the client is free to do something else.
  Result<void> launch(shim::Launch request, const CgroupEntry& entry, const std::vector<int>& logged);
  Result<Launched> expect();

 private:
  ProcessId process_;
  Channel control_;
  std::vector<init::Handshake> asked_;  // in order; the answers come in the same
};

}  // namespace podrun
