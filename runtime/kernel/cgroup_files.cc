#include "runtime/kernel/cgroup_files.h"

#include <algorithm>
#include <functional>

#include "base/files.h"
#include "runtime/kernel/cgroup_controllers.h"
#include "runtime/kernel/cgroup_dir.h"
#include "runtime/kernel/cgroup_v2.h"

namespace podrun {
namespace {

using Files = std::map<std::string, std::string>;

Error no_file(const std::string& file) {
  return {Kind::unsupported, 0,
          "set limits: this machine has no '" + file + "' in a container's cgroup (controller '" + controller_of(file) +
              "')"};
}

// v1 has the same names, but for the limit of huge pages.
std::string name_on_v1(std::string file) {
  constexpr std::string_view kMost = ".max";
  if (file.starts_with("hugetlb.") && file.ends_with(kMost))
    file.replace(file.size() - kMost.size(), kMost.size(), ".limit_in_bytes");
  return file;
}

// What is written is taken back where a later one fails.
class Writing {
 public:
  Result<void> write(const std::string& dir, const std::string& file, const std::string& value) {
    const std::string path = dir + "/" + file;
    if (!base::path_exists(path)) return undo(no_file(file));
    std::string before = base::read_file(path).value_or("");
    if (auto written = base::write_in_place(path, value); !written) return undo(std::move(written).error());
    written_.emplace_back(path, std::move(before));
    return {};
  }

 private:
  Error undo(Error error) {
    for (auto one = written_.rbegin(); one != written_.rend(); ++one)
      (void)base::write_in_place(one->first, one->second);
    written_.clear();
    return error;
  }

  std::vector<std::pair<std::string, std::string>> written_;
};

// Each directory from the mount down to it.
void each_level(const std::string& mount, const std::string& path,
                const std::function<void(const std::string&)>& visit) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    visit(mount + path.substr(0, end));
    if (end == std::string::npos) return;
  }
}

// Nobody may be in a cpuset of v1 that names no processor and no memory, as new ones do not.
void inherit_cpuset(const std::string& mount, const std::string& path) {
  std::string above = mount;
  each_level(mount, path, [&](const std::string& dir) {
    for (const char* const file : {"/cpuset.cpus", "/cpuset.mems"})
      if (const std::string own = base::read_file(dir + file).value_or(""); own.empty() || own == "\n")
        (void)base::write_in_place(dir + file, base::read_file(above + file).value_or(""));
    above = dir;
  });
}

// Who runs already is moved, until a look finds nobody who is not there: forks of those who are there are there too.
void move_all(const std::string& from, const std::string& to) {
  for (int looks = 0; looks < 100; ++looks) {
    const auto there = processes_of(to);
    bool moved = false;
    for (const pid_t pid : processes_of(from))
      if (std::find(there.begin(), there.end(), pid) == there.end())
        moved = static_cast<bool>(base::write_in_place(to + "/cgroup.procs", std::to_string(pid))) || moved;
    if (!moved) return;
  }
}

Result<void> give_v1(const Cgroup& cgroup, const std::string& container, const Files& files) {
  Writing writing;
  for (const auto& [file, value] : files) {
    const CgroupHost::Hierarchy* const hierarchy = cgroup.host().with(controller_of(file));
    const std::string path = cgroup.path() + "/ctr-" + container;
    const std::string dir = hierarchy->mount + path;
    if (!base::path_exists(dir)) {
      TRY(make_cgroup_with_parents(dir));
      if (hierarchy->has("cpuset")) inherit_cpuset(hierarchy->mount, path);
      move_all(cgroup.host().v1.front().mount + path, dir);
    }
    TRY(writing.write(dir, name_on_v1(file), value));
  }
  return {};
}

Result<void> give_v2(const Cgroup& cgroup, const std::string& container, const Files& files) {
  Writing writing;
  for (const auto& [file, value] : files) {
    const std::string dir = cgroup.directory("", container);
    const std::string controller = "+" + controller_of(file);
    // Controllers that few ask for are handed down when one does.
    if (!base::path_exists(dir + "/" + file))
      for (const std::string& path : {std::string(), cgroup.path() + "/ctr"})
        each_level(cgroup.host().unified, path, [&](const std::string& level) {
          (void)base::write_in_place(level + "/cgroup.subtree_control", controller);
        });
    TRY(writing.write(dir, file, value));
  }
  return {};
}

}  // namespace

bool is_controller_file(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < name.size() && name.substr(0, dot) != "cgroup" &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
         });
}

std::string controller_of(const std::string& file) { return file.substr(0, file.find('.')); }

Result<void> give_cgroup_files(const Cgroup& cgroup, const std::string& container, const CgroupLimits& limits) {
  TRY(check_controllers(cgroup.host(), limits));
  Files files = limits.files;
  if (cgroup.host().mode != CgroupHost::Mode::v2) return give_v1(cgroup, container, files);
  for (const auto& [file, value] : limits.unified_files) files[file] = value;
  return give_v2(cgroup, container, files);
}

}  // namespace podrun
