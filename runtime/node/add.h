// A node made.
#pragma once

#include <string>

#include "runtime/node/record.h"
#include "runtime/sandbox/host.h"

namespace podrun {

struct NewNode {
  std::string name;
  LinkQuality link;  // of its link to the others, each way
};

// All of it, or nothing: what fails is undone. What a crash has left under the name is removed first. Errors: invalid
// (the name), exists, unsupported (the kernel has no such link quality), busy (no number is free).
Result<NodeRecord> add_node(const Host& host, const NewNode& wanted);

}  // namespace podrun
