// Whether a pod is one of those that are meant: by name, or by namespace, labels and fields.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "runtime/cli/context.h"
#include "runtime/cli/field_selector.h"
#include "runtime/cli/live_pod.h"
#include "runtime/cli/selector.h"

namespace podrun::cli {

struct PodTarget {
  std::string name_space;
  std::string name;
  auto operator<=>(const PodTarget&) const = default;
};

PodTarget target_of(const PodRecord& pod);

class PodFilter {
 public:
  static PodFilter of(const std::vector<PodTarget>& named);
  // `name_space`: empty for every one.
  static Result<PodFilter> parse(const std::string& name_space, const std::string& selector,
                                 const std::string& field_selector);

  // What can be told from the record alone; some fields cannot.
  bool may_match(const PodRecord& pod) const;
  bool matches(const LivePod& pod) const;
  bool asks_for_fields() const { return asks_for_fields_; }

 private:
  std::set<PodTarget> named_;  // these alone, where there are any
  std::string name_space_;
  Selector selector_;
  FieldSelector fields_;
  bool asks_for_fields_ = false;
};

}  // namespace podrun::cli
