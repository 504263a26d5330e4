#include "runtime/sandbox/check_host.h"

#include "base/files.h"
#include "runtime/kernel/cgroup_controllers.h"
#include "runtime/sandbox/choose_networks.h"
#include "runtime/sandbox/host_ports.h"
#include "runtime/sandbox/volumes.h"

namespace podrun {

Result<void> check_host(const Host& host, const NewPod& pod) {
  const std::string& pin = pod.plan.netns_path;
  if (!pin.empty() && base::path_exists(pin))
    return Error{
        Kind::exists, EEXIST,
        "name the network namespace: '" + pin + "' exists already and is not podrun's (remove it: `ip netns delete`)"};
  TRY(check_controllers(pod.cgroup_host, pod.plan.limits));
  for (const NewContainer& container : pod.containers)
    TRY(check_controllers(pod.cgroup_host, container.plan.limits).in("container '" + container.plan.name + "'"));
  TRY(check_volumes(pod.plan.volumes));
  for (const NetworkPlan& network : pod.networks) TRY(check_network(network, host.options.cni_bin_dirs, host.warn));
  return pod.networks.empty() ? Result<void>() : check_ports_of_host(pod.plan.host_ports);
}

}  // namespace podrun
