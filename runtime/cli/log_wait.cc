#include "runtime/cli/log_wait.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <utility>

namespace podrun::cli {
namespace {

constexpr int kLookAgain = 200;  // milliseconds

Result<int> poll_all(std::span<pollfd> fds, int limit_ms) {
  for (;;) {
    const int ready = ::poll(fds.data(), fds.size(), limit_ms);
    if (ready >= 0) return ready;
    if (errno != EINTR) return Error::system(errno, "poll a log");
  }
}

}  // namespace

Result<LogWait> LogWait::on(const std::string& path, const ProcessId& container) {
  // The directory, since the file of that name is another one once the log was renewed.
  const std::string dir = path.substr(0, path.rfind('/'));
  Fd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (inotify && ::inotify_add_watch(inotify.get(), dir.c_str(), IN_MODIFY | IN_MOVED_TO) < 0) inotify.reset();
  Fd process;
  if (!container.empty()) {
    auto opened = open_process(container);
    if (opened) {
      process = std::move(opened).value();
    } else if (opened.error().kind != Kind::not_found) {
      return std::move(opened).error();
    }
  }
  return LogWait(std::move(inotify), std::move(process));
}

Result<LogWait::Event> LogWait::next() {
  if (!process_) return Event::ended;
  // No events asked for on stdout: POLLERR, a pipe without a reader, always comes.
  std::array<pollfd, 3> fds{{{inotify_.get(), POLLIN, 0}, {process_.get(), POLLIN, 0}, {STDOUT_FILENO, 0, 0}}};
  TRY(poll_all(fds, inotify_ ? -1 : kLookAgain));
  drain();
  if ((fds[2].revents & POLLERR) != 0) return Event::reader_gone;
  return fds[1].revents != 0 ? Event::ended : Event::grew;
}

Result<bool> LogWait::grows_within(int limit_ms) {
  std::array<pollfd, 1> fds{{{inotify_.get(), POLLIN, 0}}};
  const bool grew = TRY(poll_all(fds, limit_ms)) > 0;
  drain();
  return grew || !inotify_;
}

void LogWait::drain() {
  if (!inotify_) return;
  alignas(inotify_event) std::array<char, 4096> events{};
  while (::read(inotify_.get(), events.data(), events.size()) > 0) {
  }
}

}  // namespace podrun::cli
