#include "runtime/cli/terminal.h"

#include <unistd.h>

namespace podrun::cli {

winsize terminal_size() {
  winsize size{};
  ::ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
  return size;
}

void match_size(int master) {
  winsize size{};
  if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) ::ioctl(master, TIOCSWINSZ, &size);
}

RawMode::RawMode() : is_terminal_(::tcgetattr(STDIN_FILENO, &saved_) == 0) {
  if (!is_terminal_) return;
  termios raw = saved_;
  ::cfmakeraw(&raw);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

RawMode::~RawMode() {
  if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSANOW, &saved_);
}

}  // namespace podrun::cli
