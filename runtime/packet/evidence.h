// What the places of a packet's way say of themselves, asked right behind it (gather.h): by that explain.h tells why it
// went no further. Of namespaces and links that the packet was at, or had to come to, and of no others.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/packet/flow.h"

namespace podrun::packet {

struct Setting {
  int space = 0;
  std::string name;  // "net/ipv4/conf/eth0/rp_filter": a name of a link may have dots
  std::string value;
};

// The kernel's own answer to where a packet of these addresses goes from there.
struct Route {
  int space = 0;
  base::IpAddress source;
  base::IpAddress destination;
  int in_link = 0;       // by which it came; 0: it was born there
  int error_number = 0;  // ENETUNREACH: no route; EHOSTUNREACH, EACCES, EINVAL: one that refuses; EXDEV: rp_filter
  bool local = false;    // to a process there
  int out_link = 0;
  base::IpAddress via;  // the next router; unspecified: none
  std::string text;     // of an error, the route as `ip route` has it; empty: there is none, or nobody could tell
};

struct Neighbour {
  int space = 0;
  int link = 0;
  base::IpAddress ip;
  std::string mac;  // empty: it is not known
  bool permanent = false;
};

// A socket that waits at the port.
struct Listener {
  int space = 0;
  Endpoint at;  // unspecified: all addresses
  bool only_v6 = false;
  std::uint32_t waiting = 0;  // TCP: connections that nobody has accepted; UDP: bytes
  std::uint32_t limit = 0;    // TCP: of them
};

// Rules that nothing can trace, on what comes in by a link.
struct Hook {
  int space = 0;
  int link = 0;
  std::string text;     // "netdev own in: tcp dport 80 drop"
  std::string removal;  // the command that takes it away
};

struct Evidence {
  std::vector<Setting> settings;
  std::vector<Route> routes;
  std::vector<Neighbour> neighbours;
  std::vector<Listener> listeners;
  std::vector<Hook> hooks;
  std::vector<Connection> remembered;  // of other packets from the same address to the same port
};

}  // namespace podrun::packet
