#include "runtime/sandbox/network.h"

#include <memory>

#include "base/interruption.h"
#include "runtime/sandbox/choose_networks.h"
#include "runtime/sandbox/plugin_messages.h"

namespace podrun {
namespace {

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// resolv.conf(5) knows one list: `domain` is a list of one, and the specification prefers `search` to it.
std::vector<std::string> searches_of(const cni::Dns& dns) {
  return dns.search.empty() && !dns.domain.empty() ? std::vector{dns.domain} : dns.search;
}

// All podruns of a machine share the cache: pods of another data directory are in nobody's ledger here, and not ours to
// collect.
std::string owner_mark(const Layout& layout) {
  const std::string& data = layout.directories().data;
  return data == Directories().data ? "podrun" : "podrun:" + data;
}

}  // namespace

cni::InvokerOptions invoker_options(const Host& host, const PluginRuns& runs) {
  const HostOptions& options = host.options;
  const Layout& layout = host.layout();
  cni::InvokerOptions invoker;
  invoker.plugin_dirs = options.cni_bin_dirs;
  invoker.ledger_dir = layout.ledger();
  invoker.lock_dir = layout.cni_locks();
  invoker.owner = owner_mark(layout);
  // Held until the intent is durable: leases on disk outlive a power cut, and exec hides most of the flush.
  invoker.intent_sync = cni::IntentSync::hold_config;
  invoker.del_policy = cni::DelPolicy::keep_going;  // a plugin that cannot succeed must not keep the others' objects
  if (runs.cgroup != nullptr) invoker.cgroup_files = runs.cgroup->aux_join_files();
  invoker.cancel_fd = base::interruption_fd();
  invoker.warn = host.warn;
  invoker.configured = [dir = options.cni_conf_dir](const std::string& name) {
    return choose_network(name, dir, [](const std::string&) {});  // what is wrong with other files is not the question
  };
  if (options.cni_timeout) {
    cni::Timeouts& limits = invoker.timeouts;
    for (auto* limit : {&limits.add, &limits.del, &limits.check, &limits.gc, &limits.status, &limits.version})
      *limit = *options.cni_timeout;
  }
  std::function<void()> end_of_run;
  if (host.plugin_says || runs.messages != nullptr) {
    const auto messages = std::make_shared<PluginMessages>(host.plugin_says, runs.messages);
    invoker.on_stderr = [messages](const cni::PluginOutput& output) { messages->take(output); };
    end_of_run = [messages] { messages->end_of_run(); };
  }
  invoker.observer = [end_of_run, timings = runs.timings](const cni::PluginRun& run) {
    if (end_of_run) end_of_run();
    if (timings != nullptr && run.outcome != nullptr)
      timings->push_back(
          {"plugin " + run.plugin + " " + run.operation, static_cast<std::uint64_t>(run.outcome->duration.count())});
  };
  return invoker;
}

Network::Network(const Host& host, const PluginRuns& runs)
    : runner_(host.runner), invoker_(*runner_, invoker_options(host, runs)) {}

Result<DnsSpec> Network::attach(const std::vector<NetworkPlan>& plans, PodLife& pod) {
  DnsSpec dns;
  for (const NetworkPlan& plan : plans) {
    const auto where = "attach network '" + plan.network.name + "' as " + plan.attachment.ifname;
    const cni::NetworkResult result = TRY(invoker_.add(plan.network, plan.attachment).in(where));
    if (pod.ips.empty()) pod.ips = cni::pod_ips(result);
    append(dns.nameservers, result.dns.nameservers);
    append(dns.searches, searches_of(result.dns));
    append(dns.options, result.dns.options);
    pod.networks.push_back({plan.network.name, plan.attachment.ifname,
                            TRY(cni::to_json(result, plan.network.version).in("keep the network's result"))});
  }
  return dns;
}

Result<void> Network::check(const PodRecord& pod) {
  const auto check_one = [&](const NetworkRecord& network) -> Result<void> {
    const auto entry = TRY(invoker_.ledger()->find(network.network, pod.plan.who.id, network.interface_name));
    if (!entry) return Error{Kind::not_found, 0, "the ledger has no such attachment"};
    return invoker_.check(entry->network, entry->attachment);
  };
  std::vector<Error> broken;
  for (const NetworkRecord& network : pod.life.networks)
    if (auto checked = check_one(network); !checked)
      broken.push_back(std::move(checked).error().in("network '" + network.network + "' on " + network.interface_name));
  if (broken.empty()) return {};
  return cni::join_errors(std::move(broken));
}

Result<bool> Network::is_attached(const std::string& id) { return !TRY(invoker_.ledger()->of_container(id)).empty(); }

Result<void> Network::detach(const std::string& id) { return invoker_.del_container(id); }

}  // namespace podrun
