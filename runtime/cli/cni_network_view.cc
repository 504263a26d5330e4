#include "runtime/cli/cni_network_view.h"

#include <nlohmann/json.hpp>

#include "runtime/cli/table.h"

namespace podrun::cli {
namespace {

Json plugin_json(const PluginView& plugin) {
  return {{"type", plugin.type},
          {"ipam", plugin.ipam},
          {"binary", plugin.binary.empty() ? Json(nullptr) : Json(plugin.binary)}};
}

}  // namespace

std::vector<NetworkView> view_of(const cni::Networks& networks,
                                 const std::function<Result<std::string>(const std::string&)>& find) {
  std::vector<NetworkView> views;
  for (const cni::NetworkList& network : networks.lists) {
    NetworkView& view = views.emplace_back(NetworkView{&network, {}});
    for (const cni::PluginConfig& plugin : network.plugins) {
      view.plugins.push_back({plugin.type, false, find(plugin.type).value_or("")});
      if (const std::string ipam = cni::ipam_type(plugin); !ipam.empty())
        view.plugins.push_back({ipam, true, find(ipam).value_or("")});
    }
  }
  return views;
}

std::string network_table(const std::vector<NetworkView>& views) {
  std::vector<Row> rows{{"NETWORK", "VERSION", "PLUGIN", "BINARY", "FILE"}};
  for (const auto& [network, plugins] : views) {
    bool first = true;
    for (const PluginView& plugin : plugins) {
      Row row = {first ? network->name : "", first ? network->version.to_text() : "",
                 plugin.type + (plugin.ipam ? " (ipam)" : ""), plugin.binary.empty() ? "<missing>" : plugin.binary};
      if (first) row.push_back(network->path);
      rows.push_back(std::move(row));
      first = false;
    }
  }
  return table(rows);
}

Json network_json(const std::string& dir, const std::vector<NetworkView>& views,
                  const std::vector<cni::Diagnostic>& problems) {
  Json networks = Json::array();
  for (const NetworkView& view : views) {
    Json plugins = Json::array();
    for (const PluginView& plugin : view.plugins) plugins.push_back(plugin_json(plugin));
    networks.push_back({{"name", view.network->name},
                        {"version", view.network->version.to_text()},
                        {"file", view.network->path},
                        {"plugins", std::move(plugins)},
                        {"disableCheck", view.network->disable_check},
                        {"disableGC", view.network->disable_gc},
                        {"warnings", view.network->warnings}});
  }
  Json wrong = Json::array();
  for (const cni::Diagnostic& problem : problems) {
    Json one = {{"file", problem.path}, {"message", problem.message}};
    if (problem.position.line != 0) one.update({{"line", problem.position.line}, {"column", problem.position.column}});
    wrong.push_back(std::move(one));
  }
  return {{"directory", dir}, {"networks", std::move(networks)}, {"problems", std::move(wrong)}};
}

}  // namespace podrun::cli
