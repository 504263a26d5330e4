#include "runtime/plan/container.h"

#include <algorithm>

#include "runtime/kernel/signals.h"
#include "runtime/plan/late_values.h"
#include "runtime/plan/limits.h"
#include "runtime/plan/next_attempt.h"
#include "runtime/plan/oom_score.h"
#include "runtime/plan/process.h"
#include "runtime/plan/root.h"
#include "runtime/plan/volumes.h"

namespace podrun {
namespace {

Result<int> stop_signal(const ContainerSpec& spec, const ImageConfig& image) {
  if (spec.stop_signal) return *spec.stop_signal;
  if (image.stop_signal.empty()) return SIGTERM;
  return parse_signal(image.stop_signal).in("read the image's StopSignal (lifecycle.stopSignal goes before it)");
}

KernelFiles kernel_files(const PodSpec& pod, const ContainerSpec& spec) {
  if (!spec.security.privileged) return KernelFiles::common;
  return has_devices_of_host(pod, spec) ? KernelFiles::of_host : KernelFiles::writable;
}

void add_group(std::vector<std::uint32_t>& groups, std::uint32_t group) {
  if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
}

}  // namespace

// To a user namespace of its own the machine's devices are nobody's.
bool has_devices_of_host(const PodSpec& pod, const ContainerSpec& spec) {
  return spec.security.privileged && pod.host_users;
}

Result<ContainerPlan> make_container_plan(const PodSpec& pod, const ContainerSpec& spec, const PodPlan& pod_plan,
                                          const ContainerFacts& facts, const MachineFacts& machine,
                                          const Layout& layout) {
  ContainerPlan plan;
  plan.name = spec.name;
  plan.role = spec.role;
  plan.image = spec.image;
  plan.image_digest = facts.image.digest;
  plan.layers = facts.image.layers.paths;
  plan.join = pod_plan.namespaces.join;
  plan.fresh = pod_plan.namespaces.fresh;
  plan.mounts = container_mounts(machine.cgroup, spec.security.read_only_root, kernel_files(pod, spec));
  add_image_volumes(facts.image.config.volumes, plan.mounts);
  add_volume_mounts(spec.volume_mounts, pod_plan.volumes, plan.mounts);
  if (spec.security.masks_kernel_files) {
    plan.masked = masked_kernel_files();
    plan.read_only = read_only_kernel_files();
  }
  plan.process = TRY(make_process(spec, pod_plan.hostname, facts));
  fill_what_is_decided(plan.process, pod_plan.who, machine);
  plan.limits = container_limits(pod, spec);
  plan.disk_bytes = spec.resources.disk_limit.value_or(0);
  if (pod_plan.devices_by_container)
    plan.devices = has_devices_of_host(pod, spec) ? DeviceAccess::all : DeviceAccess::common;
  plan.oom_score_adj = oom_score_adj(pod, spec, machine.memory_bytes);
  plan.process.terminal = spec.terminal;
  if (pod.fs_group) add_group(plan.process.groups, *pod.fs_group);
  plan.stdio = {.has_stdin = spec.has_stdin, .stdin_once = spec.stdin_once};
  plan.stop_signal = TRY(stop_signal(spec, facts.image.config));
  plan.restart = spec.restart;
  plan.probes = spec.probes;
  plan.hooks = spec.hooks;
  plan.termination_message = spec.termination_message;
  // The file is one of its own /dev. Last: the way to another place may lead through a volume.
  if (const std::string& path = spec.termination_message.path; !path.empty() && path != kMessageFile)
    plan.mounts.push_back({.target = path, .source = OwnPart{kMessageFile}});
  TRY(put_shared_last(plan.mounts));
  give_places(plan, pod_plan.who.id, layout);
  return plan;
}

}  // namespace podrun
