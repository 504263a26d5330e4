// The size of a terminal, which what runs in it may ask for as soon as it has one.
#pragma once

#include <sys/ioctl.h>

#include <cstdint>

namespace podrun {

struct TerminalSize {
  std::uint16_t rows = 0;  // 0: unknown
  std::uint16_t columns = 0;
};

// `terminal`: either end of it. What is unknown stays as it is.
inline void set_size(int terminal, TerminalSize size) {
  const winsize window{size.rows, size.columns, 0, 0};
  if (size.rows != 0) ::ioctl(terminal, TIOCSWINSZ, &window);
}

}  // namespace podrun
