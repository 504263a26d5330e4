// What is between the nodes: a network namespace of its own with a bridge in it, so that the machine has neither. It
// is pinned at STATE/fabric, comes with the first node and goes with the last.
#pragma once

#include "runtime/model/layout.h"
#include "runtime/node/record.h"

namespace podrun {

inline constexpr const char* kFabricBridge = "fabric0";
inline constexpr const char* kNodeLink = "eth0";

// The bridge's port that leads to a node: "port3".
std::string port_of_node(std::uint32_t number);

Result<void> make_fabric(const Layout& layout);

// Gives the node eth0, with its addresses, and the fabric the other end. `netns` is the node's.
Result<void> join_fabric(const Layout& layout, const NodeRecord& node, const Fd& netns);

// Takes the link away at both ends, whoever still is in the node.
Result<void> part_from_fabric(const Layout& layout, const NodeRecord& node);

// Where no node is left.
Result<void> remove_unused_fabric(const Layout& layout);

}  // namespace podrun
