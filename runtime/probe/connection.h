// A TCP connection that is being made, from inside a network namespace that need not be the caller's.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/probe/question.h"

namespace podrun::probe {

class Connection {
 public:
  // An empty `host` is the place's own address.
  static Result<Connection> begin(const Place& place, const std::string& host, std::uint16_t port);

  // Once writing is possible, or an error is there: whether it stands. Kind::busy: not yet.
  Result<void> check() const;

  // For who goes on with it: what was sent is delivered also when it is closed. Non-blocking.
  Fd take() &&;

  int fd() const { return socket_.get(); }
  const std::string& peer() const { return peer_; }  // "10.88.0.2:80", "[fd00::2]:80"

 private:
  Connection(Fd socket, std::string peer) : socket_(std::move(socket)), peer_(std::move(peer)) {}
  Fd socket_;  // non-blocking
  std::string peer_;
};

}  // namespace podrun::probe
