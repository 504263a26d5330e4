#include "runtime/plan/network.h"

#include "runtime/plan/capability_args.h"

namespace podrun {

Result<NetworkPlan> network_plan(const ChosenNetwork& chosen, const PodPlan& pod, bool primary) {
  NetworkPlan plan;
  plan.network = chosen.network;
  cni::Attachment& attachment = plan.attachment;
  attachment.container_id = pod.who.id;
  attachment.netns = pod.netns_path;
  attachment.ifname = chosen.selection.interface_name;
  attachment.args = {{"IgnoreUnknown", "1"},  // first: without it some plugins refuse what follows
                     {"K8S_POD_NAMESPACE", pod.who.name_space},
                     {"K8S_POD_NAME", pod.who.name},
                     {"K8S_POD_INFRA_CONTAINER_ID", pod.who.id},
                     {"K8S_POD_UID", pod.who.uid}};
  attachment.capability_args = chosen.selection.capability_args;
  attachment.conventional_args = chosen.selection.conventional_args;
  add_pods_own(pod, chosen.network, attachment.capability_args);
  if (primary) TRY(add_primarys(pod, attachment.capability_args));
  TRY(cni::check_attachment(attachment));
  return plan;
}

}  // namespace podrun
