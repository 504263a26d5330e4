// All that was seen of one packet and its answer, as it was seen: what decides (journey.h) and draws (picture_*.h) is
// given this and nothing else. As JSON (recording_json.h) it is what a report of a fault attaches, and what tests begin
// with.
//
// Namespaces are counted: `space` is a place in Recording::spaces. Links go by their index in their namespace.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ip.h"
#include "runtime/packet/evidence.h"

namespace podrun::packet {

// What one packet is known by wherever it comes along, whoever changes its addresses and ports: chosen before it is
// sent.
struct Name {
  Transport transport = Transport::tcp;
  std::uint32_t sequence = 0;  // TCP: the initial sequence number
  std::uint64_t cookie = 0;    // UDP: the first eight bytes of what it carries, as they stand there
  std::uint32_t data = 0;      // bytes that are sent: behind the handshake, or in the datagram
  Flow flow;                   // as the sender has it; an answer by UDP that carries no cookie is known by its goal

  // RFC 9293: a SYN counts as one.
  std::uint32_t first_byte() const { return sequence + 1; }
  std::uint32_t behind_data() const { return sequence + 1 + data; }
};

enum class Protocol {
  tcp,
  udp,
  icmp,  // of either version, errors alone
  ask,   // who has the address? ARP, or a neighbour solicitation
  tell,  // the answer to that
};

struct Headers {
  Protocol protocol = Protocol::tcp;
  // Of ICMP without ports. Of ask, from whom and for whom; of tell, of whom and to whom.
  Flow flow;
  int ttl = 0;                // or hop limit
  std::uint32_t payload = 0;  // bytes behind the TCP or UDP header
  std::uint8_t tcp_flags = 0;
  std::uint32_t sequence = 0;  // of ICMP: of the packet that it quotes
  std::uint32_t acknowledgement = 0;
  bool has_cookie = false;  // UDP, or ICMP that quotes it
  int icmp_type = 0;
  int icmp_code = 0;
  std::optional<Flow> quoted;  // of ICMP
};

enum class Direction {
  in,         // to this machine, or into a bridge by one of its ports
  out,        //
  elsewhere,  // arrived, for another MAC: on a port of a bridge that is an arrival like others
};

// A packet at a link, as a packet socket (packet(7)) sees it.
struct Sighting {
  int space = 0;
  int link = 0;
  Direction direction = Direction::in;
  std::int64_t at = 0;   // nanoseconds of CLOCK_REALTIME, the same clock for all namespaces
  std::string from_mac;  // empty: the link has none
  std::string to_mac;
  Headers headers;
};

// What nftables says of a packet that it traces, in the order of its namespace. It says no time. Events of one packet
// in one base chain follow each other, the first with `headers`.
struct RuleEvent {
  int space = 0;
  std::string family;  // "ip", "ip6", "inet", "bridge"
  std::string table;
  std::string chain;
  std::string what;          // "rule", "policy" or "return"
  std::uint64_t handle = 0;  // of the rule
  std::string verdict;       // "accept", "drop", "continue", "return", "jump CHAIN", "goto CHAIN", "queue", "stolen"
  std::optional<Headers> headers;
  int in_link = 0;  // 0: not said
  int out_link = 0;
  std::uint32_t mark = 0;
};

// A rule that is met, as who wrote it would write it.
struct RuleText {
  int space = 0;
  std::string family;
  std::string table;
  std::string chain;
  std::uint64_t handle = 0;
  std::string text;  // "-A KUBE-FORWARD -j ACCEPT", or nft's; empty where nobody could tell
};

// A rule of iptables-legacy, or a policy that is not to accept, that has counted packets meanwhile: whichever.
struct CountedRule {
  std::string table;
  std::string chain;
  std::string text;  // "-A FORWARD -d 10.0.0.2/32 -j DROP", "-P FORWARD DROP"
  std::uint64_t grown = 0;
};

// nftables' trace knows nothing of the rules of iptables-legacy.
struct LegacyRules {
  int space = 0;
  std::string family;               // "ip", "ip6"
  std::vector<std::string> tables;  // that have rules, or such a policy
  std::vector<CountedRule> counted;
};

// Where a chain stands. One without a hook is jumped to.
struct Chain {
  int space = 0;
  std::string family;
  std::string table;
  std::string name;
  std::string hook;  // "prerouting", "input", "forward", "output", "postrouting"; empty
  int priority = 0;
};

// A counter of /proc/net/snmp, netstat or snmp6 that has grown meanwhile, by whatever packet.
struct Counter {
  int space = 0;
  std::string name;  // "TcpExt.ListenDrops"
  std::uint64_t grown = 0;
};

struct Link {
  int index = 0;
  std::string name;
  std::string kind;  // "veth", "bridge"; empty: a device, or lo
  std::string mac;
  int mtu = 0;
  bool up = false;
  bool no_arp = false;
  bool has_xdp = false;  // a program that sees, and may drop, what comes in before any tap does
  int master = 0;        // the bridge whose port it is; 0: none
  bool hairpin = false;  // of such a port: what came in by it may go out by it
  bool isolated = false;
  bool blocked = false;  // by spanning tree
  int peer_space = -1;  // where the other end of a veth is; -1: there is none, or it is not known
  int peer = 0;
  std::vector<std::string> addresses;  // "10.0.0.2/24"
};

// What a link was given by the plugin that made it, whatever has become of that.
struct Given {
  std::string link;
  std::string address;  // "10.0.0.2/24"
  std::string gateway;  // empty: none
};

struct Space {
  std::string name;                 // "host", "pod web", "netns outside"
  std::string path;                 // "/run/netns/web"; empty: where the program itself is
  std::string remake;               // "COMMAND && COMMAND" that make its network anew; may be empty
  std::vector<Given> given;
  bool filters_bridged_v4 = false;  // net.bridge.bridge-nf-call-iptables
  bool filters_bridged_v6 = false;
  std::vector<Link> links;
};

// A port of the host that is to lead to one of a namespace.
struct Published {
  Transport transport = Transport::tcp;
  std::uint16_t host_port = 0;
  int space = 0;
  std::uint16_t port = 0;
};

// How it ended for the program that sent it.
struct Outcome {
  // "connected", "answered"; "refused" (RST, or ICMP to a UDP socket), "unreachable", "silent", "not sent"
  std::string word;
  int error_number = 0;        // of connect(2), send(2) or the socket; 0: none
  std::uint32_t answered = 0;  // bytes that came back
  std::int64_t began = 0;      // as Sighting::at
  std::int64_t ended = 0;
  std::string answer;  // the first bytes that came back by UDP; no part of what is written down
};

struct Recording {
  std::string from;  // as it was asked for
  std::string to;
  std::string kernel;  // "6.1.0-18-amd64"
  int from_space = 0;
  int to_space = -1;  // of a pod or namespace that was asked for; -1: an address was
  Name name;
  Outcome outcome;
  std::vector<Space> spaces;
  std::vector<Sighting> sightings;  // those of one namespace in the order in which they came
  std::vector<RuleEvent> events;    // the same
  std::vector<RuleText> rules;
  std::vector<Chain> chains;
  std::vector<LegacyRules> legacy;
  std::vector<Connection> connections;
  std::vector<Counter> counters;
  std::vector<std::string> missing;  // what could not be looked at, a line each
  std::vector<Published> published;
  Evidence evidence;
};

const Link* find_link(const Recording& recording, int space, int index);  // null: it was not there
// "eth0", or "link 7".
std::string link_name(const Recording& recording, int space, int index);
// Whether the link is a port of a bridge.
bool is_bridge_port(const Recording& recording, int space, int index);

// Whether the sender has seen that all its data has come to where it was sent (TCP).
bool is_data_acknowledged(const Recording& recording);

}  // namespace podrun::packet
