#include "runtime/packet/by_hand.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "runtime/packet/facts.h"
#include "runtime/packet/nft_rules.h"
#include "runtime/packet/saved_rules.h"

namespace podrun::packet {
namespace {

constexpr int kUsualMtu = 1500;
constexpr const char* kOfNobody = "fe80:";  // the kernel gives those to each link

bool is_v6(const std::string& address) { return address.find(':') != std::string::npos; }

bool has(const std::vector<std::string>& words, const std::string& one, const std::string& other) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == one && words[i + 1] == other) return true;
  return false;
}

std::vector<std::vector<std::string>> lines_of(const std::string& text) {
  std::vector<std::vector<std::string>> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (auto words = words_of(line); !words.empty()) lines.push_back(std::move(words));
  return lines;
}

class ByHand {
 public:
  explicit ByHand(const Wiring& wiring) : wiring_(wiring) {}

  std::vector<std::string> commands() && {
    make_sandbox();
    for (const Link& link : wiring_.inside.links) make_link(link);
    for (const auto& [name, value] : wiring_.settings) type({"sysctl", "-w", name + "=" + value});
    add_routes("-4", wiring_.v4);
    add_routes("-6", wiring_.v6);
    for (std::vector<std::string> words : lines_of(wiring_.neighbours)) {
      std::erase(words, "PERMANENT");
      type_inside({"neigh", "replace"}, words);
    }
    add_rules();
    commands_.push_back(inside() + " ip address");
    return std::move(commands_);
  }

 private:
  // In all that the sandbox has.
  std::string inside() const {
    std::string line = "nsenter --target=$pause";
    if (wiring_.users) line += " --user";
    line += " --net";
    for (const std::string& option : wiring_.namespaces) line += " " + option;
    return line;
  }
  void type(const std::vector<std::string>& words) { commands_.push_back(shell_line(words)); }
  void type_inside(std::vector<std::string> words, const std::vector<std::string>& rest, const char* family = nullptr) {
    std::vector<std::string> whole{"ip"};
    if (family != nullptr) whole.emplace_back(family);
    whole.insert(whole.end(), {"-n", wiring_.name});
    whole.insert(whole.end(), words.begin(), words.end());
    whole.insert(whole.end(), rest.begin(), rest.end());
    type(whole);
  }

  // A process holds what no file does, the first of its namespace of processes, and what it is in ends with it. The
  // shell that starts it has ended when the line has, so that all of it is there for the next.
  void make_sandbox() {
    std::string line = std::string("pause=$(unshare") + (wiring_.users ? " --user" : "") + " --net";
    for (const std::string& option : wiring_.namespaces) line += " " + option;
    commands_.push_back(line + " sh -c 'sleep infinity > /dev/null & echo $!')");
    if (wiring_.users)
      for (const char* map : {"uid_map", "gid_map"})
        commands_.push_back("echo 0 " + std::to_string(wiring_.users->first) + " " +
                            std::to_string(wiring_.users->count) + " > /proc/$pause/" + map);
    commands_.push_back("ip netns attach " + shell_word(wiring_.name) + " $pause");
    const auto& namespaces = wiring_.namespaces;
    if (std::find(namespaces.begin(), namespaces.end(), "--pid") != namespaces.end())
      commands_.push_back(inside() + " mount -t proc proc /proc");
    commands_.push_back(inside() + " hostname " + shell_word(wiring_.hostname));
    for (const auto& [name, value] : wiring_.own_settings)
      commands_.push_back(inside() + " sysctl -w " + shell_word(name + "=" + value));
    type_inside({"link", "set", "lo", "up"}, {});
  }

  void make_link(const Link& link) {
    if (link.name == "lo") return;
    const Link* end = nullptr;
    if (link.peer_space == 0)
      for (const Link& other : wiring_.outside.links)
        if (other.index == link.peer) end = &other;
    if (end == nullptr) {
      commands_.push_back("# " + shell_word(link.name) + " is no end of a cable to the machine, but of the kind '" +
                          shell_word(link.kind) + "'");
      return;
    }
    make_cable(link, *end);
    for (const std::string& address : link.addresses) add_address(link, address);
  }

  void make_cable(const Link& link, const Link& end) {
    std::vector<std::string> words{"ip", "link", "add", "name", end.name};
    if (end.mtu != kUsualMtu) words.insert(words.end(), {"mtu", std::to_string(end.mtu)});
    words.insert(words.end(), {"type", "veth", "peer", "name", link.name});
    if (link.mtu != kUsualMtu) words.insert(words.end(), {"mtu", std::to_string(link.mtu)});
    words.insert(words.end(), {"address", link.mac, "netns", wiring_.name});
    type(words);
    outer_.insert(end.name);
    for (const Link& bridge : wiring_.outside.links)
      if (end.master != 0 && bridge.index == end.master) plug_in(end, bridge);
    add_outer_addresses(end);
    type({"ip", "link", "set", "dev", end.name, "up"});
    type_inside({"link", "set", "dev", link.name, "up"}, {});
  }

