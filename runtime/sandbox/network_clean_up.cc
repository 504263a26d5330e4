// What nobody has any more, found and taken away: settle and collect.
#include <algorithm>

#include "base/files.h"
#include "runtime/sandbox/network.h"
#include "runtime/store/names.h"

namespace podrun {
namespace {

using Pods = std::function<bool(const std::string&)>;

// A pod's is the pod's as long as it exists; a person's (`podrun cni add`) as long as there is the namespace.
bool in_use(const cni::Attachment& attachment, bool netns_stands, const Pods& exists) {
  return is_pod_id(attachment.container_id) ? exists(attachment.container_id) : netns_stands;
}

void add_unless_named(std::vector<cni::NetworkList>& lists, cni::NetworkList list) {
  if (std::none_of(lists.begin(), lists.end(), [&](const auto& known) { return known.name == list.name; }))
    lists.push_back(std::move(list));
}

}  // namespace

std::string detached_text(const cni::LedgerEntry& entry) {
  return "network '" + entry.network.name + "': detached '" + entry.attachment.ifname + "' of container '" +
         entry.attachment.container_id + "'";
}

std::string abandoned_text(const cni::LedgerEntry& entry) {
  std::string plugins;
  for (const cni::PluginConfig& plugin : entry.network.plugins) plugins += (plugins.empty() ? "" : ", ") + plugin.type;
  std::string addresses;
  const std::string& told = entry.result.empty() ? entry.seen : entry.result;
  const auto result = cni::parse_result(told.empty() ? "null" : told, entry.network.version);
  if (result)
    for (const std::string& ip : cni::pod_ips(*result)) addresses += (addresses.empty() ? "" : ", ") + ip;
  return "network '" + entry.network.name + "': '" + entry.attachment.ifname + "' of container '" +
         entry.attachment.container_id + "' is given up; left behind may be what its plugins (" + plugins + ") made" +
         (addresses.empty() ? "" : ", and its addresses " + addresses) +
         (entry.last_error.empty() ? "" : "; its DEL failed: " + entry.last_error);
}

void add_clean_up(std::vector<Recovered>& report, const std::string& step, Result<cni::CleanUp> done) {
  if (!done) {
    report.push_back({step, std::move(done).error()});
    return;
  }
  for (const cni::LedgerEntry& entry : done->detached) report.push_back({detached_text(entry), std::nullopt});
  for (const cni::LedgerEntry& entry : done->taken_over)
    report.push_back({"network '" + entry.network.name + "': another tool has attached '" + entry.attachment.ifname +
                          "' of container '" + entry.attachment.container_id + "' since, and is to detach it",
                      std::nullopt});
  for (Error& failure : done->failures) report.push_back({step, std::move(failure)});
  for (Error& failure : done->known_failures) report.push_back({step, std::move(failure), true});
}

Result<cni::CleanUp> collect(cni::Invoker& invoker, const cni::NetworkList& network,
                             const std::vector<cni::ValidAttachment>& listed, const Stays& stays) {
  return invoker.collect(network, [&]() -> Result<std::vector<cni::ValidAttachment>> {
    std::vector<cni::ValidAttachment> valid = listed;
    const auto judge = [&](const std::string& name, const auto& entry) {
      if (name == network.name && stays(entry.attachment, cni::netns_stands(entry)))
        valid.push_back({entry.attachment.container_id, entry.attachment.ifname});
    };
    for (const auto& entry : TRY(invoker.ledger()->list())) judge(entry.network.name, entry);
    for (const auto& entry : TRY(invoker.cache().list()))
      if (entry.owner == invoker.options().owner) judge(entry.network, entry);
    std::sort(valid.begin(), valid.end());
    valid.erase(std::unique(valid.begin(), valid.end()), valid.end());
    return valid;
  });
}

Result<std::vector<std::string>> Network::abandon(const std::string& id) {
  std::vector<std::string> lines;
  for (const cni::LedgerEntry& entry : TRY(invoker_.ledger()->of_container(id)))
    if (entry.owed() && TRY(invoker_.forget(entry))) lines.push_back(abandoned_text(entry));
  return lines;
}

Result<cni::CleanUp> Network::settle(const Pods& alive) {
  return invoker_.settle([&](const cni::LedgerEntry& entry) {
    const bool pod = is_pod_id(entry.attachment.container_id);
    return in_use(entry.attachment, cni::netns_stands(entry), alive) &&
           (pod || !entry.owed());  // a `cni add` that was killed is nobody's
  });
}

Result<cni::CleanUp> Network::collect(const cni::NetworkList& network, const Pods& alive) {
  return podrun::collect(invoker_, network, {}, [&](const cni::Attachment& attachment, bool netns_stands) {
    return in_use(attachment, netns_stands, alive);
  });
}

Result<std::vector<cni::NetworkList>> Network::known(const std::string& conf_dir) const {
  cni::Networks networks = TRY(cni::scan_networks(conf_dir));
  for (const cni::Diagnostic& problem : networks.problems)
    if (invoker_.options().warn) invoker_.options().warn(problem.to_text());
  std::vector<cni::NetworkList> lists = std::move(networks.lists);
  for (auto& entry : TRY(invoker_.ledger()->list())) add_unless_named(lists, std::move(entry.network));
  for (auto& entry : TRY(invoker_.cache().list()))
    if (entry.owner == invoker_.options().owner && entry.effective)
      add_unless_named(lists, std::move(*entry.effective));
  return lists;
}

}  // namespace podrun
