// The commands with which a person makes by hand what a network namespace has: a sandbox, cables, bridges, addresses,
// routes, and the rules of iptables and nftables that are about it.
#pragma once

#include <cstdint>
#include <optional>
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

// Users of a namespace of their own, from 0 on: the machine's from `first` on.
struct WiredUsers {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

using Settings = std::vector<std::pair<std::string, std::string>>;  // "net/ipv4/ip_forward", "1"

struct Wiring {
  std::string name;      // of the namespace, as `ip netns` has it
  std::string hostname;  // of the sandbox
  std::optional<WiredUsers> users;
  std::vector<std::string> namespaces;  // "--uts": its others, as unshare(1) and nsenter(1) call them
  Settings own_settings;                // of those namespaces
  std::vector<std::string> words;       // what rules that are about it say, beside its addresses
  Space outside;                     // the machine
  Space inside;
  WiredFamily v4;
  WiredFamily v6;
  std::string neighbours;  // inside, those that stay, as `ip neigh` prints them
  std::string nft;         // of the machine, as `nft -s list ruleset` prints it
  Settings settings;       // of the machine
};

// Fills what the kernel knows; without a program that prints it nothing of that.
Result<void> read_wiring(const OpenSpace& outside, const OpenSpace& inside, Wiring& into);

// Lines for a root shell, in the order in which they are typed on a machine that has nothing of it. Pure.
std::vector<std::string> commands_by_hand(const Wiring& wiring);

}  // namespace podrun::packet
