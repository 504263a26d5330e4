#include "runtime/sandbox/networks_of.h"

#include "runtime/sandbox/check_host.h"
#include "runtime/sandbox/choose_networks.h"
#include "runtime/sandbox/host_ports.h"

namespace podrun {
namespace {

// Configurations may have changed since it was planned: what counts is what they are now.
Result<std::vector<NetworkPlan>> networks_of(const Host& host, const PodPlan& pod) {
  auto selected = TRY(select_networks(pod.who.annotations, pod.namespaces.host_network, pod.networks, host.warn));
  return plan_networks(TRY(choose_networks(std::move(selected), host.options.cni_conf_dir, host.warn)), pod);
}

}  // namespace

Result<NewPod> decide_again(const Host& host, const PodPlan& pod) {
  NewPod again{.plan = pod, .containers = {}, .networks = {}, .cgroup_host = TRY(CgroupHost::discover())};
  again.networks = TRY(networks_of(host, pod));
  TRY(check_host(host, again));
  TRY(check_ports_of_pods(host.store, pod.who.id, pod.host_ports));
  return again;
}

}  // namespace podrun
