// What was copied.
#pragma once

#include <cstdint>

namespace podrun::copy {

struct Tally {
  std::uint64_t entries = 0;
  std::uint64_t passed_over = 0;  // fifos, sockets, devices, and what the kernel makes up (/proc)
  std::uint64_t changed = 0;      // went away, became something else or shorter while it was read
};

}  // namespace podrun::copy
