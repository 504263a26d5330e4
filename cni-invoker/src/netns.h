// Network namespaces by path: is it one, and still the same one.
#pragma once

#include <cstdint>
#include <string>

#include "cni/base/result.h"

namespace cni {

struct NetnsId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const NetnsId&) const = default;
};

// Kind::not_found: no such file. Kind::invalid: something other than a network namespace, such as the plain file that
// is left under /run/netns when the namespace is unmounted, which plugins refuse even on DEL.
Result<NetnsId> identify_netns(const std::string& path);
Result<NetnsId> own_netns();

}  // namespace cni
