#include "runtime/sandbox/choose_networks.h"

#include <set>

#include "cni/default_network.h"
#include "cni/runner.h"

namespace podrun {
namespace {

Result<cni::NetworkList> find_network(const cni::Networks& networks, const std::string& name,
                                      const std::string& conf_dir) {
  if (const cni::NetworkList* found = name.empty() ? networks.first() : networks.find(name)) return *found;
  if (name.empty() || name == cni::kDefaultNetworkName) {
    // A file that cannot be read may be the one that was meant.
    if (!networks.problems.empty()) return Error{Kind::invalid, 0, networks.problems.front().to_text()};
    return cni::default_network(TRY(cni::choose_subnet(TRY(cni::read_route_table()))));
  }
  std::string known;
  for (const auto& list : networks.lists) known += (known.empty() ? " (there is: " : ", ") + list.name;
  std::string what =
      "find network '" + name + "' in " + conf_dir + ": no such network" + (known.empty() ? "" : known + ")");
  if (!networks.problems.empty()) what += "; a file that was passed over: " + networks.problems.front().to_text();
  return Error{Kind::not_found, 0, std::move(what)};
}

}  // namespace

Result<std::vector<ChosenNetwork>> choose_networks(std::vector<NetworkSelection> selections,
                                                   const std::string& conf_dir,
                                                   const std::function<void(const std::string&)>& warn) {
  std::vector<ChosenNetwork> chosen;
  if (selections.empty()) return chosen;
  const cni::Networks networks = TRY(cni::scan_networks(conf_dir));
  for (NetworkSelection& selection : selections) {
    auto network = TRY(find_network(networks, selection.network, conf_dir));
    chosen.push_back({std::move(selection), std::move(network)});
  }
  for (const auto& problem : networks.problems) warn(problem.to_text());
  return chosen;
}

Result<cni::NetworkList> choose_network(const std::string& name, const std::string& conf_dir,
                                        const std::function<void(const std::string&)>& warn) {
  NetworkSelection selection;
  selection.network = name;
  return std::move(TRY(choose_networks({std::move(selection)}, conf_dir, warn)).front().network);
}

Result<void> check_network(const NetworkPlan& plan, const std::vector<std::string>& plugin_dirs,
                           const std::function<void(const std::string&)>& warn) {
  cni::ProcessRunner runner;
  std::set<std::string> capabilities{"dns"};  // podrun writes resolv.conf itself
  for (const auto& plugin : plan.network.plugins) {
    TRY(runner.find(plugin.type, plugin_dirs).in("network '" + plan.network.name + "'"));
    capabilities.insert(plugin.capabilities.begin(), plugin.capabilities.end());
  }
  for (const auto& asked : plan.attachment.capability_args.members())
    if (!capabilities.contains(asked.key))
      warn("network '" + plan.network.name + "': none of its plugins takes '" + asked.key +
           "', which the pod asks for");
  return {};
}

}  // namespace podrun
