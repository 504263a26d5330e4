// Into a node.
#pragma once

#include "runtime/model/layout.h"
#include "runtime/node/record.h"

namespace podrun {

// The process, which has one thread, goes over into the network, mount and UTS namespaces of whoever is behind `pidfd`,
// and stays in the working directory of the same path. False: there is none of that path, and it is in "/".
Result<bool> enter_namespaces(int pidfd);

// The same for a node that is ready, and into its cgroup: what runs in a node ends with it, a create that is under way
// too. Errors: not_found; busy while it is made or deleted.
Result<bool> enter_node(const Layout& layout, const std::string& name);

}  // namespace podrun
