// The way of one packet and of its answers, decided from what was recorded. Pure: the same Recording, the same Journey.
//
// Times order what packet sockets saw. What nftables traced has no time, so it is placed where the kernel must have
// done it: prerouting and input behind the last arrival with these addresses (with bridge-nf-call-iptables behind that
// on the bridge's port, before the bridge's own), output, forward and postrouting before the first departure that
// follows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/packet/recording.h"

namespace podrun::packet {

// A rule or a policy that the packet met, with its text.
struct Met {
  std::string family;
  std::string table;
  std::string chain;
  std::string text;     // of a rule; empty: a policy, or nobody could tell it
  std::string verdict;  // as RuleEvent has it
  bool is_policy = false;
  std::uint32_t mark = 0;    // the packet's, behind it
  std::uint64_t handle = 0;  // of a rule: nftables' number for it
};

// One base chain that the packet went through, with all that it led to.
struct Passage {
  std::string hook;  // "prerouting"
  std::vector<Met> met;
  Headers headers;  // at its beginning
  int in_link = 0;
  int out_link = 0;
  bool is_dropped() const { return !met.empty() && met.back().verdict == "drop"; }
};

enum class Layer { process, ip, link };

struct Station {
  int space = 0;
  Layer layer = Layer::link;
  std::string says;  // of a process: "connect() → 10.0.0.2:80"
  // Of a link: what was seen there. Of ip: of no use.
  Sighting seen;
  // Of ip: none where no chain is, or none was traced.
  std::vector<Passage> passages;
};

struct Leg {
  std::string name;  // "SYN", "SYN-ACK", "RST", "ACK", "data", "datagram", "answer", "ICMP 3/1"
  bool forward = true;
  std::vector<Station> stations;
  std::vector<Sighting> aside;    // copies for other MACs, by which a bridge finds out where somebody is
  bool arrived = false;           // at a process
  const Met* dropped_by() const;  // null: nobody said so
};

struct Journey {
  std::vector<Leg> legs;  // in the order in which they began
};

Journey journey_of(const Recording& recording);

// What happened to a packet between two places: "SNAT", "DNAT", "ttl 64→63", each where it is so. Of an answer, whose
// addresses are translated back, by the names of what is undone.
std::vector<std::string> changes_between(const Headers& before, const Headers& now, bool forward);

// Whether the journey has what is expected: "host/cni0" or "web/eth0" (a link, of a pod or namespace without its kind),
// "DNAT", "SNAT", the name of a leg, or the word of the outcome.
bool has_expected(const Recording& recording, const Journey& journey, const std::string& expected);
// Whether a rule dropped it whose text, chain or table has that in it.
bool is_dropped_by(const Journey& journey, const std::string& rule);

}  // namespace podrun::packet
