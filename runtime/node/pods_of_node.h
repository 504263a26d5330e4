// The pods of a node, ended from outside of it.
#pragma once

#include <chrono>
#include <optional>

#include "runtime/node/record.h"
#include "runtime/sandbox/delete_pod.h"

namespace podrun {

// A process in the node's network and mount namespaces: its holder or, where that was killed, one of its pods' shims.
// Empty where there is none: then nothing is left that a plugin could be asked to take away.
std::optional<Fd> find_inside(const NodeRecord& node);

// Deletes all pods of the node, side by side, as `podrun delete` does in it, by a process that is there.
Result<void> delete_pods_of_node(const Host& host, const NodeRecord& node, const Fd& inside,
                                 const DeleteOptions& options);

}  // namespace podrun
