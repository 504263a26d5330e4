#include "runtime/cli/describe_text.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "runtime/cli/console.h"
#include "runtime/cli/container_state.h"
#include "runtime/cli/describe_spec.h"
#include "runtime/cli/indented_text.h"
#include "runtime/cli/kube_status.h"
#include "runtime/cli/network_status.h"
#include "runtime/cli/probe_text.h"
#include "runtime/cli/table.h"
#include "runtime/cli/time_text.h"
#include "runtime/plan/late_values.h"

namespace podrun::cli {
namespace {

std::string plain(const Json& json) { return json.is_string() ? json.get<std::string>() : json.dump(); }

std::string yes(bool flag) { return flag ? "True" : "False"; }

template <class Value>
void pairs(IndentedText& text, const std::string& key, const std::map<std::string, Value>& map, const char* between) {
  if (map.empty()) return text.line(0, key, "<none>");
  std::string name = key + ":";
  for (const auto& [first, second] : map) {
    name.resize(std::max(IndentedText::kColumn, name.size()), ' ');
    if constexpr (std::is_same_v<Value, std::string>) {
      text.bare(0, name + first + between + second);
    } else {
      text.bare(0, name + first + between + std::to_string(second));
    }
    name.clear();
  }
}

void block(IndentedText& text, const std::string& key, const Json& values) {
  if (!values.is_array() || values.empty()) return;
  text.line(4, key, "");
  for (const Json& value : values) text.bare(6, plain(value));
}

void ports(IndentedText& text, const Json& spec) {
  std::string container;
  std::string host;
  const Json all = spec.value("ports", Json::array());
  for (const Json& port : all) {
    if (!port.is_object()) continue;
    const std::string protocol = "/" + plain(port.value("protocol", Json("TCP")));
    const std::string comma = container.empty() ? "" : ", ";
    container += comma + plain(port.value("containerPort", Json(0))) + protocol;
    host += comma + plain(port.value("hostPort", Json(0))) + protocol;
  }
  text.line(4, "Ports", container.empty() ? "<none>" : container);
  text.line(4, "Host Ports", host.empty() ? "<none>" : host);
}

void limits_and_requests(IndentedText& text, const Json& spec) {
  const Json resources = resources_of(spec);
  for (const auto& [key, heading] : {std::pair{"limits", "Limits"}, {"requests", "Requests"}}) {
    const Json amounts = resources.value(key, Json());
    if (!amounts.is_object() || amounts.empty()) continue;
    text.line(4, heading, "");
    for (const auto& [name, value] : amounts.items()) text.line(6, name, plain(value));
  }
}

void probes(IndentedText& text, const ProbesPlan& plan) {
  if (plan.liveness) text.line(4, "Liveness", probe_text(*plan.liveness));
  if (plan.readiness) text.line(4, "Readiness", probe_text(*plan.readiness));
  if (plan.startup) text.line(4, "Startup", probe_text(*plan.startup));
}

void ended(IndentedText& text, const char* key, const ContainerRecord& record, const ContainerStatus& status) {
  const ContainerState state = state_of_ended(record, status);
  text.line(4, key, "Terminated");
  text.line(6, "Reason", state.reason);
  text.lines(6, "Message", state.message);
  text.line(6, "Exit Code", status.exit ? std::to_string(status.exit->code) : "unknown");
  if (status.exit && status.exit->signal != 0) text.line(6, "Signal", std::to_string(status.exit->signal));
  text.line(6, "Started", long_date(record.life.started_at));
  if (status.exit) text.line(6, "Finished", long_date(status.exit->finished_at));
}

void describe_state(IndentedText& text, const LivePod& pod, const LiveContainer& container) {
  const ContainerState state = state_of(pod, container);
  switch (state.what) {
    case ContainerState::What::waiting:
      text.line(4, "State", "Waiting");
      text.line(6, "Reason", state.reason);
      break;
    case ContainerState::What::running:
      text.line(4, "State", "Running");
      text.line(6, "Started", long_date(container.record.life.started_at));
      break;
    case ContainerState::What::terminated:
      ended(text, "State", container.record, container.status);
      break;
  }
  if (const auto [record, status] = last_ended(pod, container); record != nullptr)
    ended(text, "Last State", *record, *status);
}

void describe_container(IndentedText& text, const LivePod& pod, const LiveContainer& container, const Json& spec) {
  const ContainerPlan& plan = container.record.plan;
  text.line(2, plan.name, "");
  text.line(4, "Container ID", container_id(pod.record, container.record));
  text.line(4, "Image", plan.image);
  text.line(4, "Image ID", plan.image_digest.empty() ? "<none>" : plan.image_digest);
  ports(text, spec);
  block(text, "Command", spec.value("command", Json()));
  block(text, "Args", spec.value("args", Json()));
  describe_state(text, pod, container);
  text.line(4, "Ready", yes(is_ready(container)));
  text.line(4, "Restart Count", std::to_string(plan.attempt));
  limits_and_requests(text, spec);
  probes(text, plan.probes);
  describe_environment(text, spec);
  describe_mounts(text, spec);
  text.line(4, "PID", std::to_string(container.record.life.process.pid));
  text.line(4, "Log", plan.log_path);
}

Json spec_of(const Json& kube, const char* list, const std::string& name) {
  for (const Json& container : kube["spec"].value(list, Json::array()))
    if (container.is_object() && container.value("name", Json()) == name) return container;
  return Json::object();
}

void describe_containers(IndentedText& text, const LivePod& pod, const Json& kube) {
  constexpr std::pair<const char*, const char*> kLists[] = {{"Init Containers", "initContainers"},
                                                            {"Containers", "containers"},
                                                            {"Ephemeral Containers", "ephemeralContainers"}};
  for (const auto& [heading, list] : kLists) {
    const auto is_of_list = [list = std::string_view(list)](const LiveContainer& one) { return list_of(one) == list; };
    const bool has_some = std::any_of(pod.containers.begin(), pod.containers.end(), is_of_list);
    if (has_some || list == std::string_view("containers")) text.line(0, heading, "");
    for (const LiveContainer& one : pod.containers)
      if (is_of_list(one)) describe_container(text, pod, one, spec_of(kube, list, one.record.plan.name));
  }
}

void describe_networks(IndentedText& text, const PodRecord& record) {
  text.line(0, "Networks", record.life.networks.empty() ? "<none>" : "");
  const Json networks = network_status(record);
  for (const Json& network : networks) {
    std::string what = plain(network["interface"]);
    for (const Json& ip : network.value("ips", Json::array())) what += " " + plain(ip);
    text.line(2, plain(network["name"]), what);
  }
}

void describe_messages(IndentedText& text, const PodLife& life) {
  if (life.plugin_messages.empty()) return;
  text.line(0, "Plugin Messages", "");
  for (const PluginMessage& message : life.plugin_messages) text.bare(2, message.plugin + ": " + message.text);
}

void describe_conditions(IndentedText& text, const Json& kube) {
  text.line(0, "Conditions", "");
  const auto columns = [&text](std::string type, const std::string& status) {
    type.resize(std::max(IndentedText::kColumn, type.size() + 1), ' ');
    text.bare(2, type + status);
  };
  columns("Type", "Status");
  for (const Json& condition : kube["status"]["conditions"])
    columns(plain(condition["type"]), plain(condition["status"]));
}

void describe_events(IndentedText& text, const std::vector<PodEvent>& events, std::int64_t now) {
  text.line(0, "Events", events.empty() ? "<none>" : "");
  std::vector<Row> rows{{"Type", "Reason", "Age", "Message"}};
  for (const PodEvent& event : events) {
    const auto passed = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds(now - event.time));
    rows.push_back({event.is_warning ? "Warning" : "Normal", event.reason, event.time == 0 ? "<unknown>" : age(passed),
                    one_line(event.message)});
  }
  if (!events.empty()) text.block(2, table(rows));
}

}  // namespace

