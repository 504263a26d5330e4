#include "runtime/cli/forwarded.h"

#include <fcntl.h>

#include <algorithm>

namespace podrun::cli {
namespace {

Fd another(const Fd& fd) { return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)); }

// Of a connection that the kernel has given up, or that both sides have closed: it takes nothing more.
bool is_over(const pollfd& polled) { return (polled.revents & (POLLERR | POLLHUP)) != 0; }

}  // namespace

Forwarded::Wants Forwarded::wants() const {
  constexpr pollfd kNothing{-1, 0, 0};
  if (making_) return {{{making_->fd(), POLLOUT, 0}, kNothing, kNothing, kNothing, kNothing, kNothing}};
  const auto to_pod = to_pod_.wants(), to_client = to_client_.wants();
  return {{{client_.get(), 0, 0}, {pod_.get(), 0, 0}, to_pod[0], to_pod[1], to_client[0], to_client[1]}};
}

Result<void> Forwarded::begin_to_carry() {
  pod_ = std::move(*making_).take();
  making_.reset();
  Fd from_client = another(client_), to_client = another(client_), from_pod = another(pod_), to_pod = another(pod_);
  if (!from_client || !to_client || !from_pod || !to_pod) return Error::system(errno, "open a connection once more");
  to_pod_ = Relay(std::move(from_client), Sink::of_connection(std::move(to_pod)));
  to_client_ = Relay(std::move(from_pod), Sink::of_connection(std::move(to_client)));
  return {};
}

Result<bool> Forwarded::go_on(const Wants& ready) {
  if (making_) {
    if (ready[0].revents != 0 && TRY(making_->stands())) TRY(begin_to_carry());
    return true;
  }
  to_pod_.move(ready[2], ready[3]);
  to_client_.move(ready[4], ready[5]);
  // What was on its way to it is lost; what has come from it is still carried.
  if (is_over(ready[0])) {
    to_client_ = Relay();
    client_.reset();
  }
  if (is_over(ready[1])) {
    to_pod_ = Relay();
    pod_.reset();
  }
  return to_pod_.reads() || to_pod_.holds() || to_client_.reads() || to_client_.holds();
}

}  // namespace podrun::cli
