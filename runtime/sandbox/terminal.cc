#include "runtime/sandbox/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>

#include "base/files.h"

namespace podrun {
namespace {

// Our own terminal, raw for as long as this lives.
class RawMode {
 public:
  RawMode() : is_terminal_(::tcgetattr(STDIN_FILENO, &saved_) == 0) {
    if (!is_terminal_) return;
    termios raw = saved_;
    ::cfmakeraw(&raw);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;
  ~RawMode() {
    if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSANOW, &saved_);
  }

 private:
  termios saved_{};
  bool is_terminal_;
};

Result<Fd> take_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH}) ::sigaddset(&set, number);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  Fd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return Error::system(errno, "take signals");
  return fd;
}

void pass_on_signals(int signals, int pidfd, int master) {
  signalfd_siginfo signal{};
  while (::read(signals, &signal, sizeof(signal)) == sizeof(signal)) {
    if (signal.ssi_signo != SIGWINCH)
      ::syscall(SYS_pidfd_send_signal, pidfd, static_cast<int>(signal.ssi_signo), nullptr, 0);
    else if (master >= 0)
      match_size(master);
  }
}

// False at the end of `from`.
bool copy_some(int from, int to) {
  std::array<char, 4096> bytes{};
  const ssize_t got = ::read(from, bytes.data(), bytes.size());
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) return false;  // a terminal whose last slave is closed reads as EIO
  return static_cast<bool>(base::write_all(to, {bytes.data(), static_cast<std::size_t>(got)}, "terminal"));
}

constexpr char kEndOfInput = '\x04';  // ^D: what the line discipline takes for the end

}  // namespace

void match_size(int master) {
  winsize size{};
  if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) ::ioctl(master, TIOCSWINSZ, &size);
}

Result<void> attend(int pidfd, Fd master, bool interactive) {
  const Fd signals = TRY(take_signals());
  std::optional<RawMode> raw;
  if (master && interactive) raw.emplace();
  int input = master && interactive ? STDIN_FILENO : -1;
  for (bool ended = false; !ended || master;) {
    std::array<pollfd, 4> polled{
        {{ended ? -1 : pidfd, POLLIN, 0}, {signals.get(), POLLIN, 0}, {master.get(), POLLIN, 0}, {input, POLLIN, 0}}};
    // Once the command has ended, what it had printed is still in the terminal; what background processes of it print
    // later is not waited for.
    const int ready = ::poll(polled.data(), polled.size(), ended ? 50 : -1);
    if (ready < 0 && errno != EINTR) return Error::system(errno, "wait for the command");
    if (ended && ready == 0) break;
    if (polled[1].revents != 0) pass_on_signals(signals.get(), pidfd, master.get());
    if (polled[2].revents != 0 && !copy_some(master.get(), STDOUT_FILENO)) master.reset();
    if (polled[3].revents != 0 && master && !copy_some(STDIN_FILENO, master.get())) {
      input = -1;
      TRY(base::write_all(master.get(), {&kEndOfInput, 1}, "terminal"));
    }
    if (polled[0].revents != 0) ended = true;
    if (!master) input = -1;
  }
  return {};
}

}  // namespace podrun
