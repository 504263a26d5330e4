// One network of a pod, before it is attached: chosen, then planned.
#pragma once

#include "cni/attachment.h"
#include "cni/config.h"
#include "runtime/plan/network_selection.h"

namespace podrun {

struct ChosenNetwork {
  NetworkSelection selection;
  cni::NetworkList network;
};

struct NetworkPlan {
  cni::NetworkList network;
  cni::Attachment attachment;
};

}  // namespace podrun
