// What a pod's networks gave it, read from the results of their plugins.
#pragma once

#include "runtime/cli/kube_json.h"

namespace podrun::cli {

// The annotation of that name in the Network Plumbing Working Group's specification, section 5: what multus writes into
// a Pod, and what programs look for in it.
inline constexpr const char* kNetworkStatus = "k8s.v1.cni.cncf.io/network-status";

// [{"name": "podrun", "interface": "eth0", "ips": ["10.63.0.2"], "mac": "…", "default": true, "dns": {}}], in the order
// of attachment. A result that cannot be read gives name and interface alone.
Json network_status(const PodRecord& pod);

}  // namespace podrun::cli
