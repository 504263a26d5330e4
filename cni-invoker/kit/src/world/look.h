// The parts of look_at_world(), each in the file of its name.
#pragma once

#include <string>
#include <vector>

#include "cni/base/result.h"
#include "kit/src/world/world.h"

namespace cni::kit::look {

void add(World& world, Thing thing, State state);

// In the calling thread's network namespace; `where` is its name.
Result<void> add_network(World& world, const std::string& where);  // links, addresses, routes, rules, neighbours, fdb
Result<void> add_traffic_control(World& world, const std::string& where);
void add_packet_filter(World& world,
                       const std::string& where);  // as nft tells it, and iptables-legacy where it is used
void add_sysctls(World& world, const std::string& where);

void add_mounts(World& world);
void add_processes(World& world);
void add_tree(World& world, const std::string& root, const std::vector<std::string>& excluded);
void add_layer(World& world, const Layer& layer);

}  // namespace cni::kit::look
