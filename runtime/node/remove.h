// A node deleted.
#pragma once

#include <string>

#include "runtime/node/node_box.h"
#include "runtime/sandbox/delete_pod.h"

namespace podrun {

// "PARENT/podrun-node-NAME": what is in the node is in it.
std::string cgroup_of_node(const Host& host, const std::string& name);

// Its record or, where that cannot be read, what follows from its name.
NodeRecord remains_of_node(const Host& host, const NodeBox& box);

// Deletes its pods, with the DELs of their networks, then all that is the node's; the fabric goes with the last node.
// It needs the record alone, and a step with nothing to do succeeds: it is the end of a node that is deleted, of one
// whose making failed, and of one that died. `options` are for its pods. What fails stays, for another to go on;
// with `force` only pods do not keep the node from going.
Result<void> take_node_down(const Host& host, const NodeBox& box, NodeRecord node, const DeleteOptions& options);

// The same of a node by its name. Kind::not_found; Kind::busy while another process is at work on it.
Result<void> delete_node(const Host& host, const std::string& name, const DeleteOptions& options);

}  // namespace podrun
