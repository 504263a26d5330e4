#include "cni/base/interruption.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <string>

#include "cni/base/fd.h"

namespace cni::base {
namespace {

constexpr std::array<int, 4> kSignals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

// timeout(1) sends its signal to the process and once more to the process group, a closed terminal SIGHUP twice: what
// comes so soon is the same request.
constexpr long kSameRequest = 100;  // milliseconds

std::atomic<int> first_signal{0};
std::atomic<long> first_at{0};
int event = -1;

long now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}

void on_signal(int signal) {
  const int error_number = errno;
  int none = 0;
  if (first_signal.compare_exchange_strong(none, signal)) {
    first_at = now();
    constexpr std::uint64_t kOne = 1;
    static_cast<void>(!::write(event, &kOne, sizeof kOne));
  } else if (now() - first_at > kSameRequest) {
    ::signal(signal, SIG_DFL);
    ::raise(signal);  // blocked in its own handler: comes on the way out
  }
  errno = error_number;
}

}  // namespace

void listen_for_interruption() {
  if (event >= 0) return;
  event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (const int signal : kSignals) ::sigaddset(&action.sa_mask, signal);
  for (const int signal : kSignals) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    // Who started us with it ignored (nohup) means it.
    if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
}

int interruption_signal() { return first_signal; }

int interruption_fd() { return event; }

Result<void> check_interruption() {
  if (first_signal == 0) return {};
  return Error{Kind::internal, EINTR, std::string("interrupted by SIG") + ::sigabbrev_np(first_signal)};
}

void sleep_unless_interrupted(long milliseconds) {
  pollfd request{.fd = event, .events = POLLIN, .revents = 0};
  ::poll(&request, 1, static_cast<int>(milliseconds));
}

}  // namespace cni::base
