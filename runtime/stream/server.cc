#include "runtime/stream/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <map>
#include <string_view>
#include <thread>
#include <utility>

#include "cni/base/signals_blocked.h"
#include "runtime/stream/connection.h"
#include "runtime/stream/negotiate.h"

namespace podrun::stream {
namespace {

constexpr int kBacklog = 128;
constexpr std::chrono::milliseconds kAfterNoDescriptor{100};  // accept4(2) is tried again then: nothing would wake it

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

struct Endpoint {
  bool is_v6 = false;
  std::uint16_t port = 0;
};

Result<Endpoint> parse_endpoint(std::string_view address) {
  Endpoint endpoint;
  constexpr std::string_view kV4 = "127.0.0.1:";
  constexpr std::string_view kV6 = "[::1]:";
  endpoint.is_v6 = address.starts_with(kV6);
  if (!endpoint.is_v6 && !address.starts_with(kV4))
    return Error{.kind = Kind::invalid,
                 .what = "expected 127.0.0.1:PORT or [::1]:PORT for streams, not '" + std::string(address) + "'"};
  const std::string_view port = address.substr(endpoint.is_v6 ? kV6.size() : kV4.size());
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (error != std::errc() || end != port.data() + port.size())
    return Error{.kind = Kind::invalid, .what = "'" + std::string(port) + "' is no port"};
  return endpoint;
}

struct Listening {
  Fd socket;
  std::string name;  // "127.0.0.1:41234"
};

Result<Listening> listen_on(const std::string& address) {
  const Endpoint endpoint = TRY(parse_endpoint(address));
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(endpoint.port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  v6.sin6_addr = in6addr_loopback;
  auto* const name = endpoint.is_v6 ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4);
  socklen_t size = endpoint.is_v6 ? sizeof(v6) : sizeof(v4);

  Listening listening;
  listening.socket = Fd(::socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listening.socket) return Error::system(errno, "make a socket for streams");
  const int on = 1;
  ::setsockopt(listening.socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(listening.socket.get(), name, size) != 0) return Error::system(errno, "bind '" + address + "'");
  if (::listen(listening.socket.get(), kBacklog) != 0) return Error::system(errno, "listen on '" + address + "'");
  ::getsockname(listening.socket.get(), name, &size);
  listening.name =
      (endpoint.is_v6 ? "[::1]:" : "127.0.0.1:") + std::to_string(ntohs(endpoint.is_v6 ? v6.sin6_port : v4.sin_port));
  return listening;
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
        listener_(std::make_unique<Pipe>(loop_, std::move(listening.socket))),
        retry_(loop_) {
    accept();
    const base::AllSignalsBlocked blocked;  // for the thread, and those that it starts: a client that goes is no signal
    thread_ = std::thread([this] { loop_.run(); });
  }

  ~Impl() {
    loop_.post([this] {
      listener_.reset();
      retry_.stop();
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
  void accept() {
    listener_->when_readable([this] {
      for (;;) {
        Fd client(::accept4(listener_->fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (client) {
          take(std::move(client));
          continue;
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno == EAGAIN) return accept();
        return retry_.start(kAfterNoDescriptor, [this] { accept(); });
      }
    });
  }

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
  std::unique_ptr<Pipe> listener_;
  Timer retry_;
  std::map<std::size_t, std::unique_ptr<Connection>> connections_;
  std::size_t last_ = 0;
  std::thread thread_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(const std::string& address, Handler& handler, const Limits& limits) {
  auto impl = std::make_unique<Impl>(TRY(listen_on(address)), handler, limits);
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Result<std::string> Server::url_for(std::variant<ExecRequest, AttachRequest, PortForwardRequest> request) {
  return impl_->url_for(std::move(request));
}

}  // namespace podrun::stream