  void plug_in(const Link& end, const Link& bridge) {
    if (outer_.insert(bridge.name).second) {
      type({"ip", "link", "add", "name", bridge.name, "type", "bridge"});
      add_outer_addresses(bridge);
      type({"ip", "link", "set", "dev", bridge.name, "up"});
    }
    type({"ip", "link", "set", "dev", end.name, "master", bridge.name});
    if (end.hairpin) type({"bridge", "link", "set", "dev", end.name, "hairpin", "on"});
    if (end.isolated) type({"bridge", "link", "set", "dev", end.name, "isolated", "on"});
  }

  void add_outer_addresses(const Link& link) {
    for (const std::string& address : link.addresses) {
      if (address.starts_with(kOfNobody)) continue;
      std::vector<std::string> words{"ip", "address", "add", address, "dev", link.name};
      if (is_v6(address)) words.emplace_back("nodad");
      type(words);
    }
  }

  void add_address(const Link& link, const std::string& address) {
    if (address.starts_with(kOfNobody)) return;
    ips_.push_back(address.substr(0, address.find('/')));
    std::vector<std::string> words{address, "dev", link.name};
    if (is_v6(address)) words.emplace_back("nodad");  // nobody else has it, and it is needed now
    if (!has_route_of_kernel(link, address)) words.emplace_back("noprefixroute");
    type_inside({"address", "add"}, words);
  }

  // The kernel makes one of each subnet; some plugins take it away.
  bool has_route_of_kernel(const Link& link, const std::string& address) const {
    if (address.ends_with(is_v6(address) ? "/128" : "/32")) return true;
    const auto lines = lines_of((is_v6(address) ? wiring_.v6 : wiring_.v4).routes_inside);
    return std::any_of(lines.begin(), lines.end(), [&](const auto& words) {
      const auto ip = address_of(words.front());
      return has(words, "proto", "kernel") && has(words, "dev", link.name) && ip && is_in_subnet(*ip, address);
    });
  }

  // Routers have to be reached before anything goes by them.
  static std::vector<std::vector<std::string>> routes_of(const std::string& text) {
    auto lines = lines_of(text);
    std::erase_if(lines, [](const auto& words) { return has(words, "proto", "kernel") || has(words, "proto", "ra"); });
    for (auto& words : lines)
      std::erase_if(words, [](const std::string& word) { return word == "linkdown" || word == "dead"; });
    std::stable_partition(lines.begin(), lines.end(), [](const auto& words) {
      return std::find(words.begin(), words.end(), "via") == words.end();
    });
    return lines;
  }

  void add_routes(const char* family, const WiredFamily& wired) {
    for (const auto& words : routes_of(wired.routes_inside)) type_inside({"route", "replace"}, words, family);
    for (const auto& words : routes_of(wired.routes_outside)) {
      const std::string goal = words.front().substr(0, words.front().find('/'));
      const bool leads_inside = std::find(ips_.begin(), ips_.end(), goal) != ips_.end();
      const bool is_by_cable = std::any_of(outer_.begin(), outer_.end(),
                                           [&](const std::string& link) { return has(words, "dev", link); });
      if (!leads_inside && !is_by_cable) continue;
      std::vector<std::string> whole{"ip", family, "route", "replace"};
      whole.insert(whole.end(), words.begin(), words.end());
      type(whole);
    }
  }

  void add_rules() {
    const About about{ips_, wiring_.words, {outer_.begin(), outer_.end()}};
    const auto add = [&](std::vector<std::string> lines) { std::ranges::move(lines, std::back_inserter(commands_)); };
    add(rules_by_hand("iptables", wiring_.v4.rules, about));
    add(rules_by_hand("ip6tables", wiring_.v6.rules, about));
    add(nft_rules_by_hand(wiring_.nft, about, [&](const std::string& family, const std::string& table) {
      return (family == "ip" && has_saved_table(wiring_.v4.rules, table)) ||
             (family == "ip6" && has_saved_table(wiring_.v6.rules, table));
    }));
  }

  const Wiring& wiring_;
  std::vector<std::string> commands_;
  std::vector<std::string> ips_;  // inside
  std::set<std::string> outer_;   // links of the machine that are made
};

}  // namespace

std::vector<std::string> commands_by_hand(const Wiring& wiring) { return ByHand(wiring).commands(); }

}  // namespace podrun::packet
