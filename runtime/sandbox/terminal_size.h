// The size of a terminal, which what runs in it may ask for as soon as it has one.
#pragma once

#include <cstdint>

namespace podrun {

struct TerminalSize {
  std::uint16_t rows = 0;  // 0: unknown
  std::uint16_t columns = 0;
};

}  // namespace podrun
