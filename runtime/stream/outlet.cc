#include "runtime/stream/outlet.h"

#include <sys/ioctl.h>

#include <algorithm>
#include <utility>

namespace podrun::stream {
namespace {

constexpr std::size_t kOutletPart = 32U << 10U;  // as Go's clients send; a stream keeps no more in memory

}  // namespace

Outlet::Outlet(Loop& loop, Fd fd, Mux& mux, StreamId stream, std::function<void()> ended)
    : pipe_(loop, std::move(fd)), mux_(mux), stream_(stream), ended_(std::move(ended)) {
  read();
}

void Outlet::read() {
  if (left_ && *left_ == 0) return end();
  is_reading_ = true;
  pipe_.read(left_ ? std::min(*left_, kOutletPart) : kOutletPart, [this](std::string_view bytes) {
    is_reading_ = false;
    if (bytes.empty()) return end();
    if (left_) *left_ -= std::min(*left_, bytes.size());
    mux_.send(stream_, bytes, [this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) read();
    });
  });
}

void Outlet::end_with_what_is_there() {
  int there = 0;
  ::ioctl(pipe_.fd(), FIONREAD, &there);
  left_ = static_cast<std::size_t>(std::max(there, 0));
  if (is_reading_ && *left_ == 0) end();
}

void Outlet::end() {
  left_ = 0;
  if (const auto ended = std::exchange(ended_, nullptr)) ended();
}

}  // namespace podrun::stream
