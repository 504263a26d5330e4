#include "runtime/cli/detached.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/files.h"
#include "runtime/cli/console.h"

namespace podrun::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kReports = 3;

// A report is a mark, text, and a NUL: a warning, success, or a failure with its kind in front.
constexpr char kWarning = 'w', kSuccess = 's', kFailure = 'f';

void report(char mark, const std::string& text) {
  const std::string whole = mark + text + '\0';
  // Nobody may be left to read it.
  static_cast<void>(base::write_all(kReports, whole, "report"));
}

void leave_caller(int reports) {
  ::setsid();
  ::dup2(reports, kReports);
  ::fcntl(kReports, F_SETFD, FD_CLOEXEC);
  ::syscall(SYS_close_range, kReports + 1, ~0U, 0);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd < kReports; ++fd) ::dup2(null, fd);
  ::close(null);
}

[[noreturn]] void work_and_report(const Detached::Work& work) {
  const auto done = work([](const std::string& text) { report(kWarning, text); });
  if (done) {
    report(kSuccess, "");
  } else {
    report(kFailure, static_cast<char>('a' + static_cast<int>(done.error().kind)) + done.error().what);
  }
  ::_exit(done ? 0 : 1);
}

}  // namespace

Result<Detached> Detached::start(const Work& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error::system(errno, "make a pipe");
  Fd ours(ends[0]);
  const Fd theirs(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return Error::system(errno, "start a process that goes on");
  if (child == 0) {
    leave_caller(theirs.get());
    work_and_report(work);
  }
  return Detached(std::move(ours));
}

std::optional<Result<void>> Detached::wait(milliseconds limit) {
  const auto deadline = steady_clock::now() + limit;
  for (;;) {
    pollfd reports{reports_.get(), POLLIN, 0};
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
    const int ready = ::poll(&reports, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
    if (ready < 0 && errno != EINTR) return Result<void>(Error::system(errno, "wait for a process"));
    if (ready == 0 && left <= 0) return std::nullopt;
    if (ready <= 0) continue;
    if (auto done = take_reports()) return done;
  }
}

std::optional<Result<void>> Detached::take_reports() {
  std::array<char, 4096> block{};
  const ssize_t got = ::read(reports_.get(), block.data(), block.size());
  if (got < 0) return Result<void>(Error::system(errno, "read a report"));
  if (got == 0) return Result<void>(Error{Kind::internal, 0, "its process was ended"});
  unread_.append(block.data(), static_cast<std::size_t>(got));
  for (auto end = unread_.find('\0'); end != std::string::npos; end = unread_.find('\0')) {
    const std::string one = unread_.substr(0, end);
    unread_.erase(0, end + 1);
    if (one.front() == kSuccess) return Result<void>();
    if (one.front() == kFailure) return Result<void>(Error{static_cast<Kind>(one.at(1) - 'a'), 0, one.substr(2)});
    warn(one.substr(1));
  }
  return std::nullopt;
}

}  // namespace podrun::cli
