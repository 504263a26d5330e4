// What is known of a node: STATE/nodes/NAME/node.json.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/kernel/link_quality.h"
#include "runtime/kernel/process.h"
#include "runtime/kernel/types.h"

namespace podrun {

enum class NodeState { creating, ready, deleting };
const char* to_text(NodeState state);  // "ready"

struct NodeRecord {
  std::string name;
  std::uint32_t number = 0;  // its addresses follow from it (addresses.h); 0: not known
  NodeState state = NodeState::creating;
  std::string boot_id;       // the boot it was made in
  std::string cgroup;        // below each hierarchy's mount: "PARENT/podrun-node-NAME"
  ProcessId holder;          // the pause that holds its namespaces
  std::uint64_t mounts = 0;  // its namespaces by their inodes
  std::uint64_t network = 0;
  std::int64_t created_at = 0;  // nanoseconds since the epoch
  LinkQuality link;             // of its link to the others
};

std::string to_json(const NodeRecord& node);
// Kind::corrupt when the text is no record.
Result<NodeRecord> node_from_json(const std::string& text);

}  // namespace podrun
