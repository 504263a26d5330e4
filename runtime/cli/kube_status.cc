#include "runtime/cli/kube_status.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "runtime/cli/container_state.h"
#include "runtime/cli/time_text.h"
#include "runtime/manifest/change_resources.h"
#include "runtime/plan/late_values.h"
#include "runtime/plan/oom_score.h"

namespace podrun::cli {
namespace {

constexpr int kLost = 137;  // what the kubelet says of containers whose end it has not seen

Json terminated(const PodRecord& pod, const ContainerRecord& container, const ContainerStatus& status,
                const ContainerState& state) {
  Json json = {{"containerID", container_id(pod, container)},
               {"startedAt", rfc3339(container.life.started_at)},
               {"exitCode", status.exit ? status.exit->code : kLost},
               {"reason", state.reason},
               {"finishedAt", status.exit ? Json(rfc3339(status.exit->finished_at)) : Json()}};
  if (status.exit && status.exit->signal != 0) json["signal"] = status.exit->signal;
  if (!state.message.empty()) json["message"] = state.message;
  return json;
}

Json last_state(const LivePod& pod, const LiveContainer& container) {
  const auto [record, status] = last_ended(pod, container);
  if (record == nullptr) return Json::object();
  return {{"terminated", terminated(pod.record, *record, *status, state_of_ended(*record, *status))}};
}

Json present_state(const LivePod& pod, const LiveContainer& container) {
  const ContainerState state = state_of(pod, container);
  switch (state.what) {
    case ContainerState::What::running:
      return {{"running", {{"startedAt", rfc3339(container.record.life.started_at)}}}};
    case ContainerState::What::terminated:
      return {{"terminated", terminated(pod.record, container.record, container.status, state)}};
    case ContainerState::What::waiting:
      break;
  }
  Json waiting = {{"reason", state.reason}};
  if (!state.message.empty()) waiting["message"] = state.message;
  return {{"waiting", std::move(waiting)}};
}

void add_resources(Json& status, const Json& container) {
  Json resources = resources_of(container);
  if (resources.empty()) return;
  if (resources.contains("requests")) status["allocatedResources"] = resources["requests"];
  status["resources"] = std::move(resources);
}

Json container_status(const LivePod& pod, const LiveContainer& container) {
  const ContainerPlan& plan = container.record.plan;
  Json json = {{"name", plan.name},
               {"image", plan.image},
               {"imageID", plan.image_digest},
               {"state", present_state(pod, container)},
               {"lastState", last_state(pod, container)},
               {"ready", is_ready(container)},
               {"restartCount", plan.attempt},
               {"started", container.has_started()}};
  if (!container.is_waiting()) json["containerID"] = container_id(pod.record, container.record);
  return json;
}

// Of those in that list of the spec.
Json container_statuses(const LivePod& pod, const Json& spec, const char* list) {
  const Json wanted = spec.value(list, Json::array());
  Json statuses = Json::array();
  for (const LiveContainer& container : pod.containers) {
    if (list_of(container) != std::string_view(list)) continue;
    statuses.push_back(container_status(pod, container));
    for (const Json& one : wanted)
      if (one.is_object() && one.value("name", Json()) == container.record.plan.name)
        add_resources(statuses.back(), one);
  }
  return statuses;
}

// While a pod is made not all of its containers are on record.
void add_unmade(Json& statuses, const Json& wanted, bool pod_has_init) {
  for (const Json& container : wanted) {
    if (!container.is_object()) continue;
    const auto name = container.find("name");
    const bool known =
        name == container.end() ||
        std::any_of(statuses.begin(), statuses.end(), [&](const Json& status) { return status["name"] == *name; });
    if (known) continue;
    statuses.push_back({{"name", *name},
                        {"image", container.value("image", Json(""))},
                        {"imageID", ""},
                        {"lastState", Json::object()},
                        {"ready", false},
                        {"restartCount", 0},
                        {"started", false},
                        {"state", {{"waiting", {{"reason", waiting_reason(pod_has_init)}}}}}});
  }
}

std::int64_t last_change(const LivePod& pod) {
  std::int64_t latest = pod.record.life.created_at;
  for (const LiveContainer& container : pod.containers) {
    latest = std::max(latest, container.record.life.started_at);
    if (container.status.exit) latest = std::max(latest, container.status.exit->finished_at);
    latest = std::max(latest, container.probes.ready_since);
  }
  return latest;
}

Json condition(const char* type, bool holds, std::int64_t since) {
  return {{"type", type},
          {"status", holds ? "True" : "False"},
          {"lastProbeTime", nullptr},
          {"lastTransitionTime", rfc3339(since)}};
}

Json unless(Json condition, const char* reason, const std::string& message) {
  if (condition["status"] == "True") return condition;
  condition["reason"] = reason;
  condition["message"] = message;
  return condition;
}

// "[app db]", as the kubelet has it.
std::string names_of_unready(const LivePod& pod) {
  std::string names;
  for (const LiveContainer& container : pod.containers)
    if (!is_ready(container) && !is_ephemeral(container))
      names += (names.empty() ? "" : " ") + container.record.plan.name;
  return "[" + names + "]";
}

// Somebody else than the kubelet says whether a gate is open. Here there is nobody, and who has not been told of is
// closed.
std::string closed_gates(const Json& spec) {
  std::string gates;
  const Json all = spec.value("readinessGates", Json());
  for (const Json& gate : all)
    if (gate.is_object() && gate.contains("conditionType") && gate["conditionType"].is_string())
      gates += (gates.empty() ? "" : ", ") + std::string("corresponding condition of pod readiness gate \"") +
               gate["conditionType"].get<std::string>() + "\" does not exist.";
  return gates;
}

Json conditions(const LivePod& pod, const Json& spec) {
  const PodLife& life = pod.record.life;
  const bool initialized = life.state == PodState::ready && is_initialized(pod);
  const bool containers = pod.phase == Phase::running && life.state == PodState::ready &&
                          std::all_of(pod.containers.begin(), pod.containers.end(),
                                      [](const LiveContainer& one) { return is_ready(one) || is_ephemeral(one); });
  const std::string gates = closed_gates(spec);
  const std::string unready = "containers with unready status: " + names_of_unready(pod);
  const std::int64_t since = last_change(pod);
  Json all =
      Json::array({condition("Initialized", initialized, life.created_at),
                   unless(condition("Ready", containers && gates.empty(), since),
                          containers ? "ReadinessGatesNotReady" : "ContainersNotReady", containers ? gates : unready),
                   unless(condition("ContainersReady", containers, since), "ContainersNotReady", unready)});
  if (life.resizing) all.push_back(condition("PodResizeInProgress", true, since));
  return all;
}

// "podIP": the first, and "podIPs": all.
void add_addresses(Json& status, const std::string& field, const std::vector<std::string>& addresses) {
  if (addresses.empty()) return;
  status[field] = addresses.front();
  for (const std::string& address : addresses) status[field + "s"].push_back({{"ip", address}});
}

}  // namespace

Json resources_of(const Json& container) {
  Json resources = container.value("resources", Json());
  if (!resources.is_object()) return Json::object();
  const Json limits = resources.value("limits", Json::object());
  Json requests = resources.value("requests", Json::object());
  for (const char* name : {"cpu", "memory"})
    if (!requests.contains(name) && limits.contains(name)) requests[name] = limits[name];
  if (!requests.empty()) resources["requests"] = std::move(requests);
  return resources;
}

Json kube_status(const LivePod& pod, const Json& spec) {
  const PodRecord& record = pod.record;
  Json statuses = container_statuses(pod, spec, "containers");
  Json init_statuses = container_statuses(pod, spec, "initContainers");
  Json ephemeral_statuses = container_statuses(pod, spec, "ephemeralContainers");
  if (record.life.state == PodState::creating) {
    const Json init = spec.value("initContainers", Json::array());
    add_unmade(init_statuses, init, true);
    add_unmade(statuses, spec.value("containers", Json::array()), !init.empty());
  }
  Json json = {{"phase", to_text(pod.phase)},
               {"startTime", rfc3339(record.life.created_at)},
               {"conditions", conditions(pod, spec)},
               {"containerStatuses", std::move(statuses)}};
  if (!init_statuses.empty()) json["initContainerStatuses"] = std::move(init_statuses);
  if (!ephemeral_statuses.empty()) json["ephemeralContainerStatuses"] = std::move(ephemeral_statuses);
  if (const auto resources = change_resources(record.plan.who.manifest, {}))
    json["qosClass"] = qos_class(resources->spec);
  add_addresses(json, "hostIP", record.life.host_ips);
  add_addresses(json, "podIP", addresses_of(record.plan, record.life));
  if (!pod.reason.empty()) {
    json["reason"] = pod.reason;
    json["message"] = pod.message;
  }
  return json;
}

}  // namespace podrun::cli
