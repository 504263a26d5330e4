// Where packets come from and go to.
#pragma once

#include <string>
#include <vector>

#include "cni/base/ip.h"

namespace cni::kit {

struct Place {
  std::string name;   // "pod-1", "host", "outside"
  std::string netns;  // path
  // What is sent from there is from the first of these that is of the family; empty: from what the kernel chooses.
  std::vector<base::IpAddress> sources = {};
  std::string device = {};  // and by that interface only; empty: by what the routes say
};

}  // namespace cni::kit
