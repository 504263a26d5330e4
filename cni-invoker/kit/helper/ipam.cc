#include "cni/base/try.h"
#include "kit/helper/leases.h"
#include "kit/helper/places.h"
#include "kit/helper/plugins.h"

namespace cni::kit {
namespace {

class Ipam : public Plugin {
 public:
  Result<NetworkResult> add(const PluginCall& call) override {
    const unsigned number = TRY(lease(kIpamPlugin, call)) + 1;  // the first is the gateway
    NetworkResult result;
    result.ips = {{"10.235." + std::to_string(number >> 8U) + "." + std::to_string(number & 255U) + "/16", "10.235.0.1",
                   std::nullopt},
                  {"fd00:235::" + std::to_string(number) + "/64", "fd00:235::1", std::nullopt}};
    const ConfigView routes = call.config["ipam"]["routes"];
    for (const ConfigView& route : TRY(routes.array())) result.routes.emplace_back().dst = TRY(route["dst"].text());
    if (routes.is_there()) return result;
    // Through gateways that are told: who makes a default route by itself sees that there is one already.
    for (const IpConfig& ip : result.ips) {
      Route& route = result.routes.emplace_back();
      route.dst = ip.is_ipv6() ? "::/0" : "0.0.0.0/0";
      route.gw = ip.gateway;
    }
    return result;
  }
  Result<void> del(const PluginCall& call) override { return release(kIpamPlugin, call); }
  Result<void> check(const PluginCall& call) override {
    if (!TRY(find_lease(kIpamPlugin, call))) return plugin_error(code::kGeneric, "it has no address");
    return {};
  }
  Result<void> gc(const PluginCall& call) override { return release_stale(kIpamPlugin, call); }
};

}  // namespace

std::unique_ptr<Plugin> ipam_plugin() { return std::make_unique<Ipam>(); }

}  // namespace cni::kit
