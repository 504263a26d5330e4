#include "runtime/cli/inspect_json.h"

#include <nlohmann/json.hpp>
#include <string>

#include "runtime/cli/hide_secrets.h"

namespace podrun::cli {
namespace {

using OrderedJson = nlohmann::ordered_json;

// JSON inside a string, opened; what is none stays a string.
void open_up(OrderedJson& text) {
  OrderedJson opened = OrderedJson::parse(text.get<std::string>(), nullptr, false);
  if (!opened.is_discarded()) text = std::move(opened);
}

// {"create cgroup": 120, "plugin bridge ADD": 31000}, in the order they ran; a step that ran twice has the sum.
OrderedJson timings(const PodRecord& record) {
  OrderedJson steps = OrderedJson::object();
  for (const Timing& timing : record.life.timings)
    steps[timing.step] = steps.value(timing.step, std::uint64_t{0}) + timing.microseconds;
  return steps;
}

OrderedJson live(const LivePod& pod) {
  OrderedJson containers = OrderedJson::object();
  for (const LiveContainer& container : pod.containers) {
    const ContainerStatus& status = container.status;
    OrderedJson one = {
        {"running", status.running}, {"started", container.has_started()}, {"ready", container.is_ready()}};
    if (status.exit)
      one["exit"] = {
          {"code", status.exit->code}, {"signal", status.exit->signal}, {"finishedAt", status.exit->finished_at}};
    containers[container.record.plan.name] = std::move(one);
  }
  OrderedJson json = {{"phase", to_text(pod.phase)},
                      {"shimAlive", pod.shim_alive},
                      {"pauseAlive", pod.pause_alive},
                      {"lockHolder", pod.lock_holder},
                      {"containers", std::move(containers)}};
  if (!pod.reason.empty()) json.update(OrderedJson{{"reason", pod.reason}, {"message", pod.message}});
  return json;
}

// The container as it was asked for; null where no text has it.
OrderedJson asked_of(const PodRecord& pod, const ContainerPlan& container) {
  if (container.role == ContainerRole::ephemeral) return OrderedJson::parse(container.asked, nullptr, false);
  const OrderedJson manifest = OrderedJson::parse(pod.plan.who.manifest, nullptr, false);
  for (const char* list : {"/spec/containers", "/spec/initContainers"})
    if (const OrderedJson::json_pointer place(list); manifest.contains(place))
      for (const OrderedJson& one : manifest[place])
        if (one.is_object() && one.value("name", OrderedJson()) == container.name) return one;
  return nullptr;
}

OrderedJson whole_container_json(const PodRecord& pod, const ContainerRecord& container) {
  OrderedJson json = OrderedJson::parse(to_json(container), nullptr, false);
  json.erase("format");
  hide_secrets(json["plan"]["process"], asked_of(pod, container.plan));
  json["plan"]["process"]["capabilities"] = capabilities::names(container.plan.process.capabilities);
  return json;
}

}  // namespace

nlohmann::ordered_json inspect_json(const LivePod& pod) {
  OrderedJson json = OrderedJson::parse(to_json(pod.record), nullptr, false);
  open_up(json["plan"]["who"]["manifest"]);
  for (OrderedJson& network : json["life"]["networks"]) open_up(network["result"]);
  json["life"]["timings"] = timings(pod.record);
  json["containers"] = json["previous"] = OrderedJson::array();
  for (const LiveContainer& container : pod.containers) {
    if (container.before) json["previous"].push_back(whole_container_json(pod.record, container.before->record));
    json["containers"].push_back(whole_container_json(pod.record, container.record));
  }
  json["live"] = live(pod);
  return json;
}

}  // namespace podrun::cli
