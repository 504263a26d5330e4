// What port-forward is asked to forward, as kubectl has it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"
#include "runtime/kernel/types.h"

namespace podrun::cli {

struct ForwardPort {
  std::uint16_t local = 0;  // 0: whichever is free
  std::uint16_t remote = 0;
};

struct AskedPort {
  std::optional<std::uint16_t> local;  // empty: as the remote one; 0: whichever is free
  std::string remote;                  // a number, or the name of one of the pod's ports
};

// "8080:80", "80" (the same on both sides), ":80" (any local one); "8080:http".
Result<AskedPort> parse_forward_port(const std::string& text);

// By the port of that name and protocol that a container of the Pod `manifest` has, the first one. Kind::not_found names
// those that there are.
Result<ForwardPort> find_forward_port(const AskedPort& asked, const std::string& manifest,
                                      const std::string& protocol = "TCP");

// Addresses of this machine to listen on. "localhost" is both loopback addresses, of which one is enough.
struct ForwardAddress {
  std::vector<base::IpAddress> each;
  bool one_is_enough = false;
};
Result<std::vector<ForwardAddress>> parse_forward_addresses(const std::vector<std::string>& texts);

struct Listener {
  Fd socket;  // non-blocking
  std::uint16_t local = 0;
  std::uint16_t remote = 0;
  std::string shown;  // "127.0.0.1:8080"
};

// Errors name the address and the port.
Result<std::vector<Listener>> listen_for(const std::vector<ForwardPort>& ports,
                                         const std::vector<ForwardAddress>& addresses);

}  // namespace podrun::cli
