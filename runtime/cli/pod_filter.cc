#include "runtime/cli/pod_filter.h"

namespace podrun::cli {

PodTarget target_of(const PodRecord& pod) { return {pod.plan.who.name_space, pod.plan.who.name}; }

PodFilter PodFilter::of(const std::vector<PodTarget>& named) {
  PodFilter filter;
  filter.named_.insert(named.begin(), named.end());
  return filter;
}

Result<PodFilter> PodFilter::parse(const std::string& name_space, const std::string& selector,
                                   const std::string& field_selector) {
  PodFilter filter;
  filter.name_space_ = name_space;
  filter.selector_ = TRY(Selector::parse(selector));
  filter.fields_ = TRY(FieldSelector::parse(field_selector));
  filter.asks_for_fields_ = !field_selector.empty();
  return filter;
}

bool PodFilter::may_match(const PodRecord& pod) const {
  const Identity& who = pod.plan.who;
  if (!named_.empty()) return named_.contains(target_of(pod));
  return (name_space_.empty() || who.name_space == name_space_) && selector_.matches(who.labels);
}

bool PodFilter::matches(const LivePod& pod) const { return may_match(pod.record) && fields_.matches(pod); }

}  // namespace podrun::cli
