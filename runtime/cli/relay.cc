#include "runtime/cli/relay.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

namespace podrun::cli {
namespace {

// A terminal's own end; opening a master again would make another terminal.
bool is_terminal(int fd) {
  unsigned number = 0;
  return ::isatty(fd) == 1 && ::ioctl(fd, TIOCGPTN, &number) != 0;
}

}  // namespace

Sink Sink::of(Fd fd) { return {std::move(fd), Kind::never_blocks}; }

Sink Sink::of_connection(Fd socket) { return {std::move(socket), Kind::connection}; }

Sink Sink::of_caller(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return {};
  const bool waits = S_ISFIFO(info.st_mode) || is_terminal(fd);
  if (waits) {
    Fd own(::open(("/proc/self/fd/" + std::to_string(fd)).c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (own) return of(std::move(own));
  }
  return {Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 3)), waits                    ? Kind::may_block
                                               : S_ISSOCK(info.st_mode) ? Kind::socket
                                                                        : Kind::never_blocks};
}

void Sink::reset() {
  if (kind_ == Kind::connection && fd_) ::shutdown(fd_.get(), SHUT_WR);
  fd_.reset();
}

ssize_t Sink::write(const char* bytes, std::size_t size, bool ready) {
  if (kind_ == Kind::socket || kind_ == Kind::connection)
    return ::send(fd_.get(), bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (kind_ == Kind::never_blocks) return ::write(fd_.get(), bytes, size);
  if (ready) return ::write(fd_.get(), bytes, std::min<std::size_t>(size, PIPE_BUF));
  errno = EAGAIN;
  return -1;
}

std::array<pollfd, 2> Relay::wants() const {
  return {{{holds() ? -1 : from_.get(), POLLIN, 0}, {holds() ? to_.get() : -1, POLLOUT, 0}}};
}

void Relay::move(const pollfd& read, const pollfd& write) {
  if (read.revents != 0) fill();
  if (holds()) flush(write.revents != 0);
  if (!from_ && !holds()) to_.reset();  // the end is passed on
}

void Relay::fill() {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(kRoom);
  const ssize_t got = ::read(from_.get(), buffer_.get(), std::min(kSize, left_));
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  begin_ = end_ = 0;
  if (got > 0) {
    end_ = static_cast<std::size_t>(got);
    left_ -= end_;
    if (keys_) hold(keys_.pass({buffer_.get(), end_}));
    if (left_ == 0 || is_left()) from_.reset();
    return;
  }
  from_.reset();  // a terminal whose last slave is closed reads as EIO
  hold(keys_.rest() + at_end_);
}

void Relay::hold(std::string_view bytes) {
  std::memcpy(buffer_.get(), bytes.data(), bytes.size());
  end_ = bytes.size();
}

void Relay::flush(bool ready) {
  const ssize_t put = to_.write(buffer_.get() + begin_, end_ - begin_, ready);
  if (put >= 0) {
    begin_ += static_cast<std::size_t>(put);
  } else if (errno != EINTR && errno != EAGAIN) {
    if (errno != EPIPE && errno != ECONNRESET) loss_ = errno;
    give_up();
  }
}

// Nobody takes it any more: whoever writes shall know, by SIGPIPE.
void Relay::give_up() {
  begin_ = end_ = 0;
  from_.reset();
  to_.reset();
}

void Relay::end_after_what_is_there() {
  if (!from_) return;
  // What a terminal has on its way cannot be asked for: never more than this (drivers/tty/pty.c, n_tty.c).
  constexpr std::size_t kOfTerminal = 16U << 10U;
  int there = 0;
  if (::isatty(from_.get()) == 1)
    left_ = kOfTerminal;
  else if (::ioctl(from_.get(), FIONREAD, &there) == 0)
    left_ = static_cast<std::size_t>(there);
  if (left_ == 0) from_.reset();
}

}  // namespace podrun::cli
