#include "runtime/cri/network_state.h"

#include "base/split_path.h"
#include "cni/config.h"
#include "cni/default_network.h"
#include "cni/runner.h"

namespace podrun::cri {
namespace {

Result<cni::NetworkList> primary_network(const Options& options) {
  const cni::Networks networks = TRY(cni::scan_networks(options.cni_conf_dir));
  const std::string name = options.network.substr(0, options.network.find('@'));
  if (const cni::NetworkList* found = name.empty() ? networks.first() : networks.find(name)) return *found;
  if (!name.empty()) return Error{Kind::not_found, 0, "there is no network '" + name + "' in " + options.cni_conf_dir};
  if (!networks.problems.empty()) return Error{Kind::invalid, 0, networks.problems.front().to_text()};
  return cni::default_network(TRY(cni::choose_subnet(TRY(cni::read_route_table()))));
}

Result<void> check_network_of(const Options& options) {
  const cni::NetworkList network = TRY(primary_network(options));
  cni::ProcessRunner runner;
  for (const cni::PluginConfig& plugin : network.plugins)
    TRY(runner.find(plugin.type, base::split_path(options.cni_bin_path)));
  return {};
}

}  // namespace

std::string network_problem(const Options& options) {
  const auto checked = check_network_of(options);
  return checked ? "" : checked.error().what;
}

}  // namespace podrun::cri
