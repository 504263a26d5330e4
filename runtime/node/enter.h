// Into a node.
#pragma once

#include "runtime/model/layout.h"
#include "runtime/node/record.h"

namespace podrun {

// The process, which has one thread, goes over into the network, mount and UTS namespaces of whoever is behind `pidfd`,
// and stays in the working directory of the same path. False: there is none of that path, and it is in "/".
Result<bool> enter_namespaces(int pidfd);

// The same for a node that is ready. Errors: not_found; busy while it is made or deleted.
Result<bool> enter_node(const Layout& layout, const std::string& name);

// Has the calling process be in the node's cgroup, so that it ends with the node. Before it enters.
Result<void> join_cgroup(const NodeRecord& node);

}  // namespace podrun
