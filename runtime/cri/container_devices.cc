#include "runtime/cri/container_devices.h"

#include <sys/sysmacros.h>

#include "base/files.h"
#include "runtime/cri/invalid.h"

namespace podrun::cri {
namespace {

constexpr int kDeepest = 8;

Error no_device(const std::string& why) { return invalid("config.devices", why); }

Result<void> add(const std::string& host, const std::string& path, const std::string& permissions, int depth,
                 std::vector<DeviceNode>& nodes) {
  struct stat info {};
  if (::stat(host.c_str(), &info) != 0) return Error::system(errno, "config.devices: find '" + host + "'");
  if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) {
    nodes.push_back(device_node(info, path, permissions));
    return {};
  }
  if (!S_ISDIR(info.st_mode)) return depth == 0 ? no_device("'" + host + "' is no device") : Result<void>();
  if (depth == kDeepest) return {};
  for (const std::string& name : TRY(base::list_dir(host)))
    TRY(add(host + "/" + name, path + "/" + name, permissions, depth + 1, nodes));
  return {};
}

}  // namespace

DeviceNode device_node(const struct stat& info, const std::string& path, const std::string& permissions) {
  DeviceNode node;
  node.path = path;
  node.mode = info.st_mode & (S_IFMT | 07777U);
  node.uid = info.st_uid;
  node.gid = info.st_gid;
  const auto may = [&](char what) { return permissions.find(what) != std::string::npos; };
  node.rule = {.type = S_ISBLK(info.st_mode) ? 'b' : 'c',
               .major = gnu_dev_major(info.st_rdev),
               .minor = gnu_dev_minor(info.st_rdev),
               .read = may('r'),
               .write = may('w'),
               .make = may('m')};
  return node;
}

Result<std::vector<DeviceNode>> devices_of(const api::ContainerConfig& config) {
  std::vector<DeviceNode> nodes;
  for (const api::Device& device : config.devices()) {
    const std::string& permissions = device.permissions();
    if (permissions.find_first_not_of("rwm") != std::string::npos)
      return no_device("permissions are of r, w and m, found '" + permissions + "'");
    const std::string& path = device.container_path().empty() ? device.host_path() : device.container_path();
    if (!path.starts_with("/dev/"))
      return Error{Kind::unsupported, 0, "config.devices: '" + path + "' is not below /dev"};
    TRY(add(device.host_path(), path, permissions.empty() ? "rwm" : permissions, 0, nodes));
  }
  return nodes;
}

}  // namespace podrun::cri
