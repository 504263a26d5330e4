// The commands with which a person makes by hand what a network namespace has: a sandbox, cables, bridges, addresses,
// routes, and the rules of iptables that are about it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "runtime/packet/recording.h"
#include "runtime/packet/spaces.h"

namespace podrun::packet {

// Of one version of IP, as `ip route` and `iptables-save` print it.
struct WiredFamily {
  std::string routes_inside;
  std::string routes_outside;
  std::string rules;  // of the machine
};

struct Wiring {
  std::string name;                  // of the namespace, as `ip netns` has it
  std::string hostname;              // of the sandbox
  std::vector<std::string> unshare;  // "--uts": its other namespaces
  std::vector<std::string> words;    // what rules that are about it say, beside its addresses
  Space outside;                     // the machine
  Space inside;
  WiredFamily v4;
  WiredFamily v6;
  std::string neighbours;                                     // inside, those that stay, as `ip neigh` prints them
  std::vector<std::pair<std::string, std::string>> settings;  // of the machine: "net/ipv4/ip_forward", "1"
};

// Fills what the kernel knows; without a program that prints it nothing of that.
Result<void> read_wiring(const OpenSpace& outside, const OpenSpace& inside, Wiring& into);

// Lines for a root shell, in the order in which they are typed on a machine that has nothing of it. Pure.
std::vector<std::string> commands_by_hand(const Wiring& wiring);

}  // namespace podrun::packet
