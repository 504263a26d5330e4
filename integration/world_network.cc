// The network's part of the world, as `ip -j` and `nft -j` tell it.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "integration/command.h"
#include "integration/world.h"

namespace integration::detail {
namespace {

using Json = nlohmann::json;

Json ask(std::vector<std::string> argv) {
  Json answer = Json::parse(run(std::move(argv)).out, nullptr, false);
  return answer.is_discarded() ? Json::array() : answer;
}

std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string with(const Json& object, const char* key, const char* label) {
  const std::string value = text(object, key);
  return value.empty() ? std::string() : std::string(" ") + label + " " + value;
}

// The kernel makes and drops these by itself as links come up.
bool is_link_local(const std::string& address) {
  return address.starts_with("fe80:") || address.starts_with("ff00:") || address == "multicast";
}

bool is_up(const Json& link) {
  const Json flags = link.value("flags", Json::array());
  return std::find(flags.begin(), flags.end(), "UP") != flags.end();
}

void add_links(World& world) {
  for (const Json& link : ask({"ip", "-j", "-d", "link", "show"})) {
    const Json info = link.value("linkinfo", Json::object());
    world.insert("link " + text(link, "ifname") + with(info, "info_kind", "type") + with(link, "master", "master") +
                 with(link, "mtu", "mtu") + (is_up(link) ? " up" : " down"));
  }
  for (const Json& link : ask({"ip", "-j", "addr", "show"}))
    for (const Json& address : link.value("addr_info", Json::array()))
      if (!is_link_local(text(address, "local")))
        world.insert("address " + text(address, "local") + "/" + text(address, "prefixlen") + " on " +
                     text(link, "ifname"));
}

void add_routes(World& world, const char* family) {
  for (const Json& route : ask({"ip", "-j", family, "route", "show", "table", "all"}))
    if (!is_link_local(text(route, "dst")) && !is_link_local(text(route, "type")))
      world.insert("route " + text(route, "dst") + with(route, "type", "type") + with(route, "gateway", "via") +
                   with(route, "dev", "on") + with(route, "table", "table"));
  for (const Json& rule : ask({"ip", "-j", family, "rule", "show"}))
    world.insert(std::string("rule ") + family + " " + rule.dump());
}

// Takes handles and counters out, at any depth.
void mask(Json& value) {
  if (value.is_object()) {
    for (const char* key : {"handle", "packets", "bytes"}) value.erase(key);
  }
  if (value.is_structured())
    for (Json& part : value) mask(part);
}

}  // namespace

void add_network(World& world) {
  add_links(world);
  add_routes(world, "-4");
  add_routes(world, "-6");
}

void add_packet_filter(World& world) {
  Json ruleset = ask({"nft", "-j", "list", "ruleset"});
  if (ruleset.is_object())
    for (Json& object : ruleset.value("nftables", Json::array())) {
      if (object.contains("metainfo")) continue;
      mask(object);
      world.insert("nftables " + object.dump());
    }
  // Rules of the older kind are not in nftables' list. A chain's counters stand in brackets.
  for (const char* save : {"iptables-legacy-save", "ip6tables-legacy-save"}) {
    std::istringstream lines(run({save}).out);
    std::string table;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("*")) table = line.substr(1);
      if (line.starts_with(":") || line.starts_with("-A"))
        world.insert(std::string(save) + " " + table + " " + line.substr(0, line.find(" [")));
    }
  }
}

}  // namespace integration::detail
