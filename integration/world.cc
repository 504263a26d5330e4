#include "integration/world.h"

#include <algorithm>
#include <iterator>

namespace integration {

World look_at_world(const WorldScope& scope) {
  World world;
  detail::add_network(world);
  detail::add_packet_filter(world);
  detail::add_mounts(world);
  detail::add_processes(world);
  detail::add_pinned_namespaces(world);
  detail::add_descriptors(world);
  for (const std::string& tree : scope.trees) detail::add_tree(world, tree, scope.excluded);
  if (!scope.cgroup_parent.empty()) detail::add_cgroups(world, scope.cgroup_parent);
  return world;
}

std::vector<std::string> difference(const World& before, const World& after) {
  std::vector<std::string> lost, left, all;
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(lost));
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(left));
  for (const std::string& line : left) all.push_back("left: " + line);
  for (const std::string& line : lost) all.push_back("lost: " + line);
  return all;
}

}  // namespace integration
