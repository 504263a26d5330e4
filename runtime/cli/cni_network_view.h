// What `podrun cni list` shows: networks, the binaries behind them, and what is wrong.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cni/config.h"
#include "runtime/cli/kube_json.h"

namespace podrun::cli {

struct PluginView {
  std::string type;
  bool ipam = false;   // called by the plugin before it
  std::string binary;  // empty: not found
};

struct NetworkView {
  const cni::NetworkList* network = nullptr;
  std::vector<PluginView> plugins;  // in the order they run
};

// `find` gives a binary's path. The lists must outlive the views.
std::vector<NetworkView> view_of(const cni::Networks& networks,
                                 const std::function<Result<std::string>(const std::string&)>& find);

std::string network_table(const std::vector<NetworkView>& views);  // a row a plugin
Json network_json(const std::string& dir, const std::vector<NetworkView>& views,
                  const std::vector<cni::Diagnostic>& problems);

}  // namespace podrun::cli
