// Words in one line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cni::base {

inline std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string line;
  for (std::size_t i = 0; i < words.size(); ++i) line.append(i == 0 ? "" : between).append(words[i]);
  return line;
}

}  // namespace cni::base
