// The mount table of the calling process.
#pragma once

#include <string>
#include <vector>

namespace cni::kit {

struct Mount {
  std::string target, type, root, options;
};
// In the order of /proc/self/mountinfo: what is mounted on another comes after it.
std::vector<Mount> mount_table();

}  // namespace cni::kit
