// Which checks are run on which plugin in which version, in the order of the catalogue.
#pragma once

#include "kit/src/check.h"
#include "kit/src/subject.h"

namespace cni::kit {

struct Task {
  const Check* check = nullptr;
  std::size_t target = 0;  // of Subject::plugins; the last one for a check of the network
  Version version;
};

// Kind::invalid for an id or a version that there is not, and where no check is left.
Result<std::vector<Task>> plan(const Subject& subject, const Options& options);

}  // namespace cni::kit
