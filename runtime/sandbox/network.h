// A pod's networks, made and unmade by CNI plugins.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cni/invoker.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/plan/network_plan.h"
#include "runtime/sandbox/host.h"
#include "runtime/sandbox/recover.h"

namespace podrun {

struct PluginRuns {
  const Cgroup* cgroup = nullptr;                  // plugins run in its aux while it stands; null: where podrun is
  std::vector<Timing>* timings = nullptr;          // receives a row a plugin run; null: nobody asks
  std::vector<PluginMessage>* messages = nullptr;  // the last lines of what plugins say; null: nobody asks
};

// How podrun runs plugins: its ledger, locks, cache and mark of ownership, the same for a pod's networks and for
// `podrun cni`.
cni::InvokerOptions invoker_options(const Host& host, const PluginRuns& runs = {});

// A line of a report: "network 'lab': detached 'eth0' of container 'web-1'".
std::string detached_text(const cni::LedgerEntry& entry);
// "network 'lab': 'eth0' of container 'web-1' is given up; left behind may be …": what nobody will take away any more.
std::string abandoned_text(const cni::LedgerEntry& entry);
// A line for each thing that was done, and for each failure an error of `step`.
void add_clean_up(std::vector<Recovered>& report, const std::string& step, Result<cni::CleanUp> done);

// GC of one network: of what ledger and cache have of ours there, what is not `listed` and does not stay is detached.
// `stays` is asked while no attachment can be made (cni::Invoker::collect), and told whether the attachment's namespace
// stands.
using Stays = std::function<bool(const cni::Attachment&, bool netns_stands)>;
Result<cni::CleanUp> collect(cni::Invoker& invoker, const cni::NetworkList& network,
                             const std::vector<cni::ValidAttachment>& listed, const Stays& stays);

class Network {
 public:
  explicit Network(const Host& host, const PluginRuns& runs = {});

  // One after another, as the spec demands of one container's. Adds to `pod` network by network; its addresses are
  // those of the first network that gives any. Returns the DNS of all. On failure everything is undone, or owed by the
  // ledger.
  Result<DnsSpec> attach(const std::vector<NetworkPlan>& plans, PodLife& pod);

  // Asks the plugins whether the pod is still attached as it was. Goes on past a failure; the error has all of them.
  Result<void> check(const PodRecord& pod);

  // Whether the ledger has anything of the pod.
  Result<bool> is_attached(const std::string& id);

  // Whatever the ledger has of the pod; nothing is success.
  Result<void> detach(const std::string& id);

  // Strikes off what DELs of the pod's networks have failed for. A line each (abandoned_text).
  Result<std::vector<std::string>> abandon(const std::string& id);

  // Attachments of pods that are gone (`alive` says of a pod's id whether it is not), of namespaces that are gone,
  // where a person attached them (`podrun cni add`), and of older boots.
  Result<cni::CleanUp> settle(const std::function<bool(const std::string&)>& alive);

  // GC of one network, which leaves what settle() leaves.
  Result<cni::CleanUp> collect(const cni::NetworkList& network, const std::function<bool(const std::string&)>& alive);

  // Those configured, and those that are so no longer but in our ledger or cache, as podrun's own default always is.
  // Problems in files go to the options' `warn`.
  Result<std::vector<cni::NetworkList>> known(const std::string& conf_dir) const;

 private:
  std::shared_ptr<cni::Runner> runner_;
  cni::Invoker invoker_;
};

}  // namespace podrun
