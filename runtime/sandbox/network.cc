#include "runtime/sandbox/network.h"

#include <set>

#include "base/files.h"
#include "cni/default_network.h"
#include "runtime/store/names.h"

namespace podrun {

cni::InvokerOptions invoker_options(const RuntimeOptions& options, const Layout& layout, const Cgroup* cgroup,
                                    std::vector<Timing>* timings) {
  cni::InvokerOptions invoker;
  invoker.plugin_dirs = options.cni_bin_dirs;
  invoker.ledger_dir = layout.ledger();
  invoker.lock_dir = layout.cni_locks();
  invoker.owner = "podrun";
  // Held until the intent is durable: leases on disk outlive a power cut, and exec hides most of the flush.
  invoker.intent_sync = cni::IntentSync::hold_config;
  invoker.del_policy = cni::DelPolicy::keep_going;  // a plugin that cannot succeed must not keep the others' objects
  if (cgroup != nullptr) invoker.cgroup_files = cgroup->aux_join_files();
  invoker.warn = options.warn;
  if (timings != nullptr)
    invoker.observer = [timings](const cni::PluginRun& run) {
      if (run.outcome != nullptr)
        timings->push_back(
            {"plugin " + run.plugin + " " + run.operation, static_cast<std::uint64_t>(run.outcome->duration.count())});
    };
  return invoker;
}

Result<std::optional<cni::NetworkList>> choose_network(const std::optional<std::string>& wanted,
                                                       const std::string& conf_dir,
                                                       const std::function<void(const std::string&)>& warn) {
  using Chosen = std::optional<cni::NetworkList>;
  if (wanted == "none") return Chosen();
  const cni::Networks networks = TRY(cni::scan_networks(conf_dir));
  const cni::NetworkList* found = wanted ? networks.find(*wanted) : networks.first();
  if (found != nullptr) {
    for (const auto& problem : networks.problems) warn(problem.to_text());
    return Chosen(*found);
  }
  if (!networks.problems.empty()) return Error{Kind::invalid, 0, networks.problems.front().to_text()};
  if (wanted && *wanted != cni::kDefaultNetworkName) {
    std::string known;
    for (const auto& list : networks.lists) known += (known.empty() ? " (there is: " : ", ") + list.name;
    return Error{Kind::not_found, 0,
                 "find network '" + *wanted + "' in " + conf_dir +
                     (known.empty() ? ": no network is configured there" : known + ")")};
  }
  const auto subnet = TRY(cni::choose_subnet(TRY(cni::read_route_table())));
  return Chosen(cni::default_network(subnet));
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

std::string detached_text(const cni::LedgerEntry& entry) {
  return "network '" + entry.network.name + "': detached '" + entry.attachment.ifname + "' of container '" +
         entry.attachment.container_id + "'";
}

Network::Network(const RuntimeOptions& options, const Layout& layout, const Cgroup* cgroup,
                 std::vector<Timing>* timings)
    : invoker_(runner_, invoker_options(options, layout, cgroup, timings)) {}

Result<NetworkRecord> Network::attach(const NetworkPlan& plan, std::vector<std::string>& ips, DnsSpec& dns) {
  const cni::NetworkResult result = TRY(invoker_.add(plan.network, plan.attachment));
  for (auto& ip : cni::pod_ips(result)) ips.push_back(std::move(ip));
  dns = {result.dns.nameservers, result.dns.search, result.dns.options};
  return NetworkRecord{plan.network.name, plan.attachment.ifname,
                       TRY(cni::to_json(result, plan.network.version).in("keep the network's result"))};
}

Result<void> Network::check(const PodRecord& pod) {
  const auto check_one = [&](const NetworkRecord& network) -> Result<void> {
    const auto entry = TRY(invoker_.ledger()->find(network.network, pod.id, network.interface_name));
    if (!entry) return Error{Kind::not_found, 0, "the ledger has no such attachment"};
    return invoker_.check(entry->network, entry->attachment);
  };
  std::vector<Error> broken;
  for (const NetworkRecord& network : pod.networks)
    if (auto checked = check_one(network); !checked)
      broken.push_back(std::move(checked).error().in("network '" + network.network + "' on " + network.interface_name));
  if (broken.empty()) return {};
  return cni::join_errors(std::move(broken));
}

Result<void> Network::detach(const std::string& id) { return invoker_.del_container(id); }

Result<cni::CleanUp> Network::settle(const std::function<bool(const std::string&)>& alive) {
  return invoker_.settle([&](const cni::LedgerEntry& entry) {
    const std::string& id = entry.attachment.container_id;
    return is_pod_id(id) ? alive(id) : base::path_exists(entry.attachment.netns);
  });
}

}  // namespace podrun
