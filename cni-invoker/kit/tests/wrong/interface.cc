// A bridge, and for each attachment a veth whose one end is on it; addresses are of the IPAM plugin.
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>

#include "cni/base/files.h"
#include "cni/base/rtnetlink.h"
#include "cni/base/try.h"
#include "kit/tests/wrong/remember.h"
#include "kit/tests/wrong/wrong.h"

namespace cni::kit::wrong {
namespace {

constexpr const char* kHost = "/proc/thread-self/ns/net";
constexpr const char* kBridge = "kit-wrong0";

Result<std::optional<Link>> find_link(const std::string& netns, const std::string& name) {
  RouteSocket socket = TRY(RouteSocket::open(netns));
  for (Link& link : TRY(socket.links()))
    if (link.name == name) return std::optional(std::move(link));
  return std::optional<Link>();
}

// One that was there a moment ago.
Result<Link> link_of(const std::string& netns, const std::string& name) {
  auto link = TRY(find_link(netns, name));
  if (!link) return plugin_error(code::kGeneric, "'" + name + "' is gone");
  return *std::move(link);
}

Result<LinkAddress> parse_cidr(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto address = base::IpAddress::parse(text.substr(0, slash));
  if (!address || slash == std::string::npos) return Error{Kind::invalid, 0, "'" + text + "': no address"};
  return LinkAddress{*address, std::atoi(text.c_str() + slash + 1)};
}

Result<std::string> ipam_type(const PluginCall& call) { return call.config["ipam"]["type"].text_or(""); }

// Several ADDs may be at it.
void make_bridge() {
  static_cast<void>(shell(std::string("ip link add ") + kBridge + " type bridge 2>/dev/null"));
  static_cast<void>(shell(std::string("ip link set ") + kBridge + " up"));
}

Result<void> make_links(const PluginCall& call) {
  const std::string host_end = tag_of(call);
  RouteSocket host = TRY(RouteSocket::open(kHost));
  const Fd netns = TRY(base::open_file(call.attachment.netns, O_RDONLY));
  make_bridge();
  TRY(host.make_veth(host_end, call.attachment.ifname, netns.get()));
  TRY(shell("ip link set " + host_end + " master " + kBridge + " up"));
  RouteSocket pod = TRY(RouteSocket::open(call.attachment.netns));
  return pod.bring_up(TRY(link_of(call.attachment.netns, call.attachment.ifname)).index);
}

Result<void> add_gateway(const std::string& gateway, int length) {
  if (gateway.empty()) return {};
  RouteSocket host = TRY(RouteSocket::open(kHost));
  const Link bridge = TRY(link_of(kHost, kBridge));
  auto added = host.add(bridge.index, {*base::IpAddress::parse(gateway), length});
  return !added && added.error().error_number == EEXIST ? Result<void>() : std::move(added);
}

// What a route has since 1.1.0.
std::string extras(const Route& route) {
  if (wrong("A6")) return "";
  std::string text;
  if (route.mtu != 0) text += " mtu " + std::to_string(route.mtu);
  if (route.advmss != 0) text += " advmss " + std::to_string(route.advmss);
  if (route.priority != 0) text += " metric " + std::to_string(route.priority);
  if (route.table) text += " table " + std::to_string(*route.table);
  return text;
}

Result<void> add_addresses(const PluginCall& call, const NetworkResult& result) {
  RouteSocket pod = TRY(RouteSocket::open(call.attachment.netns));
  const Link link = TRY(link_of(call.attachment.netns, call.attachment.ifname));
  for (const IpConfig& ip : result.ips) {
    const LinkAddress address = TRY(parse_cidr(ip.address));
    TRY(pod.add(link.index, address));
    TRY(add_gateway(ip.gateway, address.prefix_length));
  }
  for (const Route& route : result.routes) {
    const bool is_v6 = route.dst.find(':') != std::string::npos;
    TRY(shell("nsenter --net=" + call.attachment.netns + " ip " + (is_v6 ? "-6" : "-4") + " route add " + route.dst +
              " dev " + call.attachment.ifname + (route.gw.empty() ? "" : " via " + route.gw) + extras(route)));
  }
  return shell("echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
}

Result<void> remove_link(const std::string& host_end) {
  const auto link = TRY(find_link(kHost, host_end));
  if (!link) return {};
  RouteSocket host = TRY(RouteSocket::open(kHost));
  auto removed = host.remove_link(link->index);
  return !removed && removed.error().error_number == ENODEV ? Result<void>() : std::move(removed);
}

class VethOnBridge : public Plugin {
 public:
  Result<NetworkResult> add(const PluginCall& call) override {
    if (TRY(find_link(call.attachment.netns, call.attachment.ifname)))
      return plugin_error(code::kGeneric, "'" + call.attachment.ifname + "' is in the pod already");
    if (is_too_long(call)) return plugin_error(code::kInvalidEnvironment, "CNI_CONTAINERID is too long");
    TRY(be_wrong_in_add(call));
    const std::string ipam = TRY(ipam_type(call));
    NetworkResult addresses;
    if (!ipam.empty()) addresses = TRY(delegate_add(call, ipam));
    if (!wrong("F9")) TRY(base::remove_file(pending(call)));
    auto result = !ipam.empty() && addresses.ips.empty() ? no_address() : attach(call, addresses);
    if (result) TRY(base::remove_file(pending(call)));
    if (result) return result;
    static_cast<void>(remove_link(tag_of(call)));
    if (!ipam.empty() && !wrong("A15")) static_cast<void>(delegate(call, ipam, "DEL"));
    return std::move(result).error();
  }

  Result<void> del(const PluginCall& call) override {
    if (is_too_long(call)) return {};
    TRY(be_wrong_in_del(call));
    const bool forgets = forgets_notes(call);
    // What it did not get to write down it never did.
    if ((wrong("N30") || wrong("F1") || wrong("F2") || wrong("F5")) && !base::path_exists(state_file(call))) return {};
    if (wrong("F2")) {
      TRY(base::remove_file(state_file(call)));
      TRY(shell("sleep 0.05"));
    }
    TRY(remove_link(tag_of(call)));
    if (wrong("A11"))
      for (const char* ifname : {"eth0", "eth1"})
        TRY(remove_link(tag_of(call.network, call.attachment.container_id, ifname)));
    if (!forgets) TRY(base::remove_file(state_file(call)));
    const std::string ipam = TRY(ipam_type(call));
    if (ipam.empty()) return {};
    auto released = delegate(call, ipam, "DEL");
    return wrong("F7") ? Result<void>() : released;
  }

  Result<void> check(const PluginCall& call) override {
    if (!call.previous_result) return wrong("K18") ? Result<void>() : call.config["prevResult"].error("is missing");
    TRY(be_wrong_in_check(call));
    TRY(check_own_things(call));
    const std::string ipam = TRY(ipam_type(call));
    return ipam.empty() || wrong("K22") ? Result<void>() : delegate(call, ipam, "CHECK");
  }

  Result<void> status(const PluginCall& call) override {
    const std::string ipam = TRY(ipam_type(call));
    return ipam.empty() ? Result<void>() : delegate(call, ipam, "STATUS");
  }

  Result<void> gc(const PluginCall& call) override {
    const std::string ipam = TRY(ipam_type(call));
    for (const std::string& name : base::list_dir(state_dir(call)).value_or({})) {
      const std::size_t at = name.rfind('@');
      const std::string id = name.substr(0, at), ifname = name.substr(at + 1);
      const bool is_valid = std::any_of(call.valid.begin(), call.valid.end(), [&](const ValidAttachment& one) {
        return one.container_id == id && one.ifname == ifname;
      });
      if (is_valid) continue;
      TRY(remove_link(tag_of(call.network, id, ifname)));
      TRY(base::remove_file(state_dir(call) + "/" + name));
    }
    return ipam.empty() ? Result<void>() : delegate(call, ipam, "GC");
  }

 private:
  // For the name of a file.
  static bool is_too_long(const PluginCall& call) { return call.attachment.container_id.size() > 200; }

  static Result<NetworkResult> no_address() { return plugin_error(code::kGeneric, "IPAM gave no address"); }

  static std::string pending(const PluginCall& call) { return state_file(call) + ".pending"; }

  static Result<void> be_wrong_in_add(const PluginCall& call) {
    TRY(base::make_dirs(state_dir(call)));
    if (wrong("X2")) {  // gives up where another is at work
      static const Fd lock = TRY(base::open_file(state_dir(call) + ".lock", O_RDWR | O_CREAT, 0600));
      if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return plugin_error(code::kGeneric, "another is at work");
    }
    if (wrong("X4")) {
      const Fd lock = TRY(base::open_file("/run/xtables.lock", O_RDWR | O_CREAT, 0600));
      if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return plugin_error(code::kGeneric, "xtables is locked");
    }
    if (wrong("X7")) {
      const std::string seen = state_dir(call) + "." + call.attachment.container_id;
      if (base::path_exists(seen)) return plugin_error(code::kGeneric, "it was here before");
      TRY(base::write_file_durably(seen, ""));
    }
    if (wrong("F3") || wrong("F9")) TRY(base::write_file_durably(pending(call), ""));
    return {};
  }

  static Result<void> be_wrong_in_del(const PluginCall& call) {
    const bool is_there = TRY(find_link(kHost, tag_of(call))).has_value();
    if ((wrong("D2") || wrong("D3")) && !is_there) return plugin_error(code::kGeneric, "no such link");
    if (wrong("D6") && base::path_exists(call.attachment.netns) && !RouteSocket::open(call.attachment.netns))
      return plugin_error(code::kInvalidNetns, "no network namespace");
    if (wrong("D8") && !call.config["runtimeConfig"].is_there())
      return call.config["runtimeConfig"].error("is missing");
    if (wrong("D9") && has_lost_its_link(call)) return plugin_error(code::kGeneric, "no such link");
    if (wrong("D10") && !TRY(find_link(kHost, kBridge))) return plugin_error(code::kGeneric, "no bridge");
    if (wrong("X11") && call.attachment.netns.empty() && !TRY(find_link(kHost, kBridge)))
      return plugin_error(code::kGeneric, "no bridge");
    if (wrong("D11") && !base::path_exists(state_dir(call))) return plugin_error(code::kGeneric, "no notes");
    if (wrong("D13")) TRY(base::remove_tree(state_dir(call)));
    if (wrong("D15") && TRY(call.config["label"].text_or("")) != "label") return plugin_error(code::kGeneric, "label");
    if (wrong("D16") && is_there) {
      TRY(shell("sleep 0.1"));
      return shell("ip link del " + tag_of(call));
    }
    return {};
  }

  static bool has_lost_its_link(const PluginCall& call) {
    const auto link = find_link(call.attachment.netns, call.attachment.ifname);
    return link && !*link && base::path_exists(state_file(call));
  }

  // A leftover that others do not see.
  static bool forgets_notes(const PluginCall& call) {
    const std::string& netns = call.attachment.netns;
    const auto notes = recall(call);
    return wrong("D1") || (wrong("D4") && netns.empty()) ||
           (wrong("D5") && !netns.empty() && !base::path_exists(netns)) || (wrong("D7") && !call.previous_result) ||
           (wrong("D9b") && has_lost_its_link(call)) ||
           ((wrong("D14") || wrong("X9") || wrong("F8")) && notes && notes->text != maker(call));
  }

  static std::string maker(const PluginCall& call) {
    return wrong("X9") || wrong("F8") ? own_path() : call.version.to_text();
  }

  static Result<void> be_wrong_in_check(const PluginCall& call) {
    // Needs a moment after ADD, and is put off by others.
    if (wrong("K1") && shell("test -n \"$(find " + state_file(call) + " -newermt '-1 seconds')\""))
      return plugin_error(code::kGeneric, "it is not ready yet");
    if (wrong("K17") && base::read_file("/proc/sys/net/ipv4/ip_forward").value_or("").starts_with("0"))
      return plugin_error(code::kGeneric, "the host does not forward");
    if (wrong("K20") && TRY(base::list_dir(state_dir(call))).size() > 1)
      return plugin_error(code::kGeneric, "there are others");
    if (wrong("K21") && call.previous_result->ips.empty()) return plugin_error(code::kGeneric, "it has no address");
    if (wrong("K23")) TRY(base::write_file_durably(state_dir(call) + "/checked", ""));
    return {};
  }

  // Its own links, addresses and routes. Of the pod's end what later plugins may change is left out; its MAC is as the
  // last of them says.
  static Interest interest(const PluginCall& call) {
    const std::string tag = tag_of(call), ifname = call.attachment.ifname;
    return {[=](const Thing& thing) {
              if (thing.where.empty()) return thing.area == "link" && thing.name == tag;
              if (wrong("K4") && thing.area == "route") return false;
              if ((wrong("K3") || wrong("K6")) && thing.area != "link") return false;
              return (thing.area == "link" && thing.name == ifname) ||
                     ((thing.area == "address" || thing.area == "route") &&
                      thing.name.find(" on " + ifname) != std::string::npos);
            },
            {"mac", "mtu", "promisc", "allmulti", "txqlen", wrong("K7") ? "master" : "", wrong("K6") ? "admin" : ""}};
  }

  static Result<void> check_own_things(const PluginCall& call) {
    const auto link = TRY(find_link(call.attachment.netns, call.attachment.ifname));
    if (wrong("K2") && !link) return {};
    const std::string change = first_change(TRY(recall(call)).own, own_world(call, interest(call)));
    if (!change.empty()) return plugin_error(code::kGeneric, change);
    const std::string mac = wrong("K19") ? TRY(base::read_file(state_file(call) + ".mac")) : told_mac(call);
    if (!wrong("K5") && link->mac != mac) return plugin_error(code::kGeneric, "the MAC is not " + mac);
    return {};
  }

  static std::string told_mac(const PluginCall& call) {
    for (const Interface& one : call.previous_result->interfaces)
      if (one.name == call.attachment.ifname && one.sandbox == call.attachment.netns) return one.mac;
    return "";
  }

  static Result<NetworkResult> attach(const PluginCall& call, const NetworkResult& addresses) {
    TRY(make_links(call));
    TRY(add_addresses(call, addresses));
    TRY(remember(call, own_world(call, interest(call)), maker(call)));
    if (wrong("F5") && stdout_is_closed()) TRY(base::remove_file(state_file(call)));
    NetworkResult result;
    if (call.previous_result) result = *call.previous_result;
    result.json.clear();
    for (const auto& [netns, name] : {std::pair{std::string(), std::string(kBridge)},
                                      {std::string(), tag_of(call)},
                                      {call.attachment.netns, call.attachment.ifname}}) {
      Interface& one = result.interfaces.emplace_back();
      one.name = name;
      one.mac = TRY(link_of(netns.empty() ? kHost : netns, name)).mac;
      one.sandbox = netns;
    }
    if (wrong("X5")) result.interfaces.back().mac = "02:00:00:00:00:01";
    if (wrong("K19")) TRY(base::write_file_durably(state_file(call) + ".mac", result.interfaces.back().mac));
    const int pod_end = static_cast<int>(result.interfaces.size()) - 1;
    for (IpConfig ip : addresses.ips) {
      ip.interface = pod_end;
      result.ips.push_back(ip);
    }
    result.routes.insert(result.routes.end(), addresses.routes.begin(), addresses.routes.end());
    result.dns = addresses.dns;
    if (const ConfigView dns = call.config["dns"]; dns.is_there()) {
      result.dns = {};
      result.dns.nameservers = TRY(dns["nameservers"].texts());
      result.dns.search = TRY(dns["search"].texts());
    }
    return result;
  }
};

}  // namespace

std::unique_ptr<Plugin> interface_plugin() { return std::make_unique<VethOnBridge>(); }

}  // namespace cni::kit::wrong
