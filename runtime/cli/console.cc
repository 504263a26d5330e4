#include "runtime/cli/console.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "base/files.h"
#include "base/printable.h"
#include "runtime/cli/exit_codes.h"
#include "runtime/manifest/manifest.h"

namespace podrun::cli {
namespace {

constexpr std::size_t kBufferLimit = 64U << 10U;

void tell(std::string_view prefix, std::string_view text) {
  std::string line(prefix);
  line += one_line(text);
  if (::isatty(STDERR_FILENO) != 0) line = base::printable(line);
  line += '\n';
  // Nothing can be said about a stderr that cannot be written to.
  static_cast<void>(base::write_all(STDERR_FILENO, line, "stderr"));
}

}  // namespace

void prepare_console() {
  // The mode is the wrong one on purpose: `podrun get >&-` shall fail to write, not write to nowhere.
  constexpr std::array<int, 3> kModes{O_WRONLY, O_RDONLY, O_RDONLY};
  for (int fd = 0; fd < 3; ++fd)
    if (::fcntl(fd, F_GETFD) < 0) static_cast<void>(::open("/dev/null", kModes[static_cast<std::size_t>(fd)]));
  // A handler rather than SIG_IGN: programs we execute, CNI plugins say, start with the default again.
  struct sigaction action {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGPIPE, &action, nullptr);
}

void Output::print(std::string_view text) { print_shown(is_terminal() ? base::printable(text) : std::string(text)); }

void Output::print_shown(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBufferLimit) write_out();
}

Result<void> Output::flush() {
  write_out();
  return error_ ? Result<void>(*error_) : Result<void>();
}

bool Output::is_terminal() {
  if (!terminal_) terminal_ = ::isatty(fd_) != 0;
  return *terminal_;
}

void Output::write_out() {
  if (!error_ && !buffer_.empty()) {
    auto written = base::write_all(fd_, buffer_, "stdout");
    if (!written) error_ = std::move(written).error();
  }
  buffer_.clear();
}

std::string one_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      std::array<char, 5> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\x%02x", byte);
      line += escaped.data();
    } else {
      line += c;
    }
  }
  return line;
}

void note(std::string_view text) { tell("", text); }
void say(std::string_view text) { tell("podrun: ", text); }
void warn(std::string_view text) { tell("podrun: warning: ", text); }

int report(const Error& error) {
  std::string text = error.what;
  if (error.kind == Kind::denied && ::geteuid() != 0) text += " (try sudo)";
  say(text);
  if (const auto* const more = dynamic_cast<const ManifestProblems*>(error.detail.get()))
    for (const std::string& line : more->lines) say(line);
  return exit_code(error.kind);
}

}  // namespace podrun::cli
