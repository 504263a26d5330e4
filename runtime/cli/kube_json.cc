#include "runtime/cli/kube_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/joined.h"
#include "runtime/cli/container_state.h"
#include "runtime/cli/kube_status.h"
#include "runtime/cli/network_status.h"
#include "runtime/cli/time_text.h"
#include "runtime/plan/annotations.h"

namespace podrun::cli {
namespace {

Json metadata(const PodRecord& pod) {
  Json data = {{"name", pod.plan.who.name},
               {"namespace", pod.plan.who.name_space},
               {"uid", pod.plan.who.uid},
               {"creationTimestamp", rfc3339(pod.life.created_at)}};
  if (pod.life.is_terminating() && pod.life.deadline != 0) data["deletionTimestamp"] = rfc3339(deletion_time(pod));
  if (!pod.plan.who.labels.empty()) data["labels"] = pod.plan.who.labels;
  if (!pod.plan.who.annotations.empty()) data["annotations"] = pod.plan.who.annotations;
  if (!pod.plan.networks.empty()) data["annotations"][annotations::kOwnNetworks] = base::joined(pod.plan.networks, ",");
  if (!pod.life.networks.empty()) data["annotations"][kNetworkStatus] = network_status(pod).dump();
  return data;
}

// What was asked for. A record whose manifest cannot be read still shows what it has.
Json spec_of_manifest(const LivePod& pod) {
  const Json manifest = Json::parse(pod.record.plan.who.manifest, nullptr, false);
  if (const auto found = manifest.is_object() ? manifest.find("spec") : manifest.end();
      manifest.is_object() && found != manifest.end() && found->is_object())
    return *found;
  Json spec = {{"containers", Json::array()}};
  for (const LiveContainer& container : pod.containers)
    if (!is_ephemeral(container))
      spec[list_of(container)].push_back(
          {{"name", container.record.plan.name}, {"image", container.record.plan.image}});
  return spec;
}

// With what was asked for since, and where it is, whatever place the manifest had in mind.
Json spec(const LivePod& pod) {
  Json spec = spec_of_manifest(pod);
  if (!pod.node.empty()) spec["nodeName"] = pod.node;
  for (const LiveContainer& container : pod.containers)
    if (is_ephemeral(container) || !pod.record.plan.who.cri_key.empty())
      spec[list_of(container)].push_back(Json::parse(container.record.plan.asked, nullptr, false));
  return spec;
}

}  // namespace

Json kube_pod(const LivePod& pod) {
  Json json = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata(pod.record)}, {"spec", spec(pod)}};
  json["status"] = kube_status(pod, json["spec"]);
  return json;
}

Json kube_list(std::vector<Json> pods) {
  return {{"apiVersion", "v1"}, {"kind", "List"}, {"metadata", {{"resourceVersion", ""}}}, {"items", std::move(pods)}};
}

}  // namespace podrun::cli
