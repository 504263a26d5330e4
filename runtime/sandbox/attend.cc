#include "runtime/sandbox/attend.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "runtime/kernel/process.h"
#include "runtime/sandbox/terminal.h"

namespace podrun {
namespace {

// Passes them on. True: one of them asks to end, which is ours to do once the command has.
bool pass_on_signals(const Attended& command) {
  bool asked_to_end = false;
  signalfd_siginfo signal{};
  while (::read(command.signals, &signal, sizeof(signal)) == sizeof(signal)) {
    if (signal.ssi_signo == SIGCHLD) continue;
    if (signal.ssi_signo == SIGWINCH) {
      if (command.master >= 0) match_size(command.master);
      continue;
    }
    asked_to_end = true;
    send_signal(command.pidfd, static_cast<int>(signal.ssi_signo));
  }
  return asked_to_end;
}

std::optional<int> reap(const Attended& command) {
  for (Ended ended; (ended = next_ended(-1, WNOHANG)).pid != 0;)
    if (ended.pid != command.between) return ended.status;
  return std::nullopt;
}

// Of one that has ended. A tracer inside the container is told first; one that never listens would keep it from us.
std::optional<int> reap_ended(const Attended& command) {
  for (int tries = 0; tries < 100; ++tries) {
    if (const auto status = reap(command)) return status;
    ::usleep(10'000);
  }
  return std::nullopt;
}

// A command whose output was lost has not done what was asked, however it ended.
Result<int> outcome(int status, const ExecStreams& streams) {
  if (const int loss = streams.out.loss(); loss != 0) return Error::system(loss, "write 'stdout'");
  if (const int loss = streams.err.loss(); loss != 0) return Error::system(loss, "write 'stderr'");
  return status;
}

bool is_readable(int fd) {
  pollfd poll{fd, POLLIN, 0};
  return ::poll(&poll, 1, 0) == 1;
}

}  // namespace

Result<Fd> take_signals() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCHLD}) ::sigaddset(&set, number);
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  Fd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return Error::system(errno, "take signals");
  return fd;
}

Result<int> attend(const Attended& command, ExecStreams streams) {
  constexpr int kQuiet = 50;  // milliseconds: what was written into a terminal comes within them
  std::optional<int> status = reap(command);
  for (bool told = false;;) {
    if (status && !told) {
      told = true;
      streams.in = Relay();
      streams.out.end_after_what_is_there();
      streams.err.end_after_what_is_there();
    }
    const bool holds = streams.out.holds() || streams.err.holds();
    if (status && !holds && !streams.out.reads() && !streams.err.reads()) return outcome(*status, streams);

    const auto in = streams.in.wants(), out = streams.out.wants(), err = streams.err.wants();
    std::array<pollfd, 8> polled{{{command.signals, POLLIN, 0},
                                  {status ? -1 : command.pidfd, POLLIN, 0},
                                  in[0],
                                  in[1],
                                  out[0],
                                  out[1],
                                  err[0],
                                  err[1]}};
    const int ready = ::poll(polled.data(), polled.size(), status && !holds ? kQuiet : -1);
    if (ready < 0 && errno != EINTR) return Error::system(errno, "wait for the command");
    if (ready == 0 && status) return outcome(*status, streams);
    if (ready <= 0) continue;
    streams.in.move(polled[2], polled[3]);
    streams.out.move(polled[4], polled[5]);
    streams.err.move(polled[6], polled[7]);
    if (polled[0].revents != 0 && pass_on_signals(command) && status) return outcome(*status, streams);
    if (status || (polled[0].revents == 0 && polled[1].revents == 0)) continue;
    const bool has_ended = is_readable(command.pidfd);
    status = has_ended ? reap_ended(command) : reap(command);
    if (has_ended && !status)
      return Error{Kind::busy, 0,
                   "wait for the command: it has ended, but a process in the container traces it and keeps how"};
  }
}

}  // namespace podrun
