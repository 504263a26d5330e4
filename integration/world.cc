#include "integration/world.h"

#include <dirent.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <memory>
#include <set>

#include "integration/cgroup_files.h"
#include "kit/src/host/netns.h"
#include "kit/src/world/look.h"

namespace integration {
namespace {

namespace fs = std::filesystem;

std::string link_text(const std::string& path) {
  std::array<char, 4096> buffer{};
  const ssize_t length = ::readlink(path.c_str(), buffer.data(), buffer.size());
  return length < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(length));
}

// Names in a directory, the descriptor we read it by not among them.
std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(path.c_str()), ::closedir);
  if (!dir) return names;
  const std::string own = std::to_string(::dirfd(dir.get()));
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != ".." && !(path == "/proc/self/fd" && name == own)) names.push_back(name);
  }
  return names;
}

bool is_number(const std::string& text) { return text.find_first_not_of("0123456789") == std::string::npos; }

void add(World& world, const std::string& area, const std::string& name) {
  cni::kit::look::add(world, {area, name, ""}, {});
}

void add_namespaces_of_processes(World& world) {
  std::set<std::string> namespaces;
  for (const std::string& pid : names_in("/proc")) {
    if (!is_number(pid)) continue;
    const std::string dir = "/proc/" + pid + "/ns";
    for (const std::string& kind : names_in(dir))
      if (std::string inode = link_text(dir + "/" + kind); !inode.empty()) namespaces.insert(std::move(inode));
  }
  for (const std::string& name_space : namespaces) add(world, "namespace of a process", name_space);
}

void add_descriptors(World& world) {
  for (const std::string& fd : names_in("/proc/self/fd"))
    add(world, "descriptor", fd + " of the test: " + link_text("/proc/self/fd/" + fd));
}

void add_cgroups(World& world, const std::string& parent) {
  for (const fs::path& dir : cgroup_dirs(parent)) {
    std::error_code error;
    for (fs::recursive_directory_iterator at(dir, error), end; !error && at != end; at.increment(error))
      if (std::error_code ignored; at->is_directory(ignored)) add(world, "cgroup", at->path().string());
  }
}

}  // namespace

World look_at_world(const WorldScope& scope) {
  World world = cni::kit::look_at_world(
      {.namespaces = {{"", cni::kit::kHostNetns}}, .trees = scope.trees, .excluded = scope.excluded});
  add_namespaces_of_processes(world);
  add_descriptors(world);
  if (!scope.cgroup_parent.empty()) add_cgroups(world, scope.cgroup_parent);
  return world;
}

}  // namespace integration
