#include "kit/tests/wrong/wrong.h"

namespace cni::kit::wrong {
namespace {

// Changes the pod's interface, and keeps rules, limits and a policy on the host.
class Chained : public Plugin {
 public:
  Result<NetworkResult> add(const PluginCall& call) override {
    if (!call.previous_result) return call.config["prevResult"].error("is missing");
    return *call.previous_result;
  }
  Result<void> del(const PluginCall&) override { return {}; }
  Result<void> check(const PluginCall& call) override {
    if (!call.previous_result) return call.config["prevResult"].error("is missing");
    return {};
  }
};

}  // namespace

std::unique_ptr<Plugin> chained_plugin() { return std::make_unique<Chained>(); }

}  // namespace cni::kit::wrong
