#include "runtime/stream/server.h"

#include <map>
#include <string_view>
#include <thread>
#include <utility>

#include "cni/base/signals_blocked.h"
#include "runtime/stream/connection.h"
#include "runtime/stream/listen.h"
#include "runtime/stream/negotiate.h"

namespace podrun::stream {
namespace {

Result<void> check_streams(const Streams& streams) {
  if (streams.tty && streams.err)
    return Error{.kind = Kind::invalid,
                 .what = "a terminal has no stderr of its own: tty and stderr exclude each other"};
  if (!streams.in && !streams.out && !streams.err)
    return Error{.kind = Kind::invalid, .what = "one of stdin, stdout and stderr has to be asked for"};
  return {};
}

Result<void> check_request(const Request& request) {
  if (const auto* exec = std::get_if<ExecRequest>(&request)) {
    if (exec->command.empty()) return Error{.kind = Kind::invalid, .what = "there is no command to execute"};
    return check_streams(exec->streams);
  }
  if (const auto* attach = std::get_if<AttachRequest>(&request)) return check_streams(attach->streams);
  return {};
}

// Who knows a URL may execute.
Result<void> check_loopback(std::string_view address) {
  if (address.starts_with("127.0.0.1:") || address.starts_with("[::1]:")) return {};
  return Error{.kind = Kind::invalid,
               .what = "expected 127.0.0.1:PORT or [::1]:PORT for streams, not '" + std::string(address) + "'"};
}

}  // namespace

class Server::Impl {
 public:
  Impl(Listening listening, Handler& handler, const Limits& limits)
      : limits_(limits),
        name_(std::move(listening.name)),
        tokens_(limits.waiting, limits.url_life),
        jobs_(loop_, limits.calls),
        shared_{.loop = loop_, .jobs = jobs_, .tokens = tokens_, .handler = handler, .limits = limits_},
        acceptor_(std::make_unique<Acceptor>(loop_, std::move(listening.socket),
                                             [this](Fd client) { take(std::move(client)); })) {
    const base::AllSignalsBlocked blocked;  // for the thread, and those that it starts: a client that goes is no signal
    thread_ = std::thread([this] { loop_.run(); });
  }

  ~Impl() {
    loop_.post([this] {
      acceptor_.reset();
      connections_.clear();
      jobs_.when_idle([this] { loop_.stop(); });
    });
    thread_.join();
  }

  Result<std::string> url_for(Request request) {
    TRY(check_request(request));
    const char* const path = path_of(static_cast<Purpose>(request.index()));
    return "http://" + name_ + path + TRY(tokens_.issue(std::move(request), std::chrono::steady_clock::now()));
  }

 private:
  void take(Fd client) {
    if (connections_.size() >= limits_.connections) return;  // and so closes it
    const std::size_t number = ++last_;
    connections_[number] = std::make_unique<Connection>(
        shared_, std::move(client), [this, number] { loop_.post([this, number] { connections_.erase(number); }); });
  }

  Limits limits_;
  std::string name_;
  Loop loop_;
  Tokens tokens_;
  Jobs jobs_;
  Connection::Shared shared_;
  std::unique_ptr<Acceptor> acceptor_;
  std::map<std::size_t, std::unique_ptr<Connection>> connections_;
  std::size_t last_ = 0;
  std::thread thread_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(const std::string& address, Handler& handler, const Limits& limits) {
  TRY(check_loopback(address));
  auto impl = std::make_unique<Impl>(TRY(listen_on(address)), handler, limits);
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Result<std::string> Server::url_for(std::variant<ExecRequest, AttachRequest, PortForwardRequest> request) {
  return impl_->url_for(std::move(request));
}

}  // namespace podrun::stream
