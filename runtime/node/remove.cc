#include "runtime/node/remove.h"

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/node/fabric.h"
#include "runtime/node/pods_of_node.h"
#include "runtime/store/own_node.h"

namespace podrun {
namespace {

constexpr std::chrono::seconds kTimeToDie{10};

Result<void> end_pods_inside(const Host& host, const NodeRecord& node, const DeleteOptions& options) {
  const auto inside = find_inside(node);
  if (!inside) return {};
  auto deleted = delete_pods_of_node(host, node, *inside, options);
  if (deleted || !options.force || base::is_interruption(deleted.error())) return deleted;
  host.warn(deleted.error().what + "; the node goes all the same");
  return {};
}

// Its veth goes by itself with its namespace, but not before whoever entered it has left.
Result<void> end_processes(const Host& host, const NodeRecord& node) {
  const Cgroup cgroup(TRY(CgroupHost::discover()), node.cgroup);
  TRY(part_from_fabric(host.layout(), node));
  TRY(cgroup.kill(kTimeToDie).in("end what runs in the node"));
  return cgroup.remove();
}

}  // namespace

std::string cgroup_of_node(const Host& host, const std::string& name) {
  return host.options.cgroup_parent + "/podrun-node-" + name;
}

NodeRecord remains_of_node(const Host& host, const NodeBox& box) {
  if (auto node = box.load()) return std::move(*node);
  NodeRecord node;
  node.state = NodeState::deleting;
  node.name = box.name();
  if (const auto itself = own_node(layout_of_node(host.layout(), node.name))) node.cgroup = itself->cgroup;
  if (node.cgroup.empty()) node.cgroup = cgroup_of_node(host, node.name);
  return node;
}

Result<void> take_node_down(const Host& host, const NodeBox& box, NodeRecord node, const DeleteOptions& options) {
  const bool may_have_pods = node.state != NodeState::creating;  // nobody enters one that is not ready
  node.state = NodeState::deleting;
  if (auto saved = box.save(node); !saved && !base::is_out_of_space(saved.error())) return saved;
  if (may_have_pods) TRY(end_pods_inside(host, node, options));
  TRY(end_processes(host, node));
  TRY(host.store.release_ids_of_node(node.name));
  TRY(base::remove_tree(host.layout().node_data(node.name)));
  TRY(box.erase());
  return remove_unused_fabric(host.layout());
}

Result<void> delete_node(const Host& host, const std::string& name, const DeleteOptions& options) {
  const NodeBox box = TRY(NodeBox::lock(host.layout(), name, kNodePatience));
  return take_node_down(host, box, remains_of_node(host, box), options);
}

}  // namespace podrun
