// A plugin whose name leads to us, by a link in a directory that stands in front of CNI_PATH: what we were given is
// its.
#pragma once

#include <string>
#include <string_view>

#include "cni/base/result.h"
#include "cni/runner.h"

namespace cni::kit {

struct Behind {
  RunRequest request;  // of the first plugin of our name on CNI_PATH that is not in the directory of links
  std::string caller;  // the next above us that was started by such a link; empty: none
};
// `link`: the path that we were started by.
Result<Behind> behind_link(const std::string& link);

// Prints what it has printed and ends as it has: its exit status, or its signal.
Result<int> end_as(const RunOutcome& outcome);

}  // namespace cni::kit
