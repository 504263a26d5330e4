#include "runtime/stream/connection.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "runtime/stream/call_session.h"
#include "runtime/stream/forward_session.h"
#include "runtime/stream/socket_wire.h"
#include "runtime/stream/spdy_mux.h"
#include "runtime/stream/tunnel_wire.h"
#include "runtime/stream/websocket_mux.h"

namespace podrun::stream {
namespace {

using Clock = std::chrono::steady_clock;

Purpose purpose_of(const Request& request) { return static_cast<Purpose>(request.index()); }

Streams streams_of(const Request& request) {
  if (const auto* exec = std::get_if<ExecRequest>(&request)) return exec->streams;
  if (const auto* attach = std::get_if<AttachRequest>(&request)) return attach->streams;
  return {};
}

unsigned lowest_output(const Streams& streams) { return streams.out ? 1 : streams.err ? 2 : 3; }

}  // namespace

Connection::Connection(const Shared& shared, Fd socket, std::function<void()> over)
    : shared_(shared),
      over_(std::move(over)),
      observed_(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0)),
      exchange_(std::make_unique<Exchange>(
          shared.loop, std::move(socket), Exchange::Patience{shared.limits.request_time, shared.limits.farewell_time},
          [this](const HttpRequest& request, std::string rest) { answer(request, std::move(rest)); }, over_)),
      timer_(shared.loop) {}

Connection::~Connection() = default;

void Connection::answer(const HttpRequest& request, std::string rest) {
  if (request.method != "GET" && request.method != "POST")
    return refuse({.status = 405, .text = "streams begin with GET or POST", .fields = {{"Allow", "GET, POST"}}});
  const Refusal unknown{
      .status = 404, .text = "no stream waits here: each is good once, and for a minute", .fields = {}};
  const auto path = parse_path(request.target);
  if (!path) return refuse(unknown);
  const auto found = shared_.tokens.find(path->token, Clock::now());
  if (!found || purpose_of(*found) != path->purpose) return refuse(unknown);
  const Negotiated negotiated = negotiate(request, path->purpose);
  if (!negotiated.protocol) return refuse(negotiated.refusal);
  auto taken = shared_.tokens.take(path->token, Clock::now());
  if (!taken) return refuse(unknown);
  request_ = std::move(*taken);

  // Not from here: the exchange that calls would be destroyed.
  shared_.loop.post(
      [this, request, protocol = *negotiated.protocol, rest = std::move(rest), alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) upgrade(request, protocol, rest);
      });
}

void Connection::refuse(const Refusal& refusal) { exchange_->answer(answer_of(refusal)); }

void Connection::upgrade(const HttpRequest& request, const Protocol& protocol, std::string rest) {
  const int on = 1;
  ::setsockopt(observed_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::setsockopt(observed_.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  mux_ = make_mux(request, protocol, std::move(rest));
  session_ = make_session(protocol);
  look_for_idleness();
  session_->start();
}

std::unique_ptr<Mux> Connection::make_mux(const HttpRequest& request, const Protocol& protocol, std::string rest) {
  Fd socket = exchange_->take();
  exchange_.reset();
  if (protocol.carrier == Protocol::Carrier::spdy) {
    auto wire = std::make_unique<SocketWire>(shared_.loop, std::move(socket), std::move(rest));
    wire->send(switch_to_spdy(protocol), nullptr);
    return std::make_unique<SpdyMux>(std::move(wire), shared_.limits.streams);
  }
  const bool is_tunnel = protocol.carrier == Protocol::Carrier::tunnel;
  auto websocket = std::make_unique<WebSocket>(shared_.loop, std::move(socket),
                                               WebSocket::Handshake{.key = request.field("sec-websocket-key"),
                                                                    .version = request.field("sec-websocket-version"),
                                                                    .subprotocol = protocol.name},
                                               is_tunnel ? 0 : kMaxChannelMessage);
  if (is_tunnel)
    return std::make_unique<SpdyMux>(std::make_unique<TunnelWire>(std::move(websocket)), shared_.limits.streams);
  const auto* forward = std::get_if<PortForwardRequest>(&request_);
  return std::make_unique<WebSocketMux>(
      std::move(websocket), protocol.form,
      forward != nullptr ? channels_of_forward(forward->ports) : channels_of_call(lowest_output(streams_of(request_))));
}

std::unique_ptr<Session> Connection::make_session(const Protocol& protocol) {
  const Setting setting{.loop = shared_.loop,
                        .jobs = shared_.jobs,
                        .limits = shared_.limits,
                        .mux = *mux_,
                        .has_left = [this] { return has_left(); },
                        .over = [this] { over_(); }};
  Handler* const handler = &shared_.handler;
  if (auto* forward = std::get_if<PortForwardRequest>(&request_))
    return std::make_unique<ForwardSession>(
        setting,
        [handler, pod = forward->pod](std::uint16_t port, Fd connection) {
          return handler->port_forward(pod, port, std::move(connection));
        },
        protocol.carrier == Protocol::Carrier::channels);

  const CallForm form{.streams = streams_of(request_),
                      .has_resize = protocol.version >= 3 || protocol.carrier == Protocol::Carrier::channels,
                      .status = protocol.version >= 4 ? StatusForm::json : StatusForm::text};
  CallSession::Call call;
  if (auto* exec = std::get_if<ExecRequest>(&request_))
    call = [handler, exec = *exec](Ends ends) { return handler->exec(exec, std::move(ends)); };
  else
    call = [handler, attach = std::get<AttachRequest>(request_)](Ends ends) -> Result<int> {
      TRY(handler->attach(attach, std::move(ends)));
      return 0;
    };
  return std::make_unique<CallSession>(setting, form, std::move(call));
}

bool Connection::has_left() const {
  pollfd what{.fd = observed_.get(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&what, 1, 0) > 0;
}

// The kernel knows when the last byte went in either direction.
void Connection::look_for_idleness() {
  const std::chrono::milliseconds most = shared_.limits.idle_time;
  timer_.start(most / 8 + std::chrono::milliseconds(1), [this, most] {
    tcp_info info{};
    socklen_t size = sizeof(info);
    ::getsockopt(observed_.get(), IPPROTO_TCP, TCP_INFO, &info, &size);
    const std::chrono::milliseconds idle(std::min(info.tcpi_last_data_sent, info.tcpi_last_data_recv));
    idle > most ? over_() : look_for_idleness();
  });
}

}  // namespace podrun::stream
