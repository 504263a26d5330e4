// Trees of files, and of cgroups.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "integration/world.h"

namespace integration::detail {
namespace {

namespace fs = std::filesystem;

// The host-local plugin's note of the address it gave last: not a lease.
bool is_note(const fs::path& path) { return path.filename().string().starts_with("last_reserved_ip."); }

std::string describe(const fs::directory_entry& entry) {
  std::error_code error;
  const std::string path = entry.path().string();
  switch (entry.symlink_status(error).type()) {
    case fs::file_type::directory:
      return "directory " + path;
    case fs::file_type::symlink:
      return "link " + path + " to " + fs::read_symlink(entry.path(), error).string();
    case fs::file_type::regular:
      return "file " + path + (is_note(entry.path()) ? "" : " of " + std::to_string(entry.file_size(error)) + " bytes");
    case fs::file_type::socket:
      return "socket " + path;
    default:
      return "special file " + path;
  }
}

// Calls `visit` for every entry below `root`. What vanishes meanwhile is not there.
template <class Visit>
void walk(const fs::path& root, const std::vector<std::string>& excluded, const Visit& visit) {
  std::error_code error;
  for (fs::recursive_directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
    if (std::find(excluded.begin(), excluded.end(), at->path().string()) != excluded.end()) {
      at.disable_recursion_pending();
      continue;
    }
    visit(*at);
  }
}

// Mount points of every cgroup hierarchy of this machine.
std::vector<std::string> hierarchies() {
  std::vector<std::string> mounts;
  std::ifstream file("/proc/self/mounts");
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string source, target, type;
    fields >> source >> target >> type;
    if (type == "cgroup" || type == "cgroup2") mounts.push_back(target);
  }
  return mounts;
}

}  // namespace

void add_tree(World& world, const std::string& root, const std::vector<std::string>& excluded) {
  walk(root, excluded, [&](const fs::directory_entry& entry) { world.insert(describe(entry)); });
}

void add_cgroups(World& world, const std::string& parent) {
  for (const std::string& mount : hierarchies())
    walk(mount + parent, {}, [&](const fs::directory_entry& entry) {
      std::error_code error;
      if (entry.is_directory(error)) world.insert("cgroup " + entry.path().string());
    });
}

}  // namespace integration::detail
