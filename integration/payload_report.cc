#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include "integration/payload.h"

extern char** environ;

namespace payload {
namespace {

void report_status() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string key, word;
    fields >> key;
    key.pop_back();  // the colon
    if (!key.starts_with("Cap") && key != "NoNewPrivs" && key != "Seccomp" && key != "Groups") continue;
    std::cout << key;
    while (fields >> word) std::cout << ' ' << word;
    std::cout << '\n';
  }
}

void report_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir("/proc/self/fd"), ::closedir);
  if (!dir) return;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != ".." && name != std::to_string(::dirfd(dir.get())))
      std::cout << "descriptor " << name << ' ' << link_text("/proc/self/fd/" + name) << '\n';
  }
}

void report_mounts() {
  std::ifstream file("/proc/self/mounts");
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string source, target, type, options;
    fields >> source >> target >> type >> options;
    std::cout << "mount " << target << ' ' << type << ' ' << options << '\n';
  }
}

}  // namespace

std::string link_text(const std::string& path) {
  std::array<char, 4096> buffer{};
  const ssize_t length = ::readlink(path.c_str(), buffer.data(), buffer.size());
  return length < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(length));
}

Rights rights_of(int pid) {
  Rights rights;
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("CapPrm:")) rights.capabilities = std::stoull(line.substr(7), nullptr, 16);
    if (line.starts_with("Seccomp:")) rights.seccomp = std::stoi(line.substr(8));
  }
  return rights;
}

int report(const Arguments&) {
  std::array<char, 256> text{};
  ::gethostname(text.data(), text.size() - 1);
  std::cout << "hostname " << text.data() << "\npid " << ::getpid() << "\nuid " << ::getuid() << "\ngid " << ::getgid();
  const mode_t mask = ::umask(022);
  std::cout << "\numask " << std::oct << mask << std::dec << '\n';
  std::cout << "cwd " << link_text("/proc/self/cwd") << '\n';
  for (const char* kind : {"user", "mnt", "uts", "ipc", "pid", "net", "cgroup"})
    std::cout << "namespace " << kind << ' ' << link_text(std::string("/proc/self/ns/") + kind) << '\n';
  report_status();
  report_descriptors();
  report_mounts();
  for (char** variable = environ; *variable != nullptr; ++variable) std::cout << "env " << *variable << '\n';
  std::ifstream cgroup("/proc/self/cgroup");
  for (std::string line; std::getline(cgroup, line);) std::cout << "cgroup " << line << '\n';
  return 0;
}

}  // namespace payload
