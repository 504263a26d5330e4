// What a pod tells the plugins of its network: CNI_ARGS as Kubernetes runtimes send them, and the capability arguments
// of CONVENTIONS.md in the CNI repository.
#pragma once

#include "runtime/manifest/spec.h"
#include "runtime/sandbox/plan.h"

namespace podrun {

// Annotations: kubernetes.io/ingress-bandwidth and egress-bandwidth (bits per second as a quantity), podrun.io/ips
// (addresses, comma-separated), podrun.io/mac. Kind::invalid names the annotation.
Result<NetworkPlan> network_plan(const PodSpec& spec, const cni::NetworkList& network, const PodRecord& record);

}  // namespace podrun
