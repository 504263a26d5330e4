// One end of a connected SEQPACKET socket pair: typed messages with file descriptors, whole or not at all.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun {

struct Message {
  std::uint32_t type = 0;
  std::string body;
  std::vector<Fd> fds;
};

class Channel {
 public:
  Channel() = default;
  explicit Channel(Fd socket) : socket_(std::move(socket)) {}
  static Result<std::pair<Channel, Channel>> pair();

  // A body is sent in packets of at most 64 KiB; bodies end at 16 MiB, descriptors at 250 (SCM_MAX_FD is 253).
  Result<void> send(std::uint32_t type, const std::string& body, const std::vector<int>& fds = {}) const;

  // Kind::not_found when the peer is gone: for a handshake that is an error everywhere but after its last message.
  // Kind::timeout when nothing came. Descriptors received are close-on-exec.
  Result<Message> receive(std::chrono::milliseconds limit) const;

  int fd() const { return socket_.get(); }
  const Fd& socket() const { return socket_; }
  explicit operator bool() const { return static_cast<bool>(socket_); }
  void close() { socket_.reset(); }
  Fd take() && { return std::move(socket_); }

 private:
  Fd socket_;
};

}  // namespace podrun
