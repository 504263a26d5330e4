// What is sent and received over a connection that stands, without waiting.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "runtime/probe/connection.h"

namespace podrun::probe {

class Stream {
 public:
  virtual ~Stream() = default;
  // How much; 0 where the peer has ended. Kind::busy: nothing can be done before what awaits() says. Other errors name
  // the peer.
  virtual Result<std::size_t> send(std::string_view bytes) = 0;
  virtual Result<std::size_t> receive(std::span<char> into) = 0;
  // POLLIN or POLLOUT, after a Kind::busy.
  virtual short awaits() const = 0;
  // Whether receive() has something for which poll(2) would wait in vain.
  virtual bool holds_more() const { return false; }
};

// `connection` stands, and outlives what is made of it.
std::unique_ptr<Stream> plain_stream(const Connection& connection);
// By TLS, whoever the peer is: a probe asks whether a server answers, and as under the kubelet no certificate is looked
// at. The handshake is part of the first send(). SIGPIPE is ignored by the caller. `protocol`: what is spoken then, as
// ALPN names it; empty: nothing is said of it.
std::unique_ptr<Stream> tls_stream(const Connection& connection, std::string_view protocol);

}  // namespace podrun::probe
