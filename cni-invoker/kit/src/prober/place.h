// Where packets come from and go to.
#pragma once

#include <string>

namespace cni::kit {

struct Place {
  std::string name;   // "pod-1", "host", "outside"
  std::string netns;  // path
};

}  // namespace cni::kit
