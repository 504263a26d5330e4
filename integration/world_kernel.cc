// Mounts, processes, namespaces and descriptors, as /proc tells them.
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

#include "integration/world.h"

namespace integration::detail {
namespace {

std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

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

}  // namespace

void add_mounts(World& world) {
  std::istringstream lines(slurp("/proc/self/mountinfo"));
  for (std::string line; std::getline(lines, line);) {
    // ID PARENT DEVICE ROOT TARGET OPTIONS [TAG…] - TYPE SOURCE SUPEROPTIONS, proc_pid_mountinfo(5)
    std::istringstream fields(line);
    std::string id, parent, device, root, target, word, type;
    fields >> id >> parent >> device >> root >> target;
    while (fields >> word && word != "-") {
    }
    fields >> type;
    world.insert("mount " + target + " type " + type + " root " + root);
  }
}

void add_processes(World& world) {
  std::set<std::string> namespaces;
  for (const std::string& pid : names_in("/proc")) {
    if (!is_number(pid)) continue;
    const std::string proc = "/proc/" + pid;
    std::string command = slurp(proc + "/cmdline");
    std::replace(command.begin(), command.end(), '\0', ' ');
    std::string name = slurp(proc + "/comm");
    if (!name.empty()) name.pop_back();
    for (const std::string& kind : names_in(proc + "/ns"))
      if (std::string inode = link_text(proc + "/ns/" + kind); !inode.empty()) namespaces.insert(std::move(inode));
    if (!name.empty()) world.insert("process " + name + ": " + command);
  }
  for (const std::string& name_space : namespaces) world.insert("namespace of a process " + name_space);
}

void add_pinned_namespaces(World& world) {
  for (const std::string& name : names_in("/run/netns")) {
    struct stat status {};
    if (::stat(("/run/netns/" + name).c_str(), &status) == 0)
      world.insert("pinned namespace /run/netns/" + name + " net:[" + std::to_string(status.st_ino) + "]");
  }
}

void add_descriptors(World& world) {
  for (const std::string& fd : names_in("/proc/self/fd"))
    world.insert("descriptor " + fd + " of the test: " + link_text("/proc/self/fd/" + fd));
}

}  // namespace integration::detail
