#include "runtime/stream/forward_session.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

namespace podrun::stream {
namespace {

std::optional<std::uint16_t> parse_port(const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// Whether the other end is closed, and not only shut down in one direction.
bool has_hung_up(int fd) {
  pollfd what{.fd = fd, .events = 0, .revents = 0};
  return ::poll(&what, 1, 0) > 0 && (what.revents & POLLHUP) != 0;
}

std::string header_or(const Headers& headers, const char* name, std::string other) {
  const auto found = headers.find(name);
  return found == headers.end() ? std::move(other) : found->second;
}

}  // namespace

class ForwardSession::Forward {
 public:
  Forward(Loop& loop, std::string its_request, std::uint16_t its_port)
      : request(std::move(its_request)), port(its_port), timer(loop) {}

  std::string request;
  std::uint16_t port;
  std::optional<StreamId> data, error;
  std::unique_ptr<Inlet> inlet;  // to the handler's end; reads of it through a descriptor of its own
  std::unique_ptr<Outlet> outlet;
  std::string early;  // sent before the second stream was there
  bool client_is_done = false;
  bool output_has_ended = false;
  bool call_has_ended = false;
  bool is_dropped = false;
  Timer timer;  // for the second stream to come; then for a socket to take bytes
  std::shared_ptr<int> alive = std::make_shared<int>();
};

ForwardSession::ForwardSession(Setting setting, Connect connect, bool ends_with_the_last)
    : setting_(std::move(setting)),
      connect_(std::move(connect)),
      ends_with_the_last_(ends_with_the_last),
      look_(setting_.loop) {}

ForwardSession::~ForwardSession() = default;

bool ForwardSession::opened(StreamId stream, const Headers& headers) {
  const std::string type = header_or(headers, "streamtype", "");
  const auto port = parse_port(header_or(headers, "port", ""));
  if ((type != "data" && type != "error") || !port) return false;
  // Clients of old name no request; their data stream follows the error stream.
  const std::string request = header_or(headers, "requestid", std::to_string(type == "error" ? stream : stream - 2));
  auto& forward = forwards_[request];
  if (!forward) {
    forward = std::make_unique<Forward>(setting_.loop, request, *port);
    forward->timer.start(setting_.limits.streams_time,
                         [this, &its = *forward] { fail(its, "its other stream was not opened"); });
  }
  std::optional<StreamId>& its_stream = type == "data" ? forward->data : forward->error;
  if (its_stream || forward->port != *port || forward->is_dropped) return false;
  its_stream = stream;
  (type == "data" ? by_data_ : by_error_)[stream] = forward.get();
  // Not from here: the stream is not answered yet, and nothing may be sent before that.
  if (forward->data && forward->error)
    setting_.loop.post([this, request, alive = std::weak_ptr(forward->alive)] {
      if (!alive.expired()) begin(request);
    });
  return true;
}

void ForwardSession::begin(const std::string& request) {
  Forward& forward = *forwards_.at(request);
  if (forward.is_dropped) return;
  forward.timer.stop();
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail(forward, Error::system(errno, "make a pair of sockets").what);
  Fd ours(ends[0]);
  auto theirs = std::make_shared<Fd>(ends[1]);
  Fd reading(::fcntl(ours.get(), F_DUPFD_CLOEXEC, 0));
  if (!reading) return fail(forward, Error::system(errno, "make a pair of sockets").what);

  forward.inlet = std::make_unique<Inlet>(setting_.loop, std::move(ours),
                                          [this, &forward](std::size_t bytes) { consumed(forward, bytes); });
  forward.outlet =
      std::make_unique<Outlet>(setting_.loop, std::move(reading), setting_.mux, *forward.data, [this, &forward] {
        forward.output_has_ended = true;
        finish_when_done(forward);
      });
  const auto end = std::make_shared<Result<void>>();
  const bool has_begun = setting_.jobs.start(
      [connect = connect_, port = forward.port, theirs, end] { *end = connect(port, std::move(*theirs)); },
      [this, &forward, end, alive = std::weak_ptr(forward.alive)] {
        if (!alive.expired()) call_ended(forward, *end);
      });
  if (!has_begun) return fail(forward, "too many connections are forwarded");
  const std::string early = std::exchange(forward.early, {});
  if (!early.empty()) received(*forward.data, early);
  if (forward.client_is_done) finished(*forward.data);
}

void ForwardSession::received(StreamId stream, std::string_view bytes) {
  const auto found = by_data_.find(stream);
  if (found == by_data_.end())
    return setting_.mux.consumed(stream, bytes.size());  // what clients say of errors is nothing
  Forward& forward = *found->second;
  if (forward.inlet)
    forward.inlet->receive(bytes);
  else
    forward.early += bytes;
  if (forward.early.size() > Inlet::kFull) return fail(forward, "no error stream was opened");
  if (forward.inlet && forward.inlet->unsent() > Inlet::kFull) hold(forward);
}

void ForwardSession::finished(StreamId stream) {
  const auto found = by_data_.find(stream);
  if (found == by_data_.end()) return;
  Forward& forward = *found->second;
  forward.client_is_done = true;
  if (forward.inlet) forward.inlet->finish([](int fd) { ::shutdown(fd, SHUT_WR); });
}

void ForwardSession::was_reset(StreamId stream) {
  const auto found = by_data_.find(stream);
  if (found != by_data_.end()) {
    // Whoever has reset it waits for the end of the other one.
    if (const auto error = found->second->error) setting_.mux.finish(*error);
    return drop(*found->second);
  }
  const auto error = by_error_.find(stream);
  if (error != by_error_.end() && !error->second->data) drop(*error->second);
}

void ForwardSession::call_ended(Forward& forward, const Result<void>& end) {
  forward.call_has_ended = true;
  if (!end) return fail(forward, end.error().what);
  finish_when_done(forward);
}

// The handler's end is closed by its return, so that the end of file comes, after all that was written.
void ForwardSession::finish_when_done(Forward& forward) {
  if (!forward.output_has_ended) return;
  if (!forward.call_has_ended && has_hung_up(forward.inlet->fd())) return;  // its return comes, and may bring an error
  setting_.mux.finish(*forward.data);
  if (!forward.call_has_ended) return;
  setting_.mux.finish(*forward.error);
  if (!forward.client_is_done) setting_.mux.reset(*forward.data);
  drop(forward);
}

void ForwardSession::fail(Forward& forward, const std::string& why) {
  if (forward.is_dropped) return;
  if (forward.error) {
    setting_.mux.send(*forward.error, why, nullptr);
    setting_.mux.finish(*forward.error);
  }
  if (forward.data) setting_.mux.reset(*forward.data);
  drop(forward);
}

// Frees what belongs to it once the loop is not within it any more. Its handler, if it still runs, sees that nobody is
// there.
void ForwardSession::drop(Forward& forward) {
  if (std::exchange(forward.is_dropped, true)) return;
  if (forward.data) by_data_.erase(*forward.data);
  if (forward.error) by_error_.erase(*forward.error);
  forward.timer.stop();
  release(forward);
  setting_.loop.post([this, request = forward.request, alive = std::weak_ptr(forward.alive)] {
    if (alive.expired()) return;
    forwards_.erase(request);
    if (ends_with_the_last_ && forwards_.empty()) setting_.mux.end();
  });
}

void ForwardSession::consumed(Forward& forward, std::size_t bytes) {
  if (forward.data) setting_.mux.consumed(*forward.data, bytes);
  if (forward.inlet && forward.inlet->unsent() <= Inlet::kRoomy) release(forward);
}

// A client that has no windows cannot be told to wait with one connection, so it waits with all; for so long, and no
// longer.
void ForwardSession::hold(Forward& forward) {
  if (!full_.insert(&forward).second) return;
  forward.timer.start(setting_.limits.stalled_time,
                      [this, &forward] { fail(forward, "the pod has taken no data for too long"); });
  if (full_.size() > 1) return;
  setting_.mux.hold(true);
  look();
}

void ForwardSession::release(Forward& forward) {
  if (full_.erase(&forward) == 0) return;
  forward.timer.stop();
  if (!full_.empty()) return;
  look_.stop();
  setting_.mux.hold(false);
}

void ForwardSession::look() {
  look_.start(kLookAfter, [this] { setting_.has_left() ? gone() : look(); });
}

void ForwardSession::gone() {
  look_.stop();
  setting_.over();
}

}  // namespace podrun::stream
