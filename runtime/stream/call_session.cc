#include "runtime/stream/call_session.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace podrun::stream {
namespace {

// {reading, writing}
Result<std::array<Fd, 2>> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error::system(errno, "make pipe");
  return std::array{Fd(ends[0]), Fd(ends[1])};
}

}  // namespace

CallSession::CallSession(Setting setting, const CallForm& form, Call call)
    : setting_(std::move(setting)), form_(form), call_(std::move(call)), timer_(setting_.loop), look_(setting_.loop) {
  wanted_.insert(Role::error);
  if (form.streams.in) wanted_.insert(Role::in);
  if (form.streams.out) wanted_.insert(Role::out);
  if (form.streams.err) wanted_.insert(Role::err);
  if (form.streams.tty && form.has_resize) wanted_.insert(Role::resize);
}

void CallSession::start() {
  if (const auto made = make_ends(); !made) *end_ = made.error();
  timer_.start(setting_.limits.streams_time, [this] { gone(); });
  setting_.mux.start(*this);
}

Result<void> CallSession::make_ends() {
  auto presence = TRY(make_pipe());
  ends_.gone = std::move(presence[0]);
  presence_ = std::move(presence[1]);
  if (form_.streams.in) {
    auto in = TRY(make_pipe());
    ends_.in = std::move(in[0]);
    inlet_ = std::make_unique<Inlet>(setting_.loop, std::move(in[1]), [this](std::size_t bytes) { consumed(bytes); });
  }
  if (form_.streams.out) {
    auto out = TRY(make_pipe());
    out_ = std::move(out[0]);
    ends_.out = std::move(out[1]);
  }
  if (form_.streams.err) {
    auto err = TRY(make_pipe());
    err_ = std::move(err[0]);
    ends_.err = std::move(err[1]);
  }
  if (form_.streams.tty) {
    auto sizes = TRY(make_pipe());
    ends_.sizes = std::move(sizes[0]);
    sizes_ = std::move(sizes[1]);
    ::fcntl(sizes_.get(), F_SETFL, O_NONBLOCK);
    if (!form_.has_resize) sizes_.reset();
  }
  return {};
}

bool CallSession::opened(StreamId stream, const Headers& headers) {
  static const std::map<std::string, Role> kRoles{{"error", Role::error},
                                                  {"stdin", Role::in},
                                                  {"stdout", Role::out},
                                                  {"stderr", Role::err},
                                                  {"resize", Role::resize}};
  const auto type = headers.find("streamtype");
  if (type == headers.end()) return false;
  const auto role = kRoles.find(type->second);
  if (role == kRoles.end() || !wanted_.contains(role->second) || stream_of(role->second)) return false;
  roles_.emplace(stream, role->second);
  // Not from here: the stream is not answered yet, and nothing may be sent before that.
  if (roles_.size() == wanted_.size())
    setting_.loop.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired() && !is_over_) begin();
    });
  return true;
}

std::optional<StreamId> CallSession::stream_of(Role role) const {
  for (const auto& [stream, its] : roles_)
    if (its == role) return stream;
  return std::nullopt;
}

void CallSession::begin() {
  timer_.stop();
  if (*end_) return call_ended();
  const auto ended = [this] {
    --running_outlets_;
    finish_when_done();
  };
  running_outlets_ = (form_.streams.out ? 1 : 0) + (form_.streams.err ? 1 : 0);
  if (form_.streams.out)
    outlet_ = std::make_unique<Outlet>(setting_.loop, std::move(out_), setting_.mux, *stream_of(Role::out), ended);
  if (form_.streams.err)
    err_outlet_ = std::make_unique<Outlet>(setting_.loop, std::move(err_), setting_.mux, *stream_of(Role::err), ended);

  // A std::function can be copied, and what it holds has to be.
  auto ends = std::make_shared<Ends>(std::move(ends_));
  const bool has_begun = setting_.jobs.start([call = call_, ends, end = end_] { *end = call(std::move(*ends)); },
                                             [this, alive = std::weak_ptr(alive_)] {
                                               if (!alive.expired()) call_ended();
                                             });
  if (has_begun) return;
  *ends = {};
  *end_ = Error{.kind = Kind::busy, .what = "too many streams are open"};
  call_ended();
}

void CallSession::received(StreamId stream, std::string_view bytes) {
  const Role role = roles_[stream];
  if (role == Role::in && inlet_ && !input_has_ended_) {
    inlet_->receive(bytes);
    if (inlet_->unsent() > Inlet::kFull) hold();
    return;
  }
  if (role == Role::resize) set_sizes(bytes);
  setting_.mux.consumed(stream, bytes.size());
}

void CallSession::set_sizes(std::string_view bytes) {
  for (const TerminalSize& size : resize_.feed(bytes))
    if (sizes_) (void)!::write(sizes_.get(), &size, sizeof(size));  // a handler that reads none gets the first of them
}

void CallSession::consumed(std::size_t bytes) {
  if (const auto in = stream_of(Role::in)) setting_.mux.consumed(*in, bytes);
  if (!is_holding_ || inlet_->unsent() > Inlet::kRoomy) return;
  is_holding_ = false;
  look_.stop();
  setting_.mux.hold(false);
}

// Nothing is read of the client while the command does not read: then its end would not be seen either.
void CallSession::hold() {
  if (!std::exchange(is_holding_, true)) setting_.mux.hold(true);
  look_.start(kLookAfter, [this] { setting_.has_left() ? gone() : hold(); });
}

void CallSession::finished(StreamId stream) {
  const Role role = roles_[stream];
  if (role == Role::in) input_ended();
  if (role == Role::resize) sizes_.reset();
}

void CallSession::input_ended() {
  if (!inlet_ || std::exchange(input_has_ended_, true)) return;
  // The inlet is closed once the loop is not within it.
  inlet_->finish([this](int) {
    setting_.loop.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) inlet_.reset();
    });
  });
}

void CallSession::was_reset(StreamId stream) {
  finished(stream);
  // Output that nobody wants is what a closed pipe is to a command.
  const Role role = roles_[stream];
  if (role == Role::error) return gone();
  std::unique_ptr<Outlet>& outlet = role == Role::err ? err_outlet_ : outlet_;
  if ((role != Role::out && role != Role::err) || !outlet) return;
  setting_.loop.post([this, &outlet, alive = std::weak_ptr(alive_)] {
    if (alive.expired() || !outlet) return;
    if (!outlet->has_ended()) --running_outlets_;
    outlet.reset();
    finish_when_done();
  });
}

void CallSession::call_ended() {
  has_ended_ = true;
  if (outlet_) outlet_->end_with_what_is_there();
  if (err_outlet_) err_outlet_->end_with_what_is_there();
  finish_when_done();
}

void CallSession::finish_when_done() {
  if (!has_ended_ || running_outlets_ > 0 || is_over_) return;
  is_over_ = true;
  look_.stop();
  for (const auto& [stream, role] : roles_)
    if (role != Role::error) setting_.mux.finish(stream);
  const StreamId error = *stream_of(Role::error);
  setting_.mux.send(error, status_of(**end_, form_.status), nullptr);
  setting_.mux.finish(error);
  setting_.mux.end();
  timer_.start(setting_.limits.farewell_time, [this] { setting_.over(); });
}

void CallSession::gone() {
  is_over_ = true;
  timer_.stop();
  look_.stop();
  setting_.over();
}

}  // namespace podrun::stream
