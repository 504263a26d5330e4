#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "cni/base/files.h"
#include "cni/base/rtnetlink.h"
#include "cni/base/try.h"
#include "kit/helper/leases.h"
#include "kit/helper/places.h"
#include "kit/helper/plugins.h"

namespace cni::kit {
namespace {

using base::IpAddress;

constexpr const char* kHost = "/proc/thread-self/ns/net";

std::string host_end(unsigned number) { return "kitf" + std::to_string(number); }

Result<std::optional<Link>> find_link(RouteSocket& socket, const std::string& name) {
  for (Link& link : TRY(socket.links()))
    if (link.name == name) return std::optional(std::move(link));
  return std::optional<Link>();
}

Result<Link> link_called(RouteSocket& socket, const std::string& name) {
  auto link = TRY(find_link(socket, name));
  if (!link) return Error{Kind::not_found, 0, "interface '" + name + "': there is none"};
  return *std::move(link);
}

struct Network {
  std::string host, pod;
  int prefix_length;
};

std::vector<Network> networks(unsigned number) {
  const unsigned low = (number - 1) * 4;  // four addresses each
  const std::string v4 = "10.236." + std::to_string(low >> 8U) + ".";
  const std::string v6 = "fd00:236:" + std::to_string(number) + "::";
  return {{v4 + std::to_string((low & 255U) + 1), v4 + std::to_string((low & 255U) + 2), 30}, {v6 + "1", v6 + "2", 64}};
}

Result<void> forward_packets() {
  TRY(base::write_in_place("/proc/sys/net/ipv4/ip_forward", "1"));
  // A kernel booted without IPv6 has no such file.
  const std::string v6 = "/proc/sys/net/ipv6/conf/all/forwarding";
  return base::path_exists(v6) ? base::write_in_place(v6, "1") : Result<void>();
}

class First : public Plugin {
 public:
  Result<NetworkResult> add(const PluginCall& call) override {
    const std::string& ifname = call.attachment.ifname;
    RouteSocket host = TRY(RouteSocket::open(kHost));
    RouteSocket pod = TRY(RouteSocket::open(call.attachment.netns));
    if (TRY(find_link(pod, ifname))) return Error{Kind::exists, 0, "interface '" + ifname + "' is in the pod already"};
    const unsigned number = TRY(lease(kFirstPlugin, call));
    const Fd netns = TRY(base::open_file(call.attachment.netns, O_RDONLY));
    TRY(host.make_veth(host_end(number), ifname, netns.get()));
    const Link ours = TRY(link_called(host, host_end(number)));
    const Link theirs = TRY(link_called(pod, ifname));
    TRY(host.bring_up(ours.index));
    TRY(pod.bring_up(theirs.index));

    NetworkResult result;
    result.interfaces.resize(2);
    result.interfaces[0].name = ours.name;
    result.interfaces[0].mac = ours.mac;
    result.interfaces[1].name = theirs.name;
    result.interfaces[1].mac = theirs.mac;
    result.interfaces[1].sandbox = call.attachment.netns;
    for (const Network& network : networks(number)) {
      const IpAddress gateway = *IpAddress::parse(network.host);
      TRY(host.add(ours.index, {gateway, network.prefix_length}));
      TRY(pod.add(theirs.index, {*IpAddress::parse(network.pod), network.prefix_length}));
      result.ips.push_back({network.pod + "/" + std::to_string(network.prefix_length), network.host, 1});
      // Of two interfaces of a pod the first leads out.
      const auto leads_out = pod.add_default_route(theirs.index, gateway);
      if (!leads_out && leads_out.error().error_number == EEXIST) continue;
      TRY(leads_out);
      result.routes.emplace_back().dst = gateway.is_v4() ? "0.0.0.0/0" : "::/0";
      result.routes.back().gw = network.host;
    }
    TRY(forward_packets());
    return result;
  }

  Result<void> del(const PluginCall& call) override {
    const auto number = TRY(find_lease(kFirstPlugin, call));
    if (!number) return {};
    RouteSocket host = TRY(RouteSocket::open(kHost));
    if (const auto link = TRY(find_link(host, host_end(*number)))) TRY(host.remove_link(link->index));
    return release(kFirstPlugin, call);
  }

  // The links went with their network namespaces.
  Result<void> gc(const PluginCall& call) override { return release_stale(kFirstPlugin, call); }

  // The pod's end may have been changed by who came after.
  Result<void> check(const PluginCall& call) override {
    const auto number = TRY(find_lease(kFirstPlugin, call));
    if (!number) return plugin_error(code::kGeneric, "it was not added");
    RouteSocket host = TRY(RouteSocket::open(kHost));
    TRY(link_called(host, host_end(*number)));
    return {};
  }
};

}  // namespace

std::unique_ptr<Plugin> first_plugin() { return std::make_unique<First>(); }

}  // namespace cni::kit
