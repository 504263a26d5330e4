// podrun's own terminal while what it attends has one too.
#pragma once

#include <termios.h>

#include <cstddef>

#include "runtime/sandbox/terminal_size.h"

namespace podrun::cli {

// Unknown where stdin is no terminal.
TerminalSize terminal_size();

// $COLUMNS, where a person has set it; else of the terminal that `fd` is; 80 where nobody knows.
std::size_t columns_of(int fd);

// What is typed at our own terminal, for as long as this lives: raw is all of it; keys come one by one and unseen, and
// ctrl-c interrupts as ever.
enum class Typed { raw, keys };
class RawMode {
 public:
  explicit RawMode(Typed typed = Typed::raw);
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;
  ~RawMode();

 private:
  termios saved_{};
  bool is_terminal_;
};

}  // namespace podrun::cli
