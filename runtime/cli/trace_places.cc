#include "runtime/cli/trace_places.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/files.h"
#include "cni/result.h"
#include "runtime/cli/forward_ports.h"
#include "runtime/cli/pods.h"
#include "runtime/manifest/names.h"
#include "runtime/node/node_box.h"
#include "runtime/packet/world.h"
#include "runtime/store/own_node.h"

namespace podrun::cli {
namespace {

constexpr std::string_view kNetnsPrefix = "netns:";

bool is_same_file(const Fd& one, const Fd& other) {
  struct stat first {};
  struct stat second {};
  return ::fstat(one.get(), &first) == 0 && ::fstat(other.get(), &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

// A namespace that has two names has the first.
class SpaceList {
 public:
  // `node`: the one that `pod` is in; empty for one of this machine's own.
  Result<int> add(const std::string& name, const std::string& path, const PodRecord* pod = nullptr,
                  const std::string& node = "") {
    Fd netns = TRY(base::open_file(path, O_RDONLY));
    for (std::size_t i = 0; i < spaces_.size(); ++i)
      if (is_same_file(spaces_[i].netns, netns)) return static_cast<int>(i);
    packet::OpenSpace space;
    space.name = name;
    space.netns = std::move(netns);
    if (!spaces_.empty()) space.path = path;  // the host is where we are
    if (pod != nullptr) describe(*pod, node, space);
    spaces_.push_back(std::move(space));
    return static_cast<int>(spaces_.size()) - 1;
  }
  const packet::OpenSpace& at(int place) const { return spaces_.at(static_cast<std::size_t>(place)); }
  std::vector<packet::OpenSpace> take() && { return std::move(spaces_); }

 private:
  // What it was given, and how it is given anew.
  static void describe(const PodRecord& pod, const std::string& node, packet::OpenSpace& space) {
    const Identity& who = pod.plan.who;
    const std::string podrun = "podrun " + (node.empty() ? "" : "--node " + node + " ") +
                               (who.name_space == "default" ? "" : "-n " + who.name_space + " ");
    space.remake = podrun + "stop " + who.name + " && " + podrun + "start " + who.name;
    for (const NetworkRecord& network : pod.life.networks)
      if (const auto result = cni::parse_result(network.result, cni::kNewestVersion))
        for (const cni::IpConfig& ip : result->ips)
          space.given.push_back({network.interface_name, ip.address, ip.gateway});
  }

  std::vector<packet::OpenSpace> spaces_;
};

// A node, seen from the machine.
struct TracedNode {
  std::string name;
  std::string process;  // "/proc/42", of who holds it
  Store store;
};

Result<TracedNode> traced_node(const Context& context, const NodeRecord& node) {
  if (!lives(node)) return Error{Kind::not_found, 0, "node \"" + node.name + "\" is dead (`podrun recover`)"};
  return TracedNode{node.name, "/proc/" + std::to_string(node.holder.pid),
                    Store(layout_of_node(context.store().layout(), node.name))};
}

Result<int> add_node(SpaceList& spaces, const TracedNode& node) {
  return spaces.add("node " + node.name, node.process + "/ns/net");
}

std::string name_of_space(const Context& context, const PodRecord& pod, const TracedNode* node) {
  const Identity& who = pod.plan.who;
  const std::string in_node = node == nullptr ? "" : node->name + "/";
  return "pod " + in_node + (who.name_space == context.flags.name_space ? "" : who.name_space + "/") + who.name;
}

// `node`: null for a pod of this machine's own.
Result<int> add_pod(const Context& context, SpaceList& spaces, const PodRecord& pod, const TracedNode* node = nullptr) {
  if (pod.plan.namespaces.host_network) return node == nullptr ? Result<int>(0) : add_node(spaces, *node);
  if (node == nullptr) return spaces.add(name_of_space(context, pod, node), pod.plan.netns_path, &pod);
  const std::string path = node->process + "/root" + pod.plan.netns_path;
  return spaces.add(name_of_space(context, pod, node), path, &pod, node->name);
}

// All of them, and what is between them. What goes meanwhile is not there.
void add_nodes(const Context& context, SpaceList& spaces) {
  const Layout layout = context.store().layout();
  for (const NodeRecord& record : list_nodes(layout)) {
    const auto node = traced_node(context, record);
    if (!node || !add_node(spaces, *node)) continue;
    for (const PodRecord& pod : node->store.list().value_or({}))
      if (!pod.plan.netns_path.empty()) static_cast<void>(add_pod(context, spaces, pod, &*node));
  }
  if (base::path_exists(layout.fabric())) static_cast<void>(spaces.add("fabric", layout.fabric()));
}

// One that stops or goes meanwhile is not there: nobody asked for it.
Result<void> add_all(const Context& context, SpaceList& spaces, std::vector<packet::Published>& published) {
  TRY(spaces.add("host", "/proc/thread-self/ns/net"));
  for (const PodRecord& pod : TRY(context.store().list())) {
    if (pod.plan.netns_path.empty()) continue;
    const auto space = add_pod(context, spaces, pod);
    if (!space || *space == 0) continue;
    for (const PortSpec& port : pod.plan.host_ports)
      if (port.protocol == "tcp" || port.protocol == "udp")
        published.push_back({port.protocol == "tcp" ? packet::Transport::tcp : packet::Transport::udp, port.host_port,
                             *space, port.container_port});
  }
  add_nodes(context, spaces);
  const std::string& pinned = context.flags.directories.netns;
  for (const std::string& name : base::list_dir(pinned).value_or({}))
    static_cast<void>(spaces.add("netns " + name, pinned + "/" + name));
  return {};
}

// Where it is, and what it can be reached at; nothing of that for an address.
struct Named {
  int space = -1;
  std::vector<base::IpAddress> addresses;
  std::string manifest;  // of a pod
};

Result<std::vector<base::IpAddress>> addresses_in(const packet::OpenSpace& space) {
  std::vector<packet::OpenSpace> alone;
  packet::OpenSpace& one = alone.emplace_back();
  one.name = space.name;
  one.netns = TRY(base::open_file("/proc/self/fd/" + std::to_string(space.netns.get()), O_RDONLY));
  const std::vector<packet::Space> world = TRY(packet::read_world(alone));
  std::vector<base::IpAddress> addresses;
  for (const packet::Link& link : world.front().links)
    for (const std::string& text : link.addresses) {
      const auto ip = base::IpAddress::parse(text.substr(0, text.find('/')));
      if (ip && !ip->is_loopback() && !text.starts_with("fe80:")) addresses.push_back(*ip);
    }
  return addresses;
}

Result<Named> find_named(const Context& context, SpaceList& spaces, const std::string& word) {
  if (word == "host") return Named{0, TRY(addresses_in(spaces.at(0))), ""};
  if (word.starts_with(kNetnsPrefix)) {
    const std::string path = word.substr(kNetnsPrefix.size());
    if (path.empty()) return Error{Kind::invalid, 0, "'" + word + "': expected netns:NAME or netns:/path"};
    const bool is_path = path.find('/') != std::string::npos;
    Named found;
    found.space = TRY(spaces.add("netns " + path.substr(path.rfind('/') + 1),
                                 is_path ? path : context.flags.directories.netns + "/" + path));
    found.addresses = TRY(addresses_in(spaces.at(found.space)));
    return found;
  }
  const std::size_t slash = word.find('/');
  std::optional<TracedNode> node;
  if (slash != std::string::npos)
    node = TRY(traced_node(context, TRY(find_node(context.store().layout(), word.substr(0, slash)))));
  auto whole = node ? find_pod(node->store, context.flags.name_space, word.substr(slash + 1)) : find_pod(context, word);
  if (!whole && whole.error().kind == Kind::not_found && !node)
    if (const auto named = find_node(context.store().layout(), word)) {
      Named found;
      found.space = TRY(add_node(spaces, TRY(traced_node(context, *named))));
      found.addresses = TRY(addresses_in(spaces.at(found.space)));
      return found;
    }
  const PodRecord pod = TRY(std::move(whole)).record;
  Named found;
  found.manifest = pod.plan.who.manifest;
  found.space = TRY(
      add_pod(context, spaces, pod, node ? &*node : nullptr).in("pod \"" + word + "\" has no network namespace now"));
  for (const std::string& ip : pod.life.ips)
    if (const auto parsed = base::IpAddress::parse(ip)) found.addresses.push_back(*parsed);
  if (pod.plan.namespaces.host_network) found.addresses = TRY(addresses_in(spaces.at(found.space)));
  return found;
}

Error no_names(const HostAndPort& goal) {
  return {Kind::invalid, 0,
          "'" + goal.host + "' has no port named '" + goal.port_name + "': only ports of pods have names"};
}

Result<std::uint16_t> port_named(const HostAndPort& goal, const std::string& manifest, bool udp) {
  if (manifest.empty()) return no_names(goal);
  const auto found = TRY(find_forward_port({std::nullopt, goal.port_name}, manifest, udp ? "UDP" : "TCP"));
  return found.remote;
}

}  // namespace

Result<void> check_data(std::uint32_t bytes) {
  constexpr std::uint32_t kMost = 65000;
  if (bytes <= kMost) return {};
  return Error{Kind::invalid, 0, "--data: expected at most " + std::to_string(kMost) + " bytes"};
}

Result<HostAndPort> parse_host_and_port(const std::string& word) {
  const std::size_t colon = word.rfind(':');
  const auto wrong = [&] {
    return Error{Kind::invalid, 0, "'" + word + "': expected TO:PORT, such as web:80, web:http or [fd00::1]:80"};
  };
  if (colon == std::string::npos || colon == 0) return wrong();
  HostAndPort found;
  found.host = word.substr(0, colon);
  const char* end = word.data() + word.size();
  const auto [behind, failed] = std::from_chars(word.data() + colon + 1, end, found.port);
  if (failed != std::errc() || behind != end || found.port == 0) {
    found.port = 0;
    found.port_name = word.substr(colon + 1);
    if (!manifest::why_bad_port_name(found.port_name).empty()) return wrong();
  }
  const bool in_brackets = found.host.front() == '[' && found.host.back() == ']';
  if (in_brackets) found.host = found.host.substr(1, found.host.size() - 2);
  // An address of IPv6 without them: nobody can say where the port begins.
  if (found.host.empty() || (!in_brackets && base::IpAddress::parse(found.host + word.substr(colon)))) return wrong();
  return found;
}

Result<TracePlaces> find_trace_places(const Context& context, const std::string& from, const std::string& to,
                                      bool udp) {
  const HostAndPort goal = TRY(parse_host_and_port(to));
  SpaceList spaces;
  TracePlaces places;
  packet::Question& question = places.question;
  TRY(add_all(context, spaces, question.published));
  question.transport = udp ? packet::Transport::udp : packet::Transport::tcp;
  question.from = from;
  question.to = to;
  const Named sender = TRY(find_named(context, spaces, from));
  question.from_space = sender.space;
  question.destination.port = goal.port;
  if (const auto ip = base::IpAddress::parse(goal.host)) {
    if (goal.port == 0) return no_names(goal);
    question.destination.ip = *ip;
  } else {
    const Named receiver = TRY(find_named(context, spaces, goal.host));
    question.to_space = receiver.space;
    if (goal.port == 0) question.destination.port = TRY(port_named(goal, receiver.manifest, udp));
    if (!receiver.addresses.empty())
      question.destination.ip = receiver.addresses.front();
    else if (receiver.space == sender.space)  // a pod without a network has its localhost
      question.destination.ip = *base::IpAddress::parse("127.0.0.1");
    else
      return Error{Kind::not_found, 0, "'" + goal.host + "' has no address"};
  }
  places.spaces = std::move(spaces).take();
  return places;
}

}  // namespace podrun::cli
