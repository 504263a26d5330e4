#include "runtime/cri/container_cdi.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "runtime/cdi/find.h"
#include "runtime/cri/container_devices.h"
#include "runtime/cri/container_mounts.h"
#include "runtime/cri/invalid.h"

namespace podrun::cri {
namespace {

constexpr std::string_view kAnnotations = "cdi.k8s.io/";

void add_once(std::string name, std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

// Those of the field, then those of the annotations in the order of their keys.
std::vector<std::string> names_of(const api::ContainerConfig& config) {
  std::vector<std::string> names;
  for (const api::CDIDevice& device : config.cdi_devices()) add_once(device.name(), names);
  const std::map<std::string, std::string> annotations(config.annotations().begin(), config.annotations().end());
  for (const auto& [key, value] : annotations) {
    if (!key.starts_with(kAnnotations)) continue;
    for (std::size_t begin = 0; begin <= value.size();) {
      const std::size_t end = std::min(value.find(',', begin), value.size());
      add_once(value.substr(begin, end - begin), names);
      begin = end + 1;
    }
  }
  return names;
}

void give_variable(const std::pair<std::string, std::string>& variable, Process& process) {
  const auto same = std::find_if(process.env.begin(), process.env.end(),
                                 [&](const auto& own) { return own.first == variable.first; });
  if (same == process.env.end())
    process.env.push_back(variable);
  else
    same->second = variable.second;
}

// An id inside, as it is on the host.
Result<std::uint32_t> on_host(std::uint32_t id, const PodPlan& pod) {
  if (!pod.ids) return id;
  if (id < pod.ids->count) return pod.ids->base + id;
  return invalid("id " + std::to_string(id), "the pod's user namespace has " + std::to_string(pod.ids->count));
}

// The machine's node is looked at for what is not said. With type and number said it need not be there.
Result<struct stat> look_at(const cdi::Node& node) {
  struct stat info {};
  const bool is_said = node.type != 0 && node.major.value_or(0) != 0;
  if (::stat(node.host_path.c_str(), &info) != 0) {
    if (!is_said) return Error::system(errno, "find '" + node.host_path + "'");
    info.st_mode = 0666;
  }
  if (is_said) {
    info.st_mode = (info.st_mode & 07777U) | (node.type == 'b' ? S_IFBLK : S_IFCHR);
    return info;
  }
  if (!S_ISCHR(info.st_mode) && !S_ISBLK(info.st_mode)) return invalid("'" + node.host_path + "'", "is no device");
  if (node.type != 0 && (node.type == 'b') != S_ISBLK(info.st_mode))
    return invalid("'" + node.host_path + "'", std::string("is no device of type ") + node.type);
  return info;
}

Result<void> give_node(const cdi::Node& node, const PodPlan& pod, ContainerPlan& plan) {
  DeviceNode made = device_node(TRY(look_at(node)), node.path, node.permissions);
  if (node.major.value_or(0) != 0) {
    made.rule.major = node.major;
    made.rule.minor = node.minor.value_or(0);
  }
  if (node.mode) made.mode = (made.mode & S_IFMT) | *node.mode;
  made.uid = TRY(on_host(node.uid.value_or(plan.process.uid), pod));
  made.gid = TRY(on_host(node.gid.value_or(plan.process.gid), pod));
  std::erase_if(plan.device_nodes, [&](const DeviceNode& own) { return own.path == made.path; });
  plan.device_nodes.push_back(std::move(made));
  return {};
}

Result<void> give(const cdi::Edits& edits, const PodPlan& pod, ContainerPlan& plan) {
  for (const auto& variable : edits.env) give_variable(variable, plan.process);
  for (const cdi::Node& node : edits.nodes) TRY(give_node(node, pod, plan));
  std::vector<std::uint32_t>& groups = plan.process.groups;
  for (const std::uint32_t group : edits.groups)
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
  return add_mounts(edits.mounts, pod, plan.mounts);
}

}  // namespace

Result<void> give_cdi_devices(const api::ContainerConfig& config, const std::vector<std::string>& directories,
                              const PodPlan& pod, ContainerPlan& plan) {
  for (const cdi::Found& found : TRY(cdi::find_devices(directories, names_of(config))))
    TRY(give(found.edits, pod, plan).in(found.source));
  return {};
}

}  // namespace podrun::cri
