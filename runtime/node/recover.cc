#include "runtime/node/recover.h"

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/node/fabric.h"
#include "runtime/node/remove.h"

namespace podrun {
namespace {

bool is_whole(const Result<NodeRecord>& node) { return node && node->state == NodeState::ready && lives(*node); }

std::optional<Recovered> settle(const Host& host, const std::string& name) {
  constexpr int kPatience = 500;  // milliseconds: a holder holds its maker's lock until it execs
  if (is_whole(find_node(host.layout(), name))) return std::nullopt;
  const auto box = NodeBox::lock(host.layout(), name, kPatience);
  if (!box) return std::nullopt;  // in good hands, or gone
  const NodeRecord remains = remains_of_node(host, *box);
  if (is_whole(remains)) return std::nullopt;
  auto gone = take_node_down(host, *box, remains, {.grace_period = std::chrono::seconds(0)});
  return Recovered{"node " + name + (gone ? ": removed what was left of it" : ""),
                   gone ? std::nullopt : std::optional(std::move(gone).error())};
}

// A node's state directory is gone after a reboot.
std::optional<Recovered> sweep_data(const Host& host, const std::string& name) {
  if (base::path_exists(host.layout().node(name))) return std::nullopt;
  const auto box = NodeBox::make(host.layout(), name, 0);
  if (!box || base::path_exists(host.layout().node_record(name))) return std::nullopt;  // somebody adds one
  auto removed = base::remove_tree(host.layout().node_data(name));
  if (removed) removed = box->erase();
  return Recovered{"node " + name + ": removed what it had on disk",
                   removed ? std::nullopt : std::optional(std::move(removed).error())};
}

}  // namespace

std::vector<Recovered> recover_nodes(const Host& host) {
  std::vector<Recovered> report;
  const auto add = [&report](std::optional<Recovered> one) {
    if (one) report.push_back(std::move(*one));
  };
  for (const std::string& name : names_of_nodes(host.layout()))
    if (base::check_interruption()) add(settle(host, name));
  for (const std::string& name : base::list_dir(host.layout().nodes_data()).value_or({}))
    if (base::check_interruption()) add(sweep_data(host, name));
  if (auto gone = remove_unused_fabric(host.layout()); !gone)
    report.push_back({"the fabric of nodes", std::move(gone).error()});
  return report;
}

}  // namespace podrun
