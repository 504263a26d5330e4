#include "runtime/stream/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <charconv>
#include <string_view>
#include <utility>

namespace podrun::stream {
namespace {

constexpr int kBacklog = 128;
constexpr std::chrono::milliseconds kAfterNoDescriptor{100};  // accept4(2) is tried again then: nothing would wake it

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error == std::errc() && end == text.data() + text.size()) return port;
  return Error{.kind = Kind::invalid, .what = "'" + std::string(text) + "' is no port"};
}

}  // namespace

Result<Listening> listen_on(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  const bool is_v6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_v6) host = host.substr(1, host.size() - 2);
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  void* const bits = is_v6 ? static_cast<void*>(&v6.sin6_addr) : &v4.sin_addr;
  if (colon == std::string::npos || ::inet_pton(is_v6 ? AF_INET6 : AF_INET, host.c_str(), bits) != 1)
    return Error{.kind = Kind::invalid, .what = "expected IPV4:PORT or [IPV6]:PORT, not '" + address + "'"};
  v4.sin_port = v6.sin6_port = htons(TRY(parse_port(std::string_view(address).substr(colon + 1))));
  auto* const name = is_v6 ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4);
  socklen_t size = is_v6 ? sizeof(v6) : sizeof(v4);

  Listening listening;
  listening.socket = Fd(::socket(name->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listening.socket) return Error::system(errno, "make a socket for '" + address + "'");
  const int on = 1;
  ::setsockopt(listening.socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (::bind(listening.socket.get(), name, size) != 0) return Error::system(errno, "bind '" + address + "'");
  if (::listen(listening.socket.get(), kBacklog) != 0) return Error::system(errno, "listen on '" + address + "'");
  ::getsockname(listening.socket.get(), name, &size);
  listening.name = address.substr(0, colon) + ":" + std::to_string(ntohs(is_v6 ? v6.sin6_port : v4.sin_port));
  return listening;
}

Acceptor::Acceptor(Loop& loop, Fd listening, std::function<void(Fd client)> take)
    : listening_(loop, std::move(listening)), retry_(loop), take_(std::move(take)) {
  accept();
}

void Acceptor::accept() {
  listening_.when_readable([this] {
    for (;;) {
      Fd client(::accept4(listening_.fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (client) {
        take_(std::move(client));
        continue;
      }
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EAGAIN) return accept();
      return retry_.start(kAfterNoDescriptor, [this] { accept(); });
    }
  });
}

}  // namespace podrun::stream
