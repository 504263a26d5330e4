#include "runtime/copy/fd_stream.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>

#include "base/interruption.h"

namespace podrun::copy {
namespace {

Result<void> await(int fd, short events, int wake) {
  std::array<pollfd, 2> polled{{{fd, events, 0}, {wake, POLLIN, 0}}};
  for (;;) {
    const int ready = ::poll(polled.data(), polled.size(), -1);
    if (ready < 0 && errno != EINTR) return Error::system(errno, "wait for a stream");
    if (polled[1].revents != 0) TRY(base::check_interruption());
    if (ready > 0 && polled[0].revents != 0) return {};
  }
}

}  // namespace

Result<std::string_view> FdSource::next() {
  for (;;) {
    TRY(await(fd_, POLLIN, wake_));
    const ssize_t got = ::read(fd_, buffer_.data(), buffer_.size());
    if (got >= 0) return std::string_view(buffer_.data(), static_cast<std::size_t>(got));
    if (errno == ECONNRESET) return std::string_view();
    if (errno != EINTR && errno != EAGAIN) return Error::system(errno, "read a stream");
  }
}

FdSink::FdSink(int fd, int wake) : fd_(fd), wake_(wake) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || S_ISREG(info.st_mode)) return;
  sort_ = S_ISSOCK(info.st_mode) ? Sort::socket : Sort::may_block;
}

Result<void> FdSink::write(std::string_view bytes) {
  while (!bytes.empty()) {
    TRY(await(fd_, POLLOUT, wake_));
    // So much a pipe takes at once when it takes any.
    const std::size_t size = sort_ == Sort::may_block ? std::min<std::size_t>(bytes.size(), PIPE_BUF) : bytes.size();
    const ssize_t put = sort_ == Sort::socket ? ::send(fd_, bytes.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                              : ::write(fd_, bytes.data(), size);
    if (put < 0 && errno != EINTR && errno != EAGAIN) return Error::system(errno, "write a stream");
    if (put > 0) bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

}  // namespace podrun::copy
