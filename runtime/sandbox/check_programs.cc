#include "runtime/sandbox/check_programs.h"

#include <algorithm>
#include <set>

#include "runtime/image/image.h"
#include "runtime/model/holes.h"
#include "runtime/model/program.h"
#include "runtime/tend/next.h"

namespace podrun {
namespace {

// Where something else than the image's own files is.
std::set<std::string> mount_points(const NewContainer& container, const std::vector<std::string>& layers) {
  std::set<std::string> points;
  for (const MountPlan& row : container.plan.mounts)
    if (!std::holds_alternative<Rootfs>(row.source))
      if (const auto point = find_in_layers(layers, row.target)) points.insert(point->path);
  return points;
}

Result<void> check_program(const NewContainer& container) {
  const Process& process = container.plan.process;
  if (process.args.empty() || process.args.front().find(holes::kEdge) != std::string::npos ||
      value_of(process, "PATH").find(holes::kEdge) != std::string_view::npos)
    return {};  // known later
  const std::vector<std::string> layers = container.layers.readable();
  const std::set<std::string> mounted = mount_points(container, layers);
  for (const std::string& place : places_of_program(process)) {
    const std::string path = place.starts_with('/') ? place : process.cwd + "/" + place;
    const auto found = find_in_layers(layers, path, mounted);
    // What cannot be looked at here is told by who tries to run it.
    if (!found || found->what != InLayers::What::nothing) return {};
  }
  return no_such_program(process);
}

}  // namespace

Result<void> check_programs(const NewPod& pod) {
  std::vector<const ContainerPlan*> plans;
  for (const NewContainer& container : pod.containers) plans.push_back(&container.plan);
  const std::size_t begin_at_once = tend::first_steps(plans);
  for (std::size_t i = 0; i < begin_at_once; ++i)
    TRY(check_program(pod.containers[i]).in("start container '" + plans[i]->name + "'"));
  return {};
}

}  // namespace podrun
