// Whether we are in a node (runtime/node), as its own state directory says, and where the machine has that directory.
#pragma once

#include <string>

#include "runtime/kernel/types.h"
#include "runtime/model/layout.h"

namespace podrun {

struct OwnNode {
  std::string name;    // empty: in none, but on the machine itself
  std::string cgroup;  // below each hierarchy's mount; all that is in the node is in it
};

Result<OwnNode> own_node(const Layout& layout);
// For the machine: where the records of a node's pods are. Images are the machine's own.
Layout layout_of_node(const Layout& machine, const std::string& name);

// What own_node() reads, for who makes a node.
std::string own_node_text(const OwnNode& node);

}  // namespace podrun
