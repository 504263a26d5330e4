// Directories in one variable, as PATH and CNI_PATH have them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace cni::base {

// "/a:/b::/c" → {"/a", "/b", "/c"}
inline std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    if (end > begin) parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace cni::base
