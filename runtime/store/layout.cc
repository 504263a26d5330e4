#include "runtime/store/layout.h"

#include <climits>
#include <cstdint>
#include <cstdio>

namespace podrun {
namespace {

// FNV-1a: the same in every build, since a pin is found again by it.
std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::string within_name_max(const std::string& name) {
  if (name.size() <= NAME_MAX) return name;
  char hash[18];
  std::snprintf(hash, sizeof(hash), "_%016llx", static_cast<unsigned long long>(hash_of(name)));
  return name.substr(0, NAME_MAX - (sizeof(hash) - 1)) + hash;
}

}  // namespace

std::string Layout::netns(const std::string& name_space, const std::string& name) const {
  return dirs_.netns + "/" + within_name_max(name_space == "default" ? name : name_space + "_" + name);
}

}  // namespace podrun
