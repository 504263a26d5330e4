#include "runtime/manifest/parts.h"

namespace podrun::manifest {

void read_namespaces(const Reader& spec, PodSpec& pod) {
  pod.host_network = spec.flag("hostNetwork");
  pod.host_pid = spec.flag("hostPID");
  pod.host_ipc = spec.flag("hostIPC");
  pod.share_process_namespace = spec.flag("shareProcessNamespace");
  if (pod.host_pid && pod.share_process_namespace)
    spec.bad("shareProcessNamespace", "cannot be true together with hostPID");

  // What a host's namespace owns cannot be mounted from inside another user namespace; Kubernetes refuses it as well.
  const bool needs_host_users = pod.host_network || pod.host_pid || pod.host_ipc;
  pod.host_users = spec.flag("hostUsers", needs_host_users);
  if (needs_host_users && !pod.host_users) {
    const std::string_view field = pod.host_network ? "hostNetwork" : pod.host_pid ? "hostPID" : "hostIPC";
    spec.bad("hostUsers", "cannot be false together with " + std::string(field));
  }
}

}  // namespace podrun::manifest
