// podrun's own terminal while what it attends has one too.
#pragma once

#include <sys/ioctl.h>
#include <termios.h>

namespace podrun::cli {

// All zero where stdin is no terminal.
winsize terminal_size();

// Gives the terminal behind `master` the size of ours, where both are terminals.
void match_size(int master);

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
