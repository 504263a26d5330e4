#include "runtime/node/add.h"

#include <set>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/kernel/clock.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/node/addresses.h"
#include "runtime/node/fabric.h"
#include "runtime/node/holder.h"
#include "runtime/node/node_box.h"
#include "runtime/node/remove.h"
#include "runtime/sandbox/images.h"
#include "runtime/sandbox/own_directory.h"
#include "runtime/store/own_node.h"
#include "runtime/store/private_dir.h"

namespace podrun {
namespace {

// The lowest that nobody has, so that addresses are easy to remember.
Result<std::uint32_t> free_number(const Layout& layout) {
  std::set<std::uint32_t> taken;
  std::vector<std::string> broken;
  for (const NodeRecord& node : list_nodes(layout, &broken)) taken.insert(node.number);
  if (!broken.empty())  // it may be anybody's
    return Error{Kind::corrupt, 0,
                 "read the record of node \"" + broken.front() + "\" (`podrun node delete --force` needs none)"};
  for (std::uint32_t number = 1; number <= kMostNodes; ++number)
    if (!taken.contains(number)) return number;
  return Error{Kind::busy, EAGAIN, "there are " + std::to_string(kMostNodes) + " nodes already; delete one"};
}

// From here a crash leaves what recover finds.
Result<NodeRecord> reserve(const Host& host, const NodeBox& box, const NewNode& wanted) {
  const Fd held = TRY(lock_all_nodes(host.layout()));
  NodeRecord node;
  node.name = wanted.name;
  node.number = TRY(free_number(host.layout()));
  node.boot_id = boot_id();
  node.cgroup = cgroup_of_node(host, wanted.name);
  node.created_at = wall_time();
  node.link = wanted.link;
  TRY(box.save(node));
  return node;
}

// What the machine keeps for it.
Result<void> make_directories(const Host& host, const NodeRecord& node) {
  const Layout& layout = host.layout();
  static_cast<void>(TRY(image_store(host).hold()));  // there may have been no image yet
  TRY(make_private_dir(layout.ids()));
  TRY(base::remove_tree(layout.node_data(node.name)));  // of the last boot's
  TRY(make_private_dir(layout.node_data(node.name)));
  TRY(base::make_dirs(layout.node_data(node.name) + "/images", 0700));
  TRY(base::make_dirs(layout.node_state(node.name) + "/ids", 0700));
  return base::write_file_durably(layout_of_node(layout, node.name).own_node(),
                                  own_node_text({node.name, node.cgroup}));
}

Result<void> build(const Host& host, const NodeBox& box, NodeRecord& node) {
  TRY(base::check_interruption());
  TRY(make_fabric(host.layout()));
  TRY(make_directories(host, node));
  const Cgroup cgroup(TRY(CgroupHost::discover()), node.cgroup);
  Holder holder = TRY(Holder::start(host.layout(), node, cgroup));
  node.holder = holder.process();
  const auto inodes = TRY(namespace_inodes(node.holder.pid));
  node.mounts = inodes.at("mnt");
  node.network = inodes.at("net");
  TRY(box.save(node));
  TRY(join_fabric(host.layout(), node, TRY(open_namespace(node.holder.pid, "net"))));
  TRY(base::check_interruption());
  TRY(holder.let_go());
  node.state = NodeState::ready;
  return box.save(node);
}

// Kind::exists where there is a node; what is no whole one goes.
Result<void> make_room(const Host& host, const NodeBox& box) {
  const auto before = box.load();
  if (before && before->state == NodeState::ready && lives(*before))
    return Error{Kind::exists, EEXIST, "node \"" + box.name() + "\" already exists"};
  if (!before && before.error().kind == Kind::not_found) return {};
  return take_node_down(host, box, remains_of_node(host, box), {.grace_period = std::chrono::seconds(0)})
      .in("remove what is left of it");
}

Result<NodeBox> take_name(const Host& host, const std::string& name) {
  for (;;) {
    NodeBox box = TRY(NodeBox::make(host.layout(), name, kNodePatience));
    const bool is_new = !base::path_exists(host.layout().node_record(name));
    TRY(make_room(host, box));
    if (is_new) return box;  // else its directory went with what was there
  }
}

}  // namespace

Result<NodeRecord> add_node(const Host& host, const NewNode& wanted) {
  const std::string why = why_bad_node_name(wanted.name);
  if (!why.empty()) return Error{Kind::invalid, 0, "'" + wanted.name + "' " + why};
  TRY(claim_data_directory(host.layout()));
  const NodeBox box = TRY(take_name(host, wanted.name));
  auto node = reserve(host, box, wanted);
  Result<void> built = node ? build(host, box, *node) : node.error();
  if (built) return node;
  auto undone = take_node_down(host, box, remains_of_node(host, box), {.grace_period = std::chrono::seconds(0)});
  if (!undone)
    host.warn("undo node \"" + wanted.name + "\": " + undone.error().what + " (`podrun recover` tries again)");
  return std::move(built).error();
}

}  // namespace podrun
