#include "runtime/kernel/cgroup_host.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "runtime/kernel/mountinfo.h"

namespace podrun {
namespace {

constexpr const char* kStandardMount = "/sys/fs/cgroup";
constexpr std::array<std::string_view, 5> kUsed = {"memory", "cpu", "cpuacct", "pids", "devices"};
constexpr std::array<std::string_view, 2> kOnDemand = {"cpuset", "hugetlb"};
// Every controller that v1 ever had: the mount's other options (rw, xattr, name=systemd) are none.
constexpr std::array<std::string_view, 15> kControllers = {"cpuset",  "cpu",     "cpuacct", "blkio",      "memory",
                                                           "devices", "freezer", "net_cls", "perf_event", "net_prio",
                                                           "hugetlb", "pids",    "rdma",    "misc",       "dmem"};

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::vector<std::string> controllers_of(std::string_view options) {
  std::vector<std::string> controllers;
  std::istringstream words{std::string(options)};
  for (std::string word; std::getline(words, word, ',');)
    if (contains(kControllers, word)) controllers.push_back(word);
  return controllers;
}

template <class List>
bool has_one_of(const List& list, const std::vector<std::string>& controllers) {
  return std::any_of(list.begin(), list.end(), [&](std::string_view one) { return contains(controllers, one); });
}

}  // namespace

bool CgroupHost::Hierarchy::has(std::string_view controller) const { return contains(controllers, controller); }

std::string CgroupHost::Hierarchy::name() const {
  std::string text;
  for (const auto& controller : controllers) text += (text.empty() ? "" : ",") + controller;
  return text;
}

const CgroupHost::Hierarchy* CgroupHost::with(std::string_view controller) const {
  for (const auto* list : {&v1, &v1_on_demand})
    for (const auto& hierarchy : *list)
      if (hierarchy.has(controller)) return &hierarchy;
  return nullptr;
}

const char* to_text(CgroupHost::Mode mode) {
  switch (mode) {
    case CgroupHost::Mode::v1:
      return "v1";
    case CgroupHost::Mode::v2:
      return "v2";
    case CgroupHost::Mode::hybrid:
      return "hybrid";
  }
  return "unknown";
}

Result<CgroupHost> cgroup_host_from(const std::string& mountinfo) {
  std::vector<MountLine> found;
  each_mount(mountinfo, [&](const MountLine& mount) {
    if (mount.type == "cgroup" || mount.type == "cgroup2") found.push_back(mount);
  });
  std::stable_partition(found.begin(), found.end(), [](const MountLine& mount) { return mount.root != "/"; });

  CgroupHost host;
  for (const MountLine& mount : found) {
    if (mount.type == "cgroup2") host.unified = unescape_mount_field(mount.target);
    if (mount.type != "cgroup") continue;
    CgroupHost::Hierarchy hierarchy{controllers_of(mount.options), unescape_mount_field(mount.target)};
    const bool is_used = has_one_of(kUsed, hierarchy.controllers);
    if (!is_used && !has_one_of(kOnDemand, hierarchy.controllers)) continue;
    auto& list = is_used ? host.v1 : host.v1_on_demand;
    std::erase_if(list, [&](const auto& earlier) { return earlier.controllers == hierarchy.controllers; });
    list.push_back(std::move(hierarchy));
  }
  if (!host.v1.empty()) host.mode = host.unified.empty() ? CgroupHost::Mode::v1 : CgroupHost::Mode::hybrid;
  if (host.unified.empty() && host.with("pids") == nullptr)
    return Error{Kind::unsupported, 0,
                 "find cgroups: neither cgroup v2 nor v1's pids controller is mounted (mount one: "
                 "`mount -t cgroup2 none /sys/fs/cgroup`)"};
  return host;
}

Result<CgroupHost> CgroupHost::discover() {
  struct statfs info {};
  if (::statfs(kStandardMount, &info) == 0 && info.f_type == CGROUP2_SUPER_MAGIC) {  // nearly always
    CgroupHost host;
    host.unified = kStandardMount;
    return host;
  }
  return cgroup_host_from(TRY(read_mountinfo().in("find cgroups")));
}

}  // namespace podrun