std::string describe_text(const LivePod& pod, const Json& kube, const std::vector<PodEvent>& events,
                          std::int64_t now) {
  const PodRecord& record = pod.record;
  IndentedText text;
  text.line(0, "Name", record.plan.who.name);
  text.line(0, "Namespace", record.plan.who.name_space);
  text.line(0, "Pod ID", record.plan.who.id);
  if (!pod.node.empty())
    text.line(0, "Node", pod.node + (record.life.host_ips.empty() ? "" : "/" + record.life.host_ips.front()));
  text.line(0, "Start Time", long_date(record.life.created_at));
  pairs(text, "Labels", record.plan.who.labels, "=");
  pairs(text, "Annotations", record.plan.who.annotations, ": ");
  text.line(0, "Status", record.life.is_terminating() ? "Terminating" : to_text(pod.phase));
  if (!pod.reason.empty()) {
    text.line(0, "Reason", pod.reason);
    text.line(0, "Message", pod.message);
  }
  text.line(0, "Hostname", record.plan.hostname);
  const std::vector<std::string>& ips = addresses_of(record.plan, record.life);
  text.line(0, "IP", ips.empty() ? "<none>" : ips.front());
  text.line(0, "IPs", ips.empty() ? "<none>" : "");
  for (const std::string& ip : ips) text.bare(2, "IP:  " + ip);
  describe_networks(text, record);
  describe_messages(text, record.life);
  text.line(0, "Network NS", record.plan.netns_path.empty() ? "host" : record.plan.netns_path);
  pairs(text, "Namespaces", record.life.namespaces, ":");
  text.line(0, "User IDs",
            record.plan.namespaces.host_users ? "host" : std::to_string(record.life.id_base) + " +65536");
  text.line(0, "Cgroup", record.plan.cgroup_path);
  text.line(0, "Shim PID", std::to_string(record.life.shim.pid) + (pod.shim_alive ? "" : " (gone)"));
  text.line(0, "Pause PID", std::to_string(record.life.pause.pid) + (pod.pause_alive ? "" : " (gone)"));
  describe_containers(text, pod, kube);
  describe_conditions(text, kube);
  describe_volumes(text, kube["spec"]);
  if (kube["status"].contains("qosClass")) text.line(0, "QoS Class", plain(kube["status"]["qosClass"]));
  describe_events(text, events, now);
  return std::move(text).take();
}

}  // namespace podrun::cli
