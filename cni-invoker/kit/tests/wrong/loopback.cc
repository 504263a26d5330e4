#include "kit/tests/wrong/wrong.h"

namespace cni::kit::wrong {
namespace {

std::string in_netns_of(const PluginCall& call, const std::string& line) {
  return "nsenter --net=" + call.attachment.netns + " " + line;
}

class Loopback : public Plugin {
 public:
  Result<NetworkResult> add(const PluginCall& call) override {
    if (auto up = shell(in_netns_of(call, "ip link set lo up")); !up) return up.error();
    NetworkResult result;
    if (call.previous_result) result = *call.previous_result;
    result.json.clear();
    result.interfaces.emplace_back();
    result.interfaces.back().name = "lo";
    result.interfaces.back().mac = "00:00:00:00:00:00";
    result.interfaces.back().sandbox = call.attachment.netns;
    const int lo = static_cast<int>(result.interfaces.size()) - 1;
    result.ips.push_back({"127.0.0.1/8", "", lo});
    result.ips.push_back({"::1/128", "", lo});
    return result;
  }

  Result<void> del(const PluginCall& call) override {
    static_cast<void>(shell(in_netns_of(call, "ip link set lo down 2>/dev/null")));
    return {};
  }

  Result<void> check(const PluginCall& call) override {
    if (!call.previous_result) return call.config["prevResult"].error("is missing");
    if (wrong("K16")) return {};
    return shell(in_netns_of(call, "ip link show lo up | grep -q LOOPBACK,UP"));
  }
};

}  // namespace

std::unique_ptr<Plugin> loopback_plugin() { return std::make_unique<Loopback>(); }

}  // namespace cni::kit::wrong
