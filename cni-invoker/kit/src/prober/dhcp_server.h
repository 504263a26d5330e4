// A DHCP server (RFC 2131) for one client: it offers one address, grants it whenever it is asked for, and notes what it
// was sent.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "cni/base/fd.h"
#include "cni/base/result.h"
#include "kit/src/prober/place.h"

namespace cni::kit {

struct Lease {
  base::IpAddress address, router;  // of IPv4; the router is the server, too
  std::uint8_t prefix_length = 24;
  std::chrono::seconds renewal{2}, rebinding{5}, end{8};  // after it was granted
};

class DhcpServer {
 public:
  enum class Message : std::uint8_t {
    discover = 1,
    offer = 2,
    request = 3,
    decline = 4,
    ack = 5,
    nak = 6,
    release = 7
  };
  struct Heard {
    Message message;
    std::chrono::steady_clock::time_point at;
  };

  // By the place's device.
  static Result<std::unique_ptr<DhcpServer>> start(const Place& place, const Lease& lease);
  ~DhcpServer();
  DhcpServer(const DhcpServer&) = delete;
  DhcpServer& operator=(const DhcpServer&) = delete;

  // Waits until it was sent so many of them; false: it was not, up to then.
  bool hears(Message message, std::size_t count, std::chrono::steady_clock::time_point end) const;
  std::vector<Heard> heard() const;

 private:
  DhcpServer(Lease lease, Fd socket, Fd stop);
  void serve();
  void take(std::string_view packet);
  std::string answer(std::string_view asked, Message message) const;

  Lease lease_;
  Fd socket_, stop_;
  mutable std::mutex hearing_;  // heard_
  std::vector<Heard> heard_;
  std::thread thread_;
};

std::string to_text(DhcpServer::Message message);  // "DISCOVER"

}  // namespace cni::kit
