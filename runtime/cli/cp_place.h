// One side of a copy, as kubectl and docker have it.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun::cli {

struct CpPlace {
  std::string name_space = {};  // empty: that of the command line
  std::string pod = {};         // empty: on this machine
  std::string path;             // "-": stdin or stdout
  bool is_in_pod() const { return !pod.empty(); }
};

// "POD:PATH", "NAMESPACE/POD:PATH", or a path of this machine: one without a colon, or that begins with "/" or ".".
Result<CpPlace> parse_cp_place(const std::string& text);

}  // namespace podrun::cli
