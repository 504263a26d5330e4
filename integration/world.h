// What a host holds that a pod may leave behind: seen before and after, and compared.
//
// Each thing is one readable line ("link veth1a2b3c type veth master cni0"), and the difference is that of two sets of
// lines, so whatever is left is named. Numbers that change by themselves (counters, handles, mount ids) are not in it.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace integration {

// Where to look. Everything else (links, addresses, routes, rules, packet filter, mounts, namespaces, processes, our
// own descriptors) is looked at whole: the tests have a host of their own.
struct WorldScope {
  std::vector<std::string> trees;     // directories, seen recursively
  std::vector<std::string> excluded;  // directories in them that are not looked into
  std::string cgroup_parent;          // "/name", seen in every hierarchy; empty: none
};

using World = std::multiset<std::string>;

World look_at_world(const WorldScope& scope);

// "left: …" for what is only in `after`, "lost: …" for what is only in `before`.
std::vector<std::string> difference(const World& before, const World& after);

namespace detail {
void add_network(World& world);        // links, addresses, routes, rules
void add_packet_filter(World& world);  // nftables, and iptables-legacy where it is used
void add_mounts(World& world);
void add_processes(World& world);          // and the namespaces they are in
void add_pinned_namespaces(World& world);  // /run/netns
void add_descriptors(World& world);
void add_tree(World& world, const std::string& root, const std::vector<std::string>& excluded);
void add_cgroups(World& world, const std::string& parent);
}  // namespace detail

}  // namespace integration
