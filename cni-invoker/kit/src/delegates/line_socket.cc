#include "kit/src/delegates/line_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>

#include "cni/base/try.h"

namespace cni::kit {

using Json = nlohmann::json;

namespace {

// Of connect(2) or bind(2). Both paths are ours, and short.
Result<Fd> socket_at(const std::string& path, int flags, decltype(&::connect) take) {
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  if (!socket) return Error::system(errno, "open a socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (take(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return Error::system(errno, "take a socket to '" + path + "'");
  return socket;
}

}  // namespace

Result<LineSocket> LineSocket::connect(const std::string& path) {
  return LineSocket(TRY(socket_at(path, 0, ::connect)));
}

Result<Fd> LineSocket::listen(const std::string& path) {
  constexpr int kMostWaiting = 64;
  Fd socket = TRY(socket_at(path, SOCK_NONBLOCK, ::bind));
  if (::listen(socket.get(), kMostWaiting) != 0) return Error::system(errno, "listen at '" + path + "'");
  return socket;
}

Result<void> LineSocket::write(const Json& message) const {
  const std::string line = message.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  for (std::size_t at = 0; at < line.size();) {
    const ssize_t put = ::send(socket_.get(), line.data() + at, line.size() - at, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Error::system(errno, "write to a socket");
    at += static_cast<std::size_t>(put);
  }
  return {};
}

Result<Json> LineSocket::read() {
  for (;;) {
    if (auto message = next()) return *std::move(message);
    pollfd polled{socket_.get(), POLLIN, 0};
    if (::poll(&polled, 1, -1) < 0) continue;
    if (!take()) return Error{Kind::not_found, 0, "the other end of a socket is closed"};
  }
}

bool LineSocket::take() {
  std::array<char, 65536> block;
  const ssize_t got = ::recv(socket_.get(), block.data(), block.size(), MSG_DONTWAIT);
  if (got > 0) taken_.append(block.data(), static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

std::optional<Json> LineSocket::next() {
  const std::size_t end = taken_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  Json message = Json::parse(taken_.substr(0, end), nullptr, false);
  taken_.erase(0, end + 1);
  return message;
}

}  // namespace cni::kit
