#include "runtime/cli/attend.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

#include "runtime/cli/terminal.h"

namespace podrun::cli {
namespace {

constexpr int kQuiet = 50;  // milliseconds: what was written into a terminal comes within them

// The first that asks us to leave; 0: none does. Once all has ended any does: what is left is ours to give up.
int take_all(const Signals& signals, const Attended& attended, bool ended) {
  signalfd_siginfo info{};
  while (::read(signals.fd(), &info, sizeof(info)) == sizeof(info)) {
    const auto signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGWINCH) {
      if (attended.master) set_size(attended.master.get(), terminal_size());
    } else if (!attended.take_signal(signal) || (ended && signal != SIGCHLD)) {
      return signal;
    }
  }
  return 0;
}

void end_after_what_is_there(Relays& streams) {
  streams.in = Relay();
  streams.out.end_after_what_is_there();
  streams.err.end_after_what_is_there();
}

void tell_end_of_input(Attended& attended) {
  if (!attended.input_has_ended || attended.streams.in.reads() || attended.streams.in.holds()) return;
  attended.input_has_ended();
  attended.input_has_ended = nullptr;
}

Result<Left> carry(Attended& attended, const Signals& signals) {
  Relays& streams = attended.streams;
  for (bool ended = false;;) {
    const bool holds = streams.out.holds() || streams.err.holds();
    if (ended && !holds && !streams.out.reads() && !streams.err.reads()) return Left{};

    const auto in = streams.in.wants(), out = streams.out.wants(), err = streams.err.wants();
    std::array<pollfd, 8> polled{{{signals.fd(), POLLIN, 0},
                                  {ended ? -1 : attended.end, POLLIN, 0},
                                  in[0],
                                  in[1],
                                  out[0],
                                  out[1],
                                  err[0],
                                  err[1]}};
    const int ready = ::poll(polled.data(), polled.size(), ended && !holds ? kQuiet : -1);
    if (ready < 0 && errno != EINTR) return Error::system(errno, "wait for the command");
    if (ready == 0 && ended) return Left{};
    if (ready <= 0) continue;
    streams.in.move(polled[2], polled[3]);
    streams.out.move(polled[4], polled[5]);
    streams.err.move(polled[6], polled[7]);
    if (polled[0].revents != 0)
      if (const int signal = take_all(signals, attended, ended); signal != 0) return Left{.by_signal = signal};
    if (streams.in.is_left()) return Left{.by_keys = true};
    tell_end_of_input(attended);
    if (polled[1].revents == 0) continue;
    ended = true;
    end_after_what_is_there(streams);
  }
}

}  // namespace

Result<Signals> Signals::take() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGCHLD}) ::sigaddset(&set, number);
  sigset_t before;
  ::sigprocmask(SIG_BLOCK, &set, &before);
  Fd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return Error::system(errno, "take signals");
  return Signals(std::move(fd), before);
}

Signals::~Signals() {
  if (fd_) ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

Result<Left> attend(Attended& attended, const Signals& signals) {
  const Left left = TRY(carry(attended, signals));
  if (const int loss = attended.streams.out.loss(); loss != 0) return Error::system(loss, "write 'stdout'");
  if (const int loss = attended.streams.err.loss(); loss != 0) return Error::system(loss, "write 'stderr'");
  return left;
}

}  // namespace podrun::cli
