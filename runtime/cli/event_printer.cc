#include "runtime/cli/event_printer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/cli/time_text.h"

namespace podrun::cli {
namespace {

const char* event_type(const PodEvent& event) { return event.is_warning ? "Warning" : "Normal"; }

}  // namespace

Json kube_event(const PodEvent& event) {
  Json object = {
      {"apiVersion", "v1"}, {"kind", "Pod"}, {"name", event.name}, {"namespace", event.name_space}, {"uid", event.uid}};
  if (!event.container.empty()) object["fieldPath"] = "spec.containers{" + event.container + "}";
  const Json time = event.time == 0 ? Json(nullptr) : Json(rfc3339(event.time));
  return {{"apiVersion", "v1"},
          {"kind", "Event"},
          {"metadata", {{"namespace", event.name_space}}},
          {"type", event_type(event)},
          {"reason", event.reason},
          {"message", event.message},
          {"involvedObject", std::move(object)},
          {"source", {{"component", "podrun"}}},
          {"count", 1},
          {"firstTimestamp", time},
          {"lastTimestamp", time},
          {"eventTime", event.time == 0 ? Json(nullptr) : Json(rfc3339_nanoseconds(event.time))}};
}

std::string EventTable::lines(const std::vector<PodEvent>& events) {
  std::vector<Row> rows;
  const auto add = [&](const std::string& name_space, Row row) {
    if (with_namespace_) row.insert(row.begin(), name_space);
    rows.push_back(std::move(row));
  };
  if (!events.empty() && !std::exchange(headed_, true))
    add("NAMESPACE", {"TIME", "TYPE", "REASON", "OBJECT", "MESSAGE"});
  for (const PodEvent& event : events)
    add(event.name_space, {event.time == 0 ? "<unknown>" : rfc3339(event.time), event_type(event), event.reason,
                           "pod/" + event.name, event.message});
  return table_.lines(rows);
}

}  // namespace podrun::cli
