#include "runtime/kernel/cgroup.h"

#include <fcntl.h>

#include <sstream>

#include "base/files.h"
#include "runtime/kernel/cgroup_devices.h"
#include "runtime/kernel/cgroup_dir.h"
#include "runtime/kernel/cgroup_v2.h"

namespace podrun {
namespace {

Result<Fd> open_dir(const std::string& path) { return base::open_file(path, O_PATH | O_DIRECTORY); }

// Of proc_pid_cgroup(5), "ID:CONTROLLERS:PATH" a line: where the process is in that hierarchy, empty where it is not.
std::string path_in(const std::string& lines, std::string_view controller) {
  std::istringstream all(lines);
  for (std::string id, controllers, path;
       std::getline(all, id, ':') && std::getline(all, controllers, ':') && std::getline(all, path);)
    if (controller.empty() ? controllers.empty()
                           : ("," + controllers + ",").find("," + std::string(controller) + ",") != std::string::npos)
      return path;
  return "";
}

}  // namespace

Result<void> Cgroup::create(const CgroupLimits& limits, bool devices_by_container) const {
  if (!host_.unified.empty()) {
    const std::string pod = host_.unified + path_;
    TRY(make_cgroup_with_parents(pod));  // the first pod below PARENT makes that too
    TRY(make_cgroup(pod + "/aux"));
    TRY(make_cgroup(pod + "/ctr"));
    if (host_.mode == CgroupHost::Mode::v2) {
      TRY(cgroup_v2::hand_down_to(host_.unified, path_.substr(0, path_.rfind('/'))));
      TRY(cgroup_v2::hand_down(pod));
      TRY(cgroup_v2::hand_down(pod + "/ctr"));
    }
  }
  for (const auto& hierarchy : host_.v1) {
    const std::string dir = hierarchy.mount + path_;
    TRY(make_cgroup_with_parents(dir));
    if (hierarchy.has("pids") && host_.unified.empty()) TRY(make_cgroup(dir + "/aux"));
  }
  TRY(change(limits));
  return devices_by_container ? Result<void>() : limit_devices(host_, path_, path_ + "/ctr");
}

Result<CgroupEntry> Cgroup::aux_entry() const {
  CgroupEntry entry;
  if (!host_.unified.empty())
    entry.v2 = TRY(open_dir(host_.unified + path_ + "/aux"));
  else
    for (const auto& file : aux_join_files()) entry.v1_tasks.push_back(TRY(base::open_file(file, O_WRONLY)));
  return entry;
}

Result<CgroupEntry> Cgroup::keep_entry() const {
  const std::string dir = tracking_dir() + "/keep";
  TRY(make_cgroup_with_parents(dir));
  CgroupEntry entry;
  if (!host_.unified.empty())
    entry.v2 = TRY(open_dir(dir));
  else
    entry.v1_tasks.push_back(TRY(base::open_file(dir + "/tasks", O_WRONLY)));
  return entry;
}

Result<CgroupEntry> Cgroup::container_entry(const std::string& name) const {
  CgroupEntry entry;
  entry.dir = container_dir(name);
  if (!host_.unified.empty()) entry.v2 = TRY(open_dir(entry.dir));
  for (const auto& hierarchy : host_.v1)
    entry.v1_tasks.push_back(TRY(base::open_file(hierarchy.mount + path_ + "/ctr-" + name + "/tasks", O_WRONLY)));
  for (const auto& hierarchy : host_.v1_on_demand) {
    auto tasks = base::open_file(hierarchy.mount + path_ + "/ctr-" + name + "/tasks", O_WRONLY);
    if (!tasks && tasks.error().kind == Kind::not_found) continue;
    entry.v1_tasks.push_back(TRY(std::move(tasks)));
  }
  return entry;
}

Result<void> Cgroup::leave() const {
  const std::string of_init = TRY(base::read_file("/proc/1/cgroup"));
  const bool is_v1 = host_.unified.empty();
  const std::string dir = (is_v1 ? host_.with("pids")->mount : host_.unified) + path_in(of_init, is_v1 ? "pids" : "");
  return base::write_in_place(dir + (is_v1 ? "/tasks" : "/cgroup.procs"), "0");
}

std::string Cgroup::directory(std::string_view controller, const std::string& container) const {
  if (host_.mode == CgroupHost::Mode::v2)
    return host_.unified + path_ + "/ctr" + (container.empty() ? "" : "/" + container);
  const CgroupHost::Hierarchy* const hierarchy = host_.with(controller);
  return hierarchy == nullptr ? "" : hierarchy->mount + path_ + (container.empty() ? "" : "/ctr-" + container);
}

std::string Cgroup::container_dir(const std::string& name) const {
  return tracking_dir() + (host_.unified.empty() ? "/ctr-" : "/ctr/") + name;
}

std::string Cgroup::tracking_dir() const {
  return (host_.unified.empty() ? host_.with("pids")->mount : host_.unified) + path_;  // discover() wants one of both
}

std::vector<std::string> Cgroup::aux_join_files() const {
  return {tracking_dir() + (host_.unified.empty() ? "/aux/tasks" : "/aux/cgroup.procs")};
}

}  // namespace podrun
