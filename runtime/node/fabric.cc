#include "runtime/node/fabric.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <future>
#include <system_error>

#include "base/files.h"
#include "base/netns.h"
#include "base/rtnetlink.h"
#include "runtime/kernel/namespaces.h"
#include "runtime/node/addresses.h"
#include "runtime/node/node_box.h"

namespace podrun {
namespace {

constexpr const char* kFabric = "fabric of nodes";

// Made by a thread, which goes and leaves us in ours.
Result<Fd> new_netns() {
  const auto unshare = []() -> Result<Fd> {
    if (::unshare(CLONE_NEWNET) != 0) return Error::system(errno, "make a network namespace");
    return base::open_file("/proc/thread-self/ns/net", O_RDONLY);
  };
  try {
    return std::async(std::launch::async, unshare).get();
  } catch (const std::system_error& error) {
    return Error::system(error.code().value(), "start a thread for a network namespace");
  }
}

bool is_pinned(const std::string& path) { return static_cast<bool>(base::identify_netns(path)); }

// Not by netns::pin(), which makes a mount of the directory as well.
Result<void> pin(const std::string& path) {
  const Fd netns = TRY(new_netns());
  { TRY(base::open_file(path, O_RDONLY | O_CREAT | O_NOFOLLOW, 0400)); }
  const std::string source = "/proc/self/fd/" + std::to_string(netns.get());
  if (::mount(source.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0)
    return Error::system(errno, "mount the network namespace at '" + path + "'");
  return {};
}

Result<void> in_fabric(const Layout& layout, const std::function<Result<void>()>& work) {
  return base::run_in_netns(TRY(base::open_file(layout.fabric(), O_RDONLY)), kFabric, work);
}

Result<void> make_bridge() {
  auto route = TRY(base::RouteSocket::open());
  auto made = route.make_link(kFabricBridge, "bridge");
  if (!made && made.error().kind != Kind::exists) return made;
  return route.bring_up(TRY(route.index_of(kFabricBridge)));
}

// A veth goes with its other end. What is absent is success.
Result<void> remove_link(const std::string& name) {
  auto route = TRY(base::RouteSocket::open());
  const auto link = route.index_of(name);
  if (!link) return link.error().kind == Kind::not_found ? Result<void>() : link.error();
  auto removed = route.remove_link(*link);
  return !removed && removed.error().error_number == ENODEV ? Result<void>() : removed;
}

Result<void> plug_in(const std::string& port, const std::string& alias, const Fd& netns) {
  auto route = TRY(base::RouteSocket::open());
  TRY(route.make_veth(port, kNodeLink, netns.get()));
  const int link = TRY(route.index_of(port));
  TRY(route.join_bridge(link, TRY(route.index_of(kFabricBridge))));
  TRY(route.describe(link, alias));
  return route.bring_up(link);
}

Result<void> bring_node_link_up(const NodeAddresses& addresses) {
  auto route = TRY(base::RouteSocket::open());
  const int link = TRY(route.index_of(kNodeLink));
  TRY(route.bring_up(link));
  TRY(route.add(link, {addresses.v4, kNodeV4Length}));
  // No IPv6 at all, or switched off: the node does without.
  const auto off = base::read_file(std::string("/proc/sys/net/ipv6/conf/") + kNodeLink + "/disable_ipv6");
  if (!off || off->starts_with("1")) return {};
  return route.add(link, {addresses.v6, kNodeV6Length});
}

}  // namespace

std::string port_of_node(std::uint32_t number) { return "port" + std::to_string(number); }

Result<void> make_fabric(const Layout& layout) {
  const Fd held = TRY(lock_all_nodes(layout));
  if (!is_pinned(layout.fabric())) {
    // Not a second one beside that which others hang on: it is out of sight in a mount namespace of one's own, too.
    for (const NodeRecord& node : list_nodes(layout))
      if (node.state == NodeState::ready && lives(node))
        return Error{Kind::corrupt, 0,
                     "the fabric that node \"" + node.name + "\" is linked to is not at '" + layout.fabric() +
                         "': delete the nodes, and add them anew"};
    TRY(pin(layout.fabric()).in("make the fabric of nodes"));
  }
  return in_fabric(layout, []() -> Result<void> {
    TRY(bring_loopback_up());
    return make_bridge();
  });
}

Result<void> join_fabric(const Layout& layout, const NodeRecord& node, const Fd& netns) {
  const std::string port = port_of_node(node.number);
  const auto set_quality = [&](const std::string& link) {
    return node.link.is_perfect() ? Result<void>() : set_link_quality(link, node.link);
  };
  TRY(in_fabric(layout, [&]() -> Result<void> {
    TRY(remove_link(port));  // the number is ours: of one whose record was lost, which the kernel still takes apart
    TRY(plug_in(port, "node " + node.name, netns));
    return set_quality(port);
  }));
  return base::run_in_netns(netns, "node " + node.name, [&]() -> Result<void> {
    TRY(bring_node_link_up(addresses_of_node(node.number)));
    return set_quality(kNodeLink);
  });
}

Result<void> part_from_fabric(const Layout& layout, const NodeRecord& node) {
  if (node.number == 0 || !is_pinned(layout.fabric())) return {};
  return in_fabric(layout, [&] { return remove_link(port_of_node(node.number)); });
}

Result<void> remove_unused_fabric(const Layout& layout) {
  if (!base::path_exists(layout.nodes())) return {};
  const Fd held = TRY(lock_all_nodes(layout));
  if (!names_of_nodes(layout).empty()) return {};
  static_cast<void>(::rmdir(layout.nodes_data().c_str()));  // of the last one's
  return netns::unpin(layout.fabric(), {});
}

}  // namespace podrun
