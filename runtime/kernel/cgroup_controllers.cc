#include "runtime/kernel/cgroup_controllers.h"

#include <set>
#include <sstream>

#include "base/files.h"
#include "runtime/kernel/cgroup_files.h"

namespace podrun {
namespace {

std::set<std::string> needed(const CgroupLimits& limits) {
  std::set<std::string> controllers;
  if (limits.memory_bytes) controllers.insert("memory");
  if (limits.cpu_millis || limits.cpu_weight) controllers.insert("cpu");
  if (limits.pids) controllers.insert("pids");
  for (const auto* files : {&limits.files, &limits.unified_files})
    for (const auto& [file, value] : *files) controllers.insert(controller_of(file));
  return controllers;
}

}  // namespace

Result<void> check_controllers(const CgroupHost& host, const CgroupLimits& limits) {
  const bool is_v2 = host.mode == CgroupHost::Mode::v2;
  if (!is_v2 && !limits.unified_files.empty())
    return Error{Kind::unsupported, 0,
                 "set limits: '" + limits.unified_files.begin()->first +
                     "' is of cgroup v2, and this machine's controllers are of v1"};
  for (const auto* files : {&limits.files, &limits.unified_files})
    for (const auto& [file, value] : *files)
      if (!is_controller_file(file))
        return Error{Kind::invalid, 0, "set limits: '" + file + "' is no file of a controller"};
  std::set<std::string> missing = needed(limits);
  if (missing.empty()) return {};
  if (is_v2) {
    const auto there = base::read_file(host.unified + "/cgroup.controllers");
    if (!there) return {};
    std::istringstream words(*there);
    for (std::string word; words >> word;) missing.erase(word);
  } else {
    std::erase_if(missing, [&](const std::string& one) { return host.with(one) != nullptr; });
  }
  if (missing.empty()) return {};
  std::string names;
  for (const std::string& one : missing) names += (names.empty() ? "'" : ", '") + one + "'";
  return Error{Kind::unsupported, 0,
               std::string("set limits: this machine has no cgroup ") + (is_v2 ? "v2" : "v1") + " controller " + names};
}

}  // namespace podrun
