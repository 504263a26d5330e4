// Nodes as they are typed: {"n1", "n2"}, and with kubectl's words, {"node/n1"}.
#pragma once

#include <string>
#include <vector>

namespace podrun::cli {

// Each once, in their order.
inline std::vector<std::string> node_names(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const std::string& word : words) {
    const auto slash = word.find('/');
    const std::string kind = slash == std::string::npos ? "" : word.substr(0, slash);
    const bool is_kind = kind == "node" || kind == "nodes" || kind == "no";
    const std::string name = is_kind ? word.substr(slash + 1) : word;
    bool is_new = true;
    for (const std::string& before : names) is_new = is_new && before != name;
    if (is_new) names.push_back(name);
  }
  return names;
}

}  // namespace podrun::cli
