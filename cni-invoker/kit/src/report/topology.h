// Which ways packets were sent, drawn: pods on the left, the host in the middle, what is outside on the right.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "cni/kit.h"

namespace cni::kit {

// A way that was tried, and whether it is what a check failed for: it did not end as it is to, or came from an address
// that is none of its sender's.
struct Way {
  const SeenPath* path;
  bool wrong;
};
// Of one result. A check ends with the first thing that is wrong, so of one that failed for no other it is the last.
std::vector<Way> ways_of(const CheckResult& result);

// Values of templates::topology; null without ways. Those between the same two places are one line, which is marked
// where one of them is wrong.
nlohmann::json topology(const std::vector<Way>& ways);

}  // namespace cni::kit
