// podrun's own terminal while what it attends has one too.
#pragma once

#include <termios.h>

#include "runtime/sandbox/terminal_size.h"

namespace podrun::cli {

// Unknown where stdin is no terminal.
TerminalSize terminal_size();

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
