// An echo server in a network namespace: by TCP and UDP on one port, at every address, of both families. It answers
// with its name and with the address that the packet came from, so a client learns who answered, and how its packets
// looked when they arrived.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "cni/base/fd.h"
#include "cni/base/result.h"
#include "kit/src/prober/place.h"

namespace cni::kit {

class Server {
 public:
  static Result<std::unique_ptr<Server>> start(const Place& place, std::uint16_t port);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  Server(std::string name, Fd tcp, Fd udp, Fd stop);
  void serve() const;
  void answer_tcp() const;
  void answer_udp() const;

  std::string name_;
  Fd tcp_, udp_, stop_;
  std::thread thread_;
};

}  // namespace cni::kit
