#include "traced.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>

#include "cni/base/fd.h"
#include "cni/base/files.h"

namespace cni::testing {
namespace {

std::string in_proc(pid_t pid, const std::string& name) { return "/proc/" + std::to_string(pid) + "/" + name; }

std::string without_digits(const std::string& path) {
  constexpr std::string_view kMark = ".tmp.";
  const auto mark = path.rfind(kMark);
  return mark == std::string::npos ? path : path.substr(0, mark + kMark.size());
}

std::string open_as(pid_t pid, std::uint64_t fd) {
  std::error_code error;
  return without_digits(std::filesystem::read_symlink(in_proc(pid, "fd/" + std::to_string(fd)), error));
}

std::string memory(pid_t pid, std::uint64_t address, std::size_t length) {
  std::string bytes(length, '\0');
  const int fd = ::open(in_proc(pid, "mem").c_str(), O_RDONLY | O_CLOEXEC);
  const ssize_t got = ::pread(fd, bytes.data(), length, static_cast<off_t>(address));
  ::close(fd);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

std::string path_at(pid_t pid, std::uint64_t address) {
  const std::string bytes = memory(pid, address, 4096);
  return without_digits(bytes.substr(0, bytes.find('\0')));
}

bool is_thread_of(pid_t process, pid_t pid) {
  return std::filesystem::exists(in_proc(process, "task/" + std::to_string(pid)));
}

class Trace {
 public:
  void entered(pid_t pid, const __ptrace_syscall_info& call) {
    const auto* args = call.entry.args;
    switch (call.entry.nr) {
      case SYS_fsync:
      case SYS_fdatasync:
        pending_[pid] = "flush " + open_as(pid, args[0]);
        break;
#ifdef SYS_rename
      case SYS_rename:
        pending_[pid] = "rename " + path_at(pid, args[1]);
        break;
#endif
      case SYS_renameat2:
#ifdef SYS_renameat
      case SYS_renameat:
#endif
        pending_[pid] = "rename " + path_at(pid, args[3]);
        break;
#ifdef SYS_unlink
      case SYS_unlink:
        seen.push_back("remove " + path_at(pid, args[0]));
        break;
#endif
      case SYS_unlinkat:
        seen.push_back("remove " + path_at(pid, args[1]));
        break;
      case SYS_write:
        if (open_as(pid, args[0]).starts_with("pipe:")) seen.push_back("feed " + memory(pid, args[1], args[2]));
        break;
      default:
        break;
    }
  }
  void left(pid_t pid, const __ptrace_syscall_info& call) {
    const auto pending = pending_.extract(pid);
    if (pending && call.exit.is_error == 0) seen.push_back(pending.mapped());
  }
  std::vector<std::string> seen;

 private:
  std::map<pid_t, std::string> pending_;
};

// To the end of `process`; its exit status.
int watch(pid_t process, Trace& trace) {
  while (true) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, __WALL);
    if (pid < 0) return -1;
    if (!WIFSTOPPED(status)) {
      if (pid == process) return status;
      continue;
    }
    int signal = WSTOPSIG(status);
    if (status >> 16 != 0) {
      signal = 0;
      if (!is_thread_of(process, pid)) {  // a plugin
        ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
        continue;
      }
    } else if (signal == (SIGTRAP | 0x80)) {
      signal = 0;
      __ptrace_syscall_info call{};
      ::ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof call, &call);
      if (call.op == PTRACE_SYSCALL_INFO_ENTRY) trace.entered(pid, call);
      if (call.op == PTRACE_SYSCALL_INFO_EXIT) trace.left(pid, call);
    }
    ::ptrace(PTRACE_SYSCALL, pid, nullptr, signal);
  }
}

}  // namespace

std::vector<std::string> traced(const std::function<bool()>& work) {
  std::array<int, 2> start{};
  EXPECT_EQ(::pipe2(start.data(), O_CLOEXEC), 0);
  Fd may_start(start[0]);
  Fd go(start[1]);
  const pid_t process = ::fork();
  if (process == 0) {
    go.reset();
    char byte = 0;
    static_cast<void>(!::read(may_start.get(), &byte, 1));  // until it is watched
    ::_exit(work() ? 0 : 1);
  }
  may_start.reset();
  const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
  EXPECT_EQ(::ptrace(PTRACE_SEIZE, process, nullptr, options), 0) << "this needs ptrace(2)";
  EXPECT_EQ(::ptrace(PTRACE_INTERRUPT, process, nullptr, nullptr), 0);
  go.reset();
  Trace trace;
  const int status = watch(process, trace);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the work failed: status " << status;
  return trace.seen;
}

}  // namespace cni::testing
