#include "runtime/stream/loop.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <utility>

#include "runtime/stream/loop_impl.h"

namespace podrun::stream {

namespace asio = boost::asio;
using Code = boost::system::error_code;

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

void Loop::run() {
  const auto guard = asio::make_work_guard(impl_->context);
  impl_->context.run();
}

void Loop::stop() { impl_->context.stop(); }
void Loop::post(std::function<void()> function) { asio::post(impl_->context, std::move(function)); }

struct Timer::State {
  explicit State(Loop& loop) : timer(loop.impl().context) {}
  asio::steady_timer timer;
  std::function<void()> function;
  unsigned round = 0;  // a wait that ended just before it was cancelled is of an earlier one
};

Timer::Timer(Loop& loop) : state_(std::make_shared<State>(loop)) {}
Timer::~Timer() { stop(); }

void Timer::start(std::chrono::milliseconds after, std::function<void()> function) {
  state_->function = std::move(function);
  state_->timer.expires_after(after);
  state_->timer.async_wait([state = state_, round = ++state_->round](Code) {
    if (state->round != round || !state->function) return;
    const auto due = std::exchange(state->function, nullptr);
    due();
  });
}

void Timer::stop() {
  ++state_->round;
  state_->function = nullptr;
  Code ignored;
  state_->timer.cancel(ignored);
}

struct Pipe::State {
  State(Loop& loop, Fd fd) : impl(loop.impl()), descriptor(impl.context, fd.release()) {}
  Loop::Impl& impl;
  asio::posix::stream_descriptor descriptor;
  std::function<void(std::string_view)> got;
  std::function<void()> readable;
  std::function<void()> writable;
};

Pipe::Pipe(Loop& loop, Fd fd) : state_(std::make_shared<State>(loop, std::move(fd))) {
  state_->descriptor.non_blocking(true);
}

Pipe::~Pipe() {
  state_->got = nullptr;
  state_->readable = nullptr;
  state_->writable = nullptr;
  Code ignored;
  state_->descriptor.close(ignored);
}

int Pipe::fd() const { return state_->descriptor.native_handle(); }

Fd Pipe::take() {
  state_->got = nullptr;
  state_->readable = nullptr;
  state_->writable = nullptr;
  return Fd(state_->descriptor.release());
}

void Pipe::read(std::size_t most, std::function<void(std::string_view)> got) {
  state_->got = std::move(got);
  when_readable([this, most] {
    auto& buffer = state_->impl.buffer;
    const ssize_t size = ::read(fd(), buffer.data(), std::min(most, buffer.size()));
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return read(most, std::move(state_->got));
    const auto next = std::exchange(state_->got, nullptr);
    next(std::string_view(buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size)));
  });
}

Result<std::size_t> Pipe::write(std::string_view bytes) {
  if (bytes.empty()) return std::size_t{0};
  const ssize_t size = ::write(fd(), bytes.data(), bytes.size());
  if (size >= 0) return static_cast<std::size_t>(size);
  if (errno == EAGAIN || errno == EINTR) return std::size_t{0};
  return Error::system(errno, "write to a stream");
}

void Pipe::when_writable(std::function<void()> function) {
  state_->writable = std::move(function);
  state_->descriptor.async_wait(asio::posix::stream_descriptor::wait_write, [state = state_](Code) {
    if (const auto due = std::exchange(state->writable, nullptr)) due();
  });
}

void Pipe::when_readable(std::function<void()> function) {
  state_->readable = std::move(function);
  state_->descriptor.async_wait(asio::posix::stream_descriptor::wait_read, [state = state_](Code) {
    if (const auto due = std::exchange(state->readable, nullptr)) due();
  });
}

}  // namespace podrun::stream
