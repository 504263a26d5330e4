// The protocol, with one thing after another spoiled.
#include <algorithm>
#include <string>

#include "kit/src/checks/chapter.h"

namespace cni::kit {

std::vector<Check> chapter(std::initializer_list<std::vector<Check>> parts) {
  std::vector<Check> all;
  for (const std::vector<Check>& part : parts) all.insert(all.end(), part.begin(), part.end());
  const auto number = [](const Check& check) { return std::stoi(check.info.id.substr(1)); };
  std::stable_sort(all.begin(), all.end(), [&](const Check& a, const Check& b) { return number(a) < number(b); });
  return all;
}

std::vector<Check> protocol_checks() {
  return chapter({environment_checks(), config_checks(), answer_checks(), tolerance_checks()});
}

}  // namespace cni::kit
