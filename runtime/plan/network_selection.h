// Which networks a pod asks for, in which order and under which interface names: from `--network`, and from the
// annotation k8s.v1.cni.cncf.io/networks, whose networks come on top of those.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cni/json.h"
#include "runtime/kernel/types.h"
#include "runtime/plan/annotations.h"

namespace podrun {

struct NetworkSelection {
  std::string network;         // a CNI network's name; empty: the machine's own choice
  std::string interface_name;  // distinct within the pod
  // What the annotation asks for this attachment alone (cni/attachment.h).
  cni::JsonObject capability_args;
  cni::JsonObject conventional_args;
};

// The first one is the pod's primary network. `wanted` is what was typed, "NETWORK[@INTERFACE]" each: empty is the
// machine's choice, "none" alone is no network. Unnamed interfaces are eth0, eth1, … by place, and net1, net2, … those
// of the annotation. Kind::invalid says what cannot be meant; what the annotation asks in vain is told to `warn`.
Result<std::vector<NetworkSelection>> select_networks(const annotations::Annotations& annotations, bool host_network,
                                                      const std::vector<std::string>& wanted,
                                                      const std::function<void(const std::string&)>& warn);

}  // namespace podrun
