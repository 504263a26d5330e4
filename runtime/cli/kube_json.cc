#include "runtime/cli/kube_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "runtime/cli/network_status.h"
#include "runtime/cli/time_text.h"

namespace podrun::cli {
namespace {

Json metadata(const PodRecord& pod) {
  Json data = {{"name", pod.plan.who.name},
               {"namespace", pod.plan.who.name_space},
               {"uid", pod.plan.who.uid},
               {"creationTimestamp", rfc3339(pod.life.created_at)}};
  if (pod.life.deadline != 0) data["deletionTimestamp"] = rfc3339(deletion_time(pod));
  if (!pod.plan.who.labels.empty()) data["labels"] = pod.plan.who.labels;
  if (!pod.plan.who.annotations.empty()) data["annotations"] = pod.plan.who.annotations;
  if (!pod.life.networks.empty()) data["annotations"][kNetworkStatus] = network_status(pod).dump();
  return data;
}

// What was asked for. A record whose manifest cannot be read still shows what it has.
Json spec(const LivePod& pod) {
  const Json manifest = Json::parse(pod.record.plan.who.manifest, nullptr, false);
  if (const auto found = manifest.is_object() ? manifest.find("spec") : manifest.end();
      manifest.is_object() && found != manifest.end() && found->is_object())
    return *found;
  Json containers = Json::array();
  for (const LiveContainer& container : pod.containers)
    containers.push_back({{"name", container.record.plan.name}, {"image", container.record.plan.image}});
  return {{"containers", std::move(containers)}};
}

Json terminated(const ContainerRecord& container, const std::optional<ExitStatus>& exit, const std::string& id) {
  Json state = {{"containerID", id}, {"startedAt", rfc3339(container.life.started_at)}};
  if (!exit) {  // the shim died before it could tell: what kubelet says of containers it lost
    state.update({{"exitCode", 137}, {"reason", "ContainerStatusUnknown"}, {"finishedAt", nullptr}});
    return state;
  }
  state.update({{"exitCode", exit->code}, {"reason", exit->reason()}, {"finishedAt", rfc3339(exit->finished_at)}});
  if (exit->signal != 0) state["signal"] = exit->signal;
  return state;
}

Json container_status(const PodRecord& pod, const LiveContainer& live) {
  const auto& [container, status] = live;
  const std::string id = "podrun://" + pod.plan.who.id + "/" + container.plan.name;
  Json json = {{"name", container.plan.name}, {"image", container.plan.image}, {"imageID", container.plan.image_digest},
               {"lastState", Json::object()}, {"ready", status.running},       {"restartCount", 0},
               {"started", status.running}};
  if (container.life.process.empty()) {
    json["state"] = {{"waiting", {{"reason", "ContainerCreating"}}}};
    return json;
  }
  json["containerID"] = id;
  if (status.running) {
    json["state"] = {{"running", {{"startedAt", rfc3339(container.life.started_at)}}}};
  } else {
    json["state"] = {{"terminated", terminated(container, status.exit, id)}};
  }
  return json;
}

// While a pod is made not all of its containers are on record.
void add_unstarted(Json& statuses, const Json& spec) {
  const Json containers = spec.value("containers", Json::array());
  for (const Json& wanted : containers) {
    if (!wanted.is_object()) continue;
    const auto name = wanted.find("name");
    const bool known = name == wanted.end() || std::any_of(statuses.begin(), statuses.end(),
                                                           [&](const Json& status) { return status["name"] == *name; });
    if (known) continue;
    statuses.push_back({{"name", *name},
                        {"image", wanted.value("image", Json(""))},
                        {"imageID", ""},
                        {"lastState", Json::object()},
                        {"ready", false},
                        {"restartCount", 0},
                        {"started", false},
                        {"state", {{"waiting", {{"reason", "ContainerCreating"}}}}}});
  }
}

std::int64_t last_change(const LivePod& pod) {
  std::int64_t latest = pod.record.life.created_at;
  for (const auto& [record, status] : pod.containers) {
    latest = std::max(latest, record.life.started_at);
    if (status.exit) latest = std::max(latest, status.exit->finished_at);
  }
  return latest;
}

Json condition(const char* type, bool holds, std::int64_t since) {
  return {{"type", type},
          {"status", holds ? "True" : "False"},
          {"lastProbeTime", nullptr},
          {"lastTransitionTime", rfc3339(since)}};
}

Json status(const LivePod& pod, const Json& pod_spec) {
  const PodRecord& record = pod.record;
  Json statuses = Json::array();
  for (const LiveContainer& container : pod.containers) statuses.push_back(container_status(record, container));
  if (record.life.state == PodState::creating) add_unstarted(statuses, pod_spec);
  const bool ready = pod.phase == Phase::running && record.life.state == PodState::ready &&
                     std::all_of(pod.containers.begin(), pod.containers.end(),
                                 [](const LiveContainer& c) { return c.status.running; });

  Json json = {{"phase", to_text(pod.phase)},
               {"startTime", rfc3339(record.life.created_at)},
               {"conditions",
                Json::array({condition("Initialized", record.life.state == PodState::ready, record.life.created_at),
                             condition("Ready", ready, last_change(pod)),
                             condition("ContainersReady", ready, last_change(pod))})},
               {"containerStatuses", std::move(statuses)}};
  if (!record.life.ips.empty()) {
    json["podIP"] = record.life.ips.front();
    json["podIPs"] = Json::array();
    for (const std::string& ip : record.life.ips) json["podIPs"].push_back({{"ip", ip}});
    if (record.plan.namespaces.host_network) json["hostIP"] = record.life.ips.front();
  }
  if (!pod.reason.empty()) {
    json["reason"] = pod.reason;
    json["message"] = pod.message;
  }
  return json;
}

}  // namespace

Json kube_pod(const LivePod& pod) {
  Json json = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata(pod.record)}, {"spec", spec(pod)}};
  json["status"] = status(pod, json["spec"]);
  return json;
}

Json kube_list(std::vector<Json> pods) {
  return {{"apiVersion", "v1"}, {"kind", "List"}, {"metadata", {{"resourceVersion", ""}}}, {"items", std::move(pods)}};
}

}  // namespace podrun::cli
