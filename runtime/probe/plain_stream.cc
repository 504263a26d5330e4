#include <sys/socket.h>

#include <cerrno>

#include "runtime/probe/stream.h"

namespace podrun::probe {
namespace {

class Plain : public Stream {
 public:
  explicit Plain(const Connection& connection) : connection_(connection) {}

  Result<std::size_t> send(std::string_view bytes) override {
    return moved(::send(connection_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL), POLLOUT, "send to ");
  }
  Result<std::size_t> receive(std::span<char> into) override {
    return moved(::recv(connection_.fd(), into.data(), into.size(), 0), POLLIN, "receive from ");
  }
  short awaits() const override { return awaits_; }

 private:
  Result<std::size_t> moved(ssize_t bytes, short event, const char* act) {
    awaits_ = event;
    if (bytes >= 0) return static_cast<std::size_t>(bytes);
    if (errno == EAGAIN || errno == EINTR) return Error{Kind::busy, errno, act + connection_.peer()};
    return Error::system(errno, act + connection_.peer());
  }

  const Connection& connection_;
  short awaits_ = POLLOUT;
};

}  // namespace

std::unique_ptr<Stream> plain_stream(const Connection& connection) { return std::make_unique<Plain>(connection); }

}  // namespace podrun::probe
