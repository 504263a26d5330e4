// What commands_by_hand is given, as the kernel has it now.
#include <fcntl.h>

#include <tuple>

#include "base/files.h"
#include "runtime/packet/by_hand.h"
#include "runtime/packet/world.h"

namespace podrun::packet {
namespace {

Result<std::string> ask_if_there(const OpenSpace& space, const std::vector<std::string>& argv) {
  auto text = ask_program(space, argv);
  if (!text && text.error().kind == Kind::not_found) return std::string();
  return text;
}

Result<OpenSpace> same(const OpenSpace& space) {
  OpenSpace other;
  other.name = space.name;
  other.netns = TRY(base::open_file("/proc/self/fd/" + std::to_string(space.netns.get()), O_RDONLY));
  return other;
}

// Switches that are off in a fresh namespace, and that are on.
void read_setting(const std::string& name, Wiring& into) {
  std::string value = base::read_file("/proc/sys/" + name).value_or("");
  while (value.ends_with('\n')) value.pop_back();
  if (!value.empty() && value != "0") into.settings.emplace_back(name, value);
}

void read_settings(Wiring& into) {
  read_setting("net/ipv4/ip_forward", into);
  read_setting("net/ipv6/conf/all/forwarding", into);
  for (const Link& link : into.inside.links)
    for (const Link& end : into.outside.links) {
      if (link.peer_space != 0 || link.peer != end.index) continue;
      for (const Link& outer : into.outside.links)
        if (outer.index == end.index || outer.index == end.master)
          for (const char* name : {"route_localnet", "proxy_arp"})
            read_setting("net/ipv4/conf/" + outer.name + "/" + name, into);
    }
}

}  // namespace

Result<void> read_wiring(const OpenSpace& outside, const OpenSpace& inside, Wiring& into) {
  std::vector<OpenSpace> open;
  open.push_back(TRY(same(outside)));
  open.push_back(TRY(same(inside)));
  std::vector<Space> world = TRY(read_world(open));
  into.outside = std::move(world.at(0));
  into.inside = std::move(world.at(1));
  for (auto [family, wired, save] :
       {std::tuple{"-4", &into.v4, "iptables-save"}, std::tuple{"-6", &into.v6, "ip6tables-save"}}) {
    wired->routes_inside = TRY(ask_if_there(inside, {"ip", family, "route", "show"}));
    wired->routes_outside = TRY(ask_if_there(outside, {"ip", family, "route", "show"}));
    wired->rules = TRY(ask_if_there(outside, {save}));
  }
  into.nft = TRY(ask_if_there(outside, {"nft", "-s", "list", "ruleset"}));
  into.neighbours = TRY(ask_if_there(inside, {"ip", "neigh", "show", "nud", "permanent"}));
  read_settings(into);
  return {};
}

}  // namespace podrun::packet
