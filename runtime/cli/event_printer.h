// The forms that `podrun events -o` gives events.
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/kube_json.h"
#include "runtime/cli/pod_events.h"
#include "runtime/cli/table.h"

namespace podrun::cli {

Json kube_event(const PodEvent& event);  // a Kubernetes v1 Event

// With the headings above the first lines.
class EventTable {
 public:
  explicit EventTable(bool with_namespace) : with_namespace_(with_namespace) {}
  std::string lines(const std::vector<PodEvent>& events);

 private:
  bool with_namespace_;
  bool headed_ = false;
  Table table_;
};

}  // namespace podrun::cli
