// A hostile neighbour: looks at every new process that it can see, as fast as it can, for something of the host.
#include <dirent.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <set>
#include <string>

#include "integration/payload.h"

namespace payload {
namespace {

// What only the host's root has: the test makes it.
bool is_host(const std::string& root, const std::string& mark) {
  struct stat info {};
  return ::stat((root + mark).c_str(), &info) == 0;
}

void say(const std::string& pid, const std::string& what) { std::cout << "found " << pid << ' ' << what << std::endl; }

void look_at_descriptors(const std::string& pid, const std::string& mark) {
  const std::string fds = "/proc/" + pid + "/fd";
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(fds.c_str()), ::closedir);
  if (!dir) return;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string path = fds + "/" + entry->d_name;
    const std::string target = link_text(path);
    struct stat info {};
    if (!target.starts_with('/') || ::stat(path.c_str(), &info) != 0) continue;
    if (S_ISDIR(info.st_mode) && is_host(path + "/", mark)) say(pid, "a directory of the host, " + target);
    // What is of the container has the same name there.
    struct stat here {};
    if (target != "/dev/null" && (::stat(target.c_str(), &here) != 0 || here.st_ino != info.st_ino))
      say(pid, "a file from elsewhere, " + target);
  }
}

void look_at(const std::string& pid, const std::string& mark) {
  const std::string proc = "/proc/" + pid;
  if (is_host(proc + "/root", mark)) say(pid, "the host's root");
  if (is_host(proc + "/cwd", mark)) say(pid, "a working directory of the host");
  const std::string program = link_text(proc + "/exe");
  if (const int fd = ::open((proc + "/exe").c_str(), O_WRONLY | O_CLOEXEC); fd >= 0) {
    say(pid, "its program can be written, " + program);
    ::close(fd);
  }
  look_at_descriptors(pid, mark);
}

// What a traced process may do is what its tracer may: nothing more than itself.
void trace(pid_t pid, const Rights& own) {
  if (::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) != 0) return;
  ::ptrace(PTRACE_INTERRUPT, pid, nullptr, nullptr);
  int status = 0;
  if (::waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) {
    const Rights rights = rights_of(pid);
    if ((rights.capabilities & ~own.capabilities) != 0 || rights.seccomp != own.seccomp)
      say(std::to_string(pid), "traced, with rights of its own");
    ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
  }
}

}  // namespace

int trace_me(const Arguments& arguments) {
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) return 98;
  ::raise(SIGURG);
  return std::atoi(arguments.at(0).c_str());
}

// `mark` is a path in the host's root. Until SIGTERM.
int hunt(const Arguments& arguments) {
  const std::string mark = arguments.at(0);
  const bool traces = arguments.size() > 1;
  static volatile sig_atomic_t told = 0;
  std::signal(SIGTERM, [](int) { told = 1; });
  const Rights own = rights_of(::getpid());
  std::set<std::string> known;
  std::cout << "hunting" << std::endl;
  int seen = 0;
  while (told == 0) {
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir("/proc"), ::closedir);
    std::set<std::string> there;
    while (const dirent* entry = dir ? ::readdir(dir.get()) : nullptr) {
      const std::string pid = entry->d_name;
      if (pid.find_first_not_of("0123456789") != std::string::npos || pid == std::to_string(::getpid())) continue;
      there.insert(pid);
      if (pid == "1") continue;
      const bool is_new = !known.contains(pid);
      seen += is_new ? 1 : 0;
      look_at(pid, mark);
      if (is_new && traces) trace(std::atoi(pid.c_str()), own);
    }
    known = there;
  }
  std::cout << "seen " << seen << std::endl;
  return 0;
}

}  // namespace payload
