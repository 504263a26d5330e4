// What a Recording knows, by question: whose address that is, what a setting is, where a packet would have gone. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/packet/recording.h"

namespace podrun::packet {

struct Place {
  int space = 0;
  int link = 0;
};

const Space& space_at(const Recording& recording, int space);
// Whether it is where we are, and no other namespace.
bool is_the_machine(const Recording& recording, int space);

// An address without its length: "10.0.0.2/24" → 10.0.0.2.
std::optional<base::IpAddress> address_of(const std::string& with_length);
// Whether the address is in the subnet of "10.0.0.2/24".
bool is_in_subnet(const base::IpAddress& ip, const std::string& with_length);

// Who has the address; nobody, or several. A loopback address is the sender's own.
std::vector<Place> owners_of(const Recording& recording, const base::IpAddress& ip);
bool owns(const Recording& recording, int space, const base::IpAddress& ip);

const Link& link_at(const Recording& recording, const Place& place);  // it is there
// The other end of a veth; none where it is not known.
std::optional<Place> peer_of(const Recording& recording, const Place& place);
// The bridge whose port it is.
std::optional<Place> bridge_of(const Recording& recording, const Place& port);
// By which namespaces are left: up or down, without lo and ports of bridges.
std::vector<Place> links_of(const Recording& recording, int space);

// The value; empty: it is not known.
std::string setting(const Recording& recording, int space, const std::string& name);
// net/FAMILY/conf/LINK/NAME.
std::string link_setting(const Recording& recording, const Place& place, const std::string& family,
                         const std::string& name);

// Where packets of these addresses go there; null: it was not asked. `in_link` -1: whichever way they came.
const Route* find_route(const Recording& recording, int space, const base::IpAddress& destination, int in_link = -1);
std::vector<const Listener*> listeners_at(const Recording& recording, int space, std::uint16_t port);
std::uint64_t grown(const Recording& recording, int space, const std::string& counter);

// The switch that makes a router of a namespace.
const char* forwarding_setting(bool is_v4);
// The switch by which frames that stay in a bridge are shown to iptables, and so translated; absent without
// br_netfilter.
const char* filter_of_bridges(bool is_v4);

// The router that a link was given, or whose bridge it is on: none where nobody can tell.
std::optional<base::IpAddress> gateway_for(const Recording& recording, const Place& place, bool is_v4);

// A command as it is to be typed on the host.
std::string command_in(const Recording& recording, int space, const std::string& command);
// One after another; none where nobody knows how.
std::vector<std::string> remake_commands(const Recording& recording, int space);
std::string set_command(const Recording& recording, int space, const std::string& setting, const std::string& value);

// "eth0 of pod web"
std::string place_text(const Recording& recording, const Place& place);
// "net.ipv4.conf.eth0.rp_filter = 1 in pod web"
std::string setting_text(const Recording& recording, int space, const std::string& name);

}  // namespace podrun::packet
