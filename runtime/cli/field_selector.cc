#include "runtime/cli/field_selector.h"

#include <algorithm>

#include "runtime/plan/late_values.h"

namespace podrun::cli {
namespace {

struct SelectableField {
  std::string_view name;
  std::string (*value)(const LivePod& pod);
};

constexpr SelectableField kSelectableFields[] = {
    {"metadata.name", [](const LivePod& pod) { return pod.record.plan.who.name; }},
    {"metadata.namespace", [](const LivePod& pod) { return pod.record.plan.who.name_space; }},
    {"spec.hostNetwork",
     [](const LivePod& pod) { return std::string(pod.record.plan.namespaces.host_network ? "true" : "false"); }},
    {"spec.nodeName", [](const LivePod& pod) { return pod.node; }},
    {"status.phase", [](const LivePod& pod) { return std::string(to_text(pod.phase)); }},
    {"status.podIP",
     [](const LivePod& pod) {
       const std::vector<std::string>& ips = addresses_of(pod.record.plan, pod.record.life);
       return ips.empty() ? std::string() : ips.front();
     }},
};

Error bad_field_selector(std::string_view part, const std::string& why) {
  return {Kind::invalid, 0, "--field-selector '" + std::string(part) + "': " + why};
}

Result<const SelectableField*> find_field(std::string_view part, std::string_view name) {
  std::string known;
  for (const SelectableField& field : kSelectableFields) {
    if (field.name == name) return &field;
    known.append(known.empty() ? "" : ", ").append(field.name);
  }
  return bad_field_selector(part, "the fields are " + known);
}

}  // namespace

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector selector;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || equals == 0)
      return bad_field_selector(part, "expected FIELD=VALUE or FIELD!=VALUE");
    const bool equal = part[equals - 1] != '!';
    std::string_view value = part.substr(equals + 1);
    if (equal && value.starts_with('=')) value.remove_prefix(1);
    const SelectableField& field = *TRY(find_field(part, part.substr(0, equal ? equals : equals - 1)));
    selector.requirements_.push_back({field.value, equal, std::string(value)});
  }
  return selector;
}

bool FieldSelector::matches(const LivePod& pod) const {
  return std::all_of(requirements_.begin(), requirements_.end(),
                     [&pod](const Requirement& wanted) { return (wanted.field(pod) == wanted.value) == wanted.equal; });
}

}  // namespace podrun::cli
