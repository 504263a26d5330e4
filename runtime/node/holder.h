// The process that holds a node's namespaces: pause, as in a pod, without any of a pod's limits. It waits in them,
// takes next to no memory, and goes when it is killed.
#pragma once

#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/channel.h"
#include "runtime/model/layout.h"
#include "runtime/node/record.h"

namespace podrun {

class Holder {
 public:
  // A new process in new namespaces, furnished (furnish.h), which ends with this object unless it is let go.
  static Result<Holder> start(const Layout& layout, const NodeRecord& node, const Cgroup& cgroup);

  const ProcessId& process() const { return process_; }
  const Fd& pidfd() const { return pidfd_; }
  // It becomes pause, and stays.
  Result<void> let_go();

 private:
  Holder(ProcessId process, Fd pidfd, Channel channel)
      : process_(process), pidfd_(std::move(pidfd)), channel_(std::move(channel)) {}
  ProcessId process_;
  Fd pidfd_;
  Channel channel_;
};

}  // namespace podrun
