#include "runtime/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace podrun::cli {

TerminalSize terminal_size() {
  winsize size{};
  ::ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
  return {size.ws_row, size.ws_col};
}

std::size_t columns_of(int fd) {
  if (const char* set = std::getenv("COLUMNS"))
    if (const long columns = std::strtol(set, nullptr, 10); columns > 0) return static_cast<std::size_t>(columns);
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

RawMode::RawMode(Typed typed) : is_terminal_(::tcgetattr(STDIN_FILENO, &saved_) == 0) {
  if (!is_terminal_) return;
  termios mode = saved_;
  if (typed == Typed::raw)
    ::cfmakeraw(&mode);
  else
    mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  ::tcsetattr(STDIN_FILENO, TCSANOW, &mode);
}

RawMode::~RawMode() {
  if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSANOW, &saved_);
}

}  // namespace podrun::cli
