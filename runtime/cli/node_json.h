// A node in the shape of a Kubernetes v1 Node, and as rows of a table.
#pragma once

#include "runtime/cli/kube_json.h"
#include "runtime/cli/table.h"
#include "runtime/node/record.h"

namespace podrun::cli {

struct SeenNode {
  NodeRecord record;
  bool lives = false;
  std::vector<std::string> pods;  // "NAMESPACE/NAME"
};

Json kube_node(const SeenNode& node);

// "Ready", "NotReady" (who held it has ended), "Creating", "Terminating".
std::string status_text(const SeenNode& node);

Row node_heading(bool wide);
Row node_row(const SeenNode& node, bool wide, std::int64_t now);  // nanoseconds since the epoch

}  // namespace podrun::cli
