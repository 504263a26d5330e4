// How the paths that a person types are opened: on the host as anybody opens them; in a container's root so that what
// the container has put there leads nowhere else.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/kernel/types.h"

namespace podrun::copy {

// `flags` as of open(2); O_CLOEXEC is added.
using Open = Result<Fd> (*)(const std::string& path, std::uint64_t flags);

Result<Fd> open_as_typed(const std::string& path, std::uint64_t flags);
Result<Fd> open_in_own_root(const std::string& path, std::uint64_t flags);  // for who stands in "/"

struct Named {
  std::string parent;
  std::string leaf;           // empty: the path has no name of its own ("/", "dir/.", "..")
  bool is_directory = false;  // a slash stands behind it
};
Named split(const std::string& path);

}  // namespace podrun::copy
