// podrun's own terminal while what it attends has one too.
#pragma once

#include <termios.h>

#include "runtime/sandbox/terminal_size.h"

namespace podrun::cli {

// Unknown where stdin is no terminal.
TerminalSize terminal_size();

// Our own terminal, raw for as long as this lives.
class RawMode {
 public:
  RawMode();
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;
  ~RawMode();

 private:
  termios saved_{};
  bool is_terminal_;
};

}  // namespace podrun::cli
