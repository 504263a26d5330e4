#include "private_host.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>

#include "same_number.h"

namespace cni::testing {

std::string enter_private_host() {
  if (::geteuid() != 0) return "needs root";
  const auto failed = [](const char* what) { return std::string(what) + ": " + std::strerror(errno); };
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) return failed("unshare");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return failed("make mounts private");
  std::filesystem::create_directories("/var/lib/cni");
  for (const char* dir : {"/run", "/var/lib/cni"})
    if (::mount("tmpfs", dir, "tmpfs", 0, "mode=0755") != 0) return failed("mount tmpfs");
  if (::mount("sysfs", "/sys", "sysfs", 0, nullptr) != 0) return failed("mount sysfs");  // shows this namespace's links
  ::setenv("XTABLES_LOCKFILE", "/run/xtables.lock", 1);
  shell("ip link set lo up");
  return {};
}

Netns::Netns(const std::string& name) : path_("/run/netns/" + name) {
  std::filesystem::create_directories("/run/netns");
  make();
}

void Netns::make() const {
  ::close(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0444));
  std::thread([this] {
    if (::unshare(CLONE_NEWNET) != 0 ||
        ::mount("/proc/thread-self/ns/net", path_.c_str(), nullptr, MS_BIND, nullptr) != 0)
      std::perror("make network namespace");
  }).join();
}

Netns::~Netns() { unmake(); }

void Netns::unmake() const {
  ::umount2(path_.c_str(), MNT_DETACH);
  ::unlink(path_.c_str());
}

bool Netns::remake() {
  const ino_t number = inode_of(path_);
  unmake();
  return make_with_number(
      number, path_, [this] { make(); }, [this] { unmake(); });
}

std::string shell(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "re");
  if (pipe == nullptr) return output;
  std::array<char, 4096> chunk;
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe)) output.append(chunk.data(), got);
  ::pclose(pipe);
  return output;
}

}  // namespace cni::testing
