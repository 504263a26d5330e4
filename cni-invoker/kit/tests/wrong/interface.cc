// A bridge, and for each attachment a veth whose one end is on it; addresses are of the IPAM plugin.
#include <fcntl.h>

#include <algorithm>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/tests/wrong/wrong.h"
#include "rtnetlink.h"

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
  return pod.bring_up(TRY(find_link(call.attachment.netns, call.attachment.ifname))->index);
}

Result<void> add_gateway(const std::string& gateway, int length) {
  if (gateway.empty()) return {};
  RouteSocket host = TRY(RouteSocket::open(kHost));
  const auto bridge = TRY(find_link(kHost, kBridge));
  auto added = host.add(bridge->index, {*base::IpAddress::parse(gateway), length});
  return !added && added.error().error_number == EEXIST ? Result<void>() : std::move(added);
}

Result<void> add_addresses(const PluginCall& call, const NetworkResult& result) {
  RouteSocket pod = TRY(RouteSocket::open(call.attachment.netns));
  const auto link = TRY(find_link(call.attachment.netns, call.attachment.ifname));
  for (const IpConfig& ip : result.ips) {
    const LinkAddress address = TRY(parse_cidr(ip.address));
    TRY(pod.add(link->index, address));
    TRY(add_gateway(ip.gateway, address.prefix_length));
  }
  for (const Route& route : result.routes) {
    const bool is_v6 = route.dst.find(':') != std::string::npos;
    TRY(shell("nsenter --net=" + call.attachment.netns + " ip " + (is_v6 ? "-6" : "-4") + " route add " + route.dst +
              " dev " + call.attachment.ifname + (route.gw.empty() ? "" : " via " + route.gw)));
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
    const std::string ipam = TRY(ipam_type(call));
    NetworkResult addresses;
    if (!ipam.empty()) addresses = TRY(delegate_add(call, ipam));
    auto result = attach(call, addresses);
    if (result) return result;
    static_cast<void>(remove_link(tag_of(call)));
    if (!ipam.empty()) static_cast<void>(delegate(call, ipam, "DEL"));
    return std::move(result).error();
  }

  Result<void> del(const PluginCall& call) override {
    TRY(be_wrong_in_del(call));
    TRY(remove_link(tag_of(call)));
    TRY(base::remove_file(state_file(call)));
    const std::string ipam = TRY(ipam_type(call));
    return ipam.empty() ? Result<void>() : delegate(call, ipam, "DEL");
  }

  Result<void> check(const PluginCall& call) override {
    if (!call.previous_result) {
      if (wrong("K18")) return {};
      return call.config["prevResult"].error("is missing");
    }
    TRY(be_wrong_in_check(call));
    const std::string ipam = TRY(ipam_type(call));
    return ipam.empty() ? Result<void>() : delegate(call, ipam, "CHECK");
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
  static Result<void> be_wrong_in_del(const PluginCall& call) {
    const bool is_there = TRY(find_link(kHost, tag_of(call))).has_value();
    if ((wrong("D2") || wrong("D3")) && !is_there) return plugin_error(code::kGeneric, "no such link");
    if (wrong("D6") && base::path_exists(call.attachment.netns) && !RouteSocket::open(call.attachment.netns))
      return plugin_error(code::kInvalidNetns, "no network namespace");
    if (wrong("D16") && is_there) {
      TRY(shell("sleep 0.1"));
      return shell("ip link del " + tag_of(call));
    }
    return {};
  }

  static Result<void> be_wrong_in_check(const PluginCall& call) {
    // Needs a moment after ADD, and is put off by others.
    if (wrong("K1") && shell("test -n \"$(find " + state_file(call) + " -newermt '-1 seconds')\""))
      return plugin_error(code::kGeneric, "it is not ready yet");
    if (wrong("K20") && TRY(base::list_dir(state_dir(call))).size() > 1)
      return plugin_error(code::kGeneric, "there are others");
    return {};
  }

  static Result<NetworkResult> attach(const PluginCall& call, const NetworkResult& addresses) {
    TRY(base::make_dirs(state_dir(call)));
    TRY(base::write_file_durably(state_file(call), ""));
    TRY(make_links(call));
    TRY(add_addresses(call, addresses));
    NetworkResult result;
    if (call.previous_result) result = *call.previous_result;
    result.json.clear();
    for (const auto& [netns, name] : {std::pair{std::string(), std::string(kBridge)},
                                      {std::string(), tag_of(call)},
                                      {call.attachment.netns, call.attachment.ifname}}) {
      Interface& one = result.interfaces.emplace_back();
      one.name = name;
      one.mac = TRY(find_link(netns.empty() ? kHost : netns, name))->mac;
      one.sandbox = netns;
    }
    const int pod_end = static_cast<int>(result.interfaces.size()) - 1;
    for (IpConfig ip : addresses.ips) {
      ip.interface = pod_end;
      result.ips.push_back(ip);
    }
    result.routes.insert(result.routes.end(), addresses.routes.begin(), addresses.routes.end());
    result.dns = addresses.dns;
    return result;
  }
};

}  // namespace

std::unique_ptr<Plugin> interface_plugin() { return std::make_unique<VethOnBridge>(); }

}  // namespace cni::kit::wrong
