#include "runtime/cli/relays.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace podrun::cli {
namespace {

constexpr const char* kEndOfInput = "\x04";  // ^D: what the line discipline takes for the end

}  // namespace

bool stdout_is_stderr() {
  struct stat out {
  }, err{};
  return ::fstat(STDOUT_FILENO, &out) == 0 && ::fstat(STDERR_FILENO, &err) == 0 && out.st_dev == err.st_dev &&
         out.st_ino == err.st_ino;
}

Relays relays_to(Fd in, Fd out, Fd err, bool terminal, DetachKeys keys) {
  Relays relays;
  if (in)
    relays.in = Relay(Fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)), Sink::of(std::move(in)),
                      terminal ? kEndOfInput : "", std::move(keys));
  if (out) relays.out = Relay(std::move(out), Sink::of_caller(STDOUT_FILENO));
  if (err) relays.err = Relay(std::move(err), Sink::of_caller(STDERR_FILENO));
  return relays;
}

}  // namespace podrun::cli
