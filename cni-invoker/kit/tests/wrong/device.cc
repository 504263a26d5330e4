// Takes an interface of the host into the pod, and gives it back.
#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/tests/wrong/wrong.h"

namespace cni::kit::wrong {
namespace {

class Device : public Plugin {
 public:
  Result<NetworkResult> add(const PluginCall& call) override {
    const std::string device = TRY(call.config["device"].text());
    TRY(shell("ip link set " + device + " netns " + call.attachment.netns));
    TRY(shell(in_pod(call) + "link set " + device + " down name " + call.attachment.ifname));
    TRY(shell(in_pod(call) + "link set " + call.attachment.ifname + " up"));
    NetworkResult result;
    if (call.previous_result) result = *call.previous_result;
    result.json.clear();
    result.interfaces.emplace_back();
    result.interfaces.back().name = call.attachment.ifname;
    result.interfaces.back().sandbox = call.attachment.netns;
    return result;
  }

  Result<void> del(const PluginCall& call) override {
    const std::string device = TRY(call.config["device"].text());
    if (!shell(in_pod(call) + "link show " + call.attachment.ifname + " >/dev/null 2>&1")) return {};
    if (shell("ip link show " + device + " >/dev/null 2>&1")) {
      if (wrong("D18")) TRY(shell(in_pod(call) + "link set " + call.attachment.ifname + " netns 1"));
      return plugin_error(code::kGeneric, "the host has another '" + device + "'");
    }
    TRY(shell(in_pod(call) + "link set " + call.attachment.ifname + " down name " + device));
    return shell(in_pod(call) + "link set " + device + " netns 1");
  }

  Result<void> check(const PluginCall&) override { return {}; }

  Result<void> status(const PluginCall& call) override {
    const std::string device = TRY(call.config["device"].text());
    if (shell("ip link show " + device + " >/dev/null 2>&1")) return {};
    return plugin_error(code::kNotAvailable, "there is no '" + device + "'");
  }

 private:
  static std::string in_pod(const PluginCall& call) { return "nsenter --net=" + call.attachment.netns + " ip "; }
};

}  // namespace

std::unique_ptr<Plugin> device_plugin() { return std::make_unique<Device>(); }

}  // namespace cni::kit::wrong
