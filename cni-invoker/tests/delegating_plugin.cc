// Leaves everything to the plugin its config calls "ipam": what skel_test runs to see how delegation goes.
#include "cni/skel.h"

namespace {

using cni::PluginCall;

std::string delegate_of(const PluginCall& call) { return call.config["ipam"]["type"].text().value_or(""); }

class Delegating : public cni::Plugin {
 public:
  std::vector<cni::Version> versions() const override { return {{0, 3, 1}, {1, 0, 0}, {1, 1, 0}}; }
  cni::Result<cni::NetworkResult> add(const PluginCall& call) override {
    return cni::delegate_add(call, delegate_of(call));
  }
  cni::Result<void> del(const PluginCall& call) override { return cni::delegate(call, delegate_of(call), "DEL"); }
  cni::Result<void> check(const PluginCall& call) override { return cni::delegate(call, delegate_of(call), "CHECK"); }
  cni::Result<void> status(const PluginCall& call) override { return cni::delegate(call, delegate_of(call), "STATUS"); }
};

}  // namespace

int main() {
  Delegating plugin;
  return cni::run_plugin(plugin);
}
