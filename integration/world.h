// What a host holds that a pod may leave behind: seen before and after, and compared. It is the kit's world
// (cni-invoker/kit), and beside it what podrun makes and a plugin does not.
#pragma once

#include <string>
#include <vector>

#include "kit/src/world/world.h"

namespace integration {

using cni::kit::difference;
using cni::kit::World;

// Where to look. Everything else (links, addresses, routes, rules, packet filter, mounts, namespaces, processes, our
// own descriptors) is looked at whole: the tests have a host of their own.
struct WorldScope {
  std::vector<std::string> trees;     // directories, seen recursively
  std::vector<std::string> excluded;  // files and directories in them that are not
  std::string cgroup_parent;          // "/name", seen in every hierarchy; empty: none
};

World look_at_world(const WorldScope& scope);

}  // namespace integration
