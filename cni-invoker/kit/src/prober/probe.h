// Clients of a Server: whether packets arrive, and what they look like there.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cni/base/fd.h"
#include "cni/base/ip.h"
#include "cni/base/result.h"
#include "kit/src/prober/place.h"

namespace cni::kit {

enum class Transport { tcp, udp };

struct Target {
  Transport transport = Transport::tcp;
  base::IpAddress address;
  std::uint16_t port = 0;
  std::string text() const;  // "tcp [fd00::2]:80"
};

struct Seen {
  bool arrived = false;  // and its answer came back
  std::string server;    // who answered
  std::string peer;      // the address it saw
  std::string why;       // of what did not arrive: "no answer in 1000 ms", "Connection refused"
};

using Limit = std::chrono::milliseconds;

// Tries until there is an answer, or the time is up.
Seen ask(const Place& from, const Target& target, Limit limit);

// ICMP: an echo request of `size` bytes with its IP header, not to be fragmented on its way.
Seen ping(const Place& from, const base::IpAddress& address, std::size_t size, Limit limit);

// UDP from one port, again and again: one flow to whoever tracks connections.
class Flow {
 public:
  static Result<Flow> open(const Place& from, const Target& target);
  Seen ask(Limit limit) const;
  // One packet of that many bytes with its IP header, not to be fragmented on its way. An error: it did not leave.
  Result<void> send(std::size_t size) const;
  std::optional<int> path_mtu() const;

 private:
  Flow(Fd socket, bool is_v4) : socket_(std::move(socket)), is_v4_(is_v4) {}
  Fd socket_;
  bool is_v4_;
};

}  // namespace cni::kit
