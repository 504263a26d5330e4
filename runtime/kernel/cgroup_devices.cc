#include "runtime/kernel/cgroup_devices.h"

#include <fcntl.h>

#include "base/files.h"
#include "runtime/kernel/devices.h"

namespace podrun {
namespace {

// A new v1 devices cgroup allows everything; children made later inherit what is denied here.
Result<void> limit_devices_v1(const std::string& dir, const std::vector<devices::Rule>& rules) {
  TRY(base::write_in_place(dir + "/devices.deny", "a"));
  for (const auto& rule : rules) TRY(base::write_in_place(dir + "/devices.allow", devices::to_text(rule)));
  return {};
}

Result<void> limit_devices_v2(const std::string& path, const std::vector<devices::Rule>& rules) {
  const Fd dir = TRY(base::open_file(path, O_RDONLY | O_DIRECTORY));
  return devices::attach_v2(dir.get(), rules);
}

}  // namespace

Result<void> limit_devices(const CgroupHost& host, const std::string& v1, const std::string& v2,
                           const std::vector<devices::Rule>& more) {
  const auto common = devices::default_rules();
  std::vector<devices::Rule> rules(common.begin(), common.end());
  rules.insert(rules.end(), more.begin(), more.end());
  const CgroupHost::Hierarchy* const controller = host.with("devices");
  return (controller != nullptr ? limit_devices_v1(controller->mount + v1, rules)
                                : limit_devices_v2(host.unified + v2, rules))
      .in("limit devices");
}

}  // namespace podrun
