#include "runtime/plan/network_selection.h"

#include <set>

#include "cni/attachment.h"
#include "runtime/plan/network_selection_json.h"

namespace podrun {
namespace {

using Selections = std::vector<NetworkSelection>;

constexpr const char* kNone = "none";

// "NETWORK[@INTERFACE]"
Result<NetworkSelection> parse_selection(const std::string& text) {
  NetworkSelection selection;
  const auto at = text.find('@');
  selection.network = text.substr(0, at);
  TRY(cni::check_network_name(selection.network));
  if (at == std::string::npos) return selection;
  selection.interface_name = text.substr(at + 1);
  TRY(cni::check_ifname(selection.interface_name));
  if (selection.interface_name.find('@') != std::string::npos)
    return Error{Kind::invalid, 0, "interface name '" + selection.interface_name + "' may hold no @ here"};
  return selection;
}

Result<Selections> typed(const std::vector<std::string>& wanted) {
  if (wanted.empty()) return Selections(1);
  Selections selections;
  for (const std::string& text : wanted) {
    if (text == kNone) return Error{Kind::invalid, 0, "attach network 'none' beside others: the word stands alone"};
    selections.push_back(TRY(parse_selection(text).in("read '" + text + "' as NETWORK[@INTERFACE]")));
  }
  return selections;
}

// "[NAMESPACE/]NETWORK[@INTERFACE], …", or JSON. The networks of a machine have no namespaces.
Result<Selections> annotated(const std::string& annotation) {
  if (annotation.find_first_of("[{") != std::string::npos) return selections_from_json(annotation);
  Selections selections;
  for (const std::string& text : annotations::comma_separated(annotation)) {
    auto selection = parse_selection(text.substr(text.find('/') + 1));
    if (!selection)
      return annotations::bad(annotations::kNetworks, "",
                              "[NAMESPACE/]NETWORK[@INTERFACE] (" + selection.error().what + ")", text);
    selections.push_back(std::move(*selection));
  }
  return selections;
}

Result<void> take_named(const Selections& selections, std::set<std::string>& taken) {
  for (const NetworkSelection& one : selections) {
    if (one.interface_name == "lo")
      return Error{Kind::invalid, 0, "attach network '" + one.network + "' as 'lo': every pod has that already"};
    if (!one.interface_name.empty() && !taken.insert(one.interface_name).second)
      return Error{Kind::invalid, 0, "attach two networks as '" + one.interface_name + "' (name another interface)"};
  }
  return {};
}

// By place, as multus does it: the third is net3 whatever the second is called.
void name_others(Selections& selections, const std::string& prefix, int number, std::set<std::string>& taken) {
  for (NetworkSelection& one : selections) {
    if (one.interface_name.empty()) {
      int free = number;
      while (!taken.insert(prefix + std::to_string(free)).second) ++free;
      one.interface_name = prefix + std::to_string(free);
    }
    ++number;
  }
}

}  // namespace

Result<Selections> select_networks(const annotations::Annotations& annotations, bool host_network,
                                   const std::vector<std::string>& wanted,
                                   const std::function<void(const std::string&)>& warn) {
  const std::string* annotation = annotations::find(annotations, annotations::kNetworks);
  const auto none = [&](const std::string& because) {
    if (annotation != nullptr)
      warn("metadata.annotations[" + std::string(annotations::kNetworks) + "]: ignored, " + because);
    return Selections();
  };
  const bool told_none = wanted.size() == 1 && wanted.front() == kNone;
  if (host_network) {
    if (!wanted.empty() && !told_none)
      return Error{Kind::invalid, 0,
                   "attach network '" + wanted.front() + "': the pod has hostNetwork, and so no network of its own"};
    return none("because the pod has hostNetwork");
  }
  if (told_none) return none("because the pod is to have no network");

  Selections first = TRY(typed(wanted));
  Selections more = annotation == nullptr ? Selections() : TRY(annotated(*annotation));
  std::set<std::string> taken;
  TRY(take_named(first, taken));
  name_others(first, "eth", 0, taken);
  if (auto named = take_named(more, taken); !named)
    return std::move(named).error().in("metadata.annotations[" + std::string(annotations::kNetworks) + "]");
  name_others(more, "net", 1, taken);
  first.insert(first.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  return first;
}

}  // namespace podrun
