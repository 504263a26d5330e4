#include "runtime/kernel/process.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <string_view>

#include "base/files.h"

namespace podrun {
namespace {

constexpr long kPidfsMagic = 0x50494446;  // pidfs, Linux 6.9; before, every pidfd shares one anonymous inode

struct Stat {
  char state = '?';
  std::uint64_t start_time = 0;
};

// proc_pid_stat(5): the command in parentheses may hold anything, so fields are counted from the last one.
Result<Stat> read_stat(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const std::string text = TRY(base::read_file(path, 4096));
  const auto end_of_command = text.rfind(')');
  if (end_of_command == std::string::npos) return Error{Kind::corrupt, 0, "read '" + path + "': no command in it"};
  std::string_view rest = std::string_view(text).substr(end_of_command + 1);
  Stat stat;
  for (int field = 3; field <= 22; ++field) {
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (field == 3 && !word.empty()) stat.state = word.front();
    if (field == 22) std::from_chars(word.data(), word.data() + word.size(), stat.start_time);
    rest.remove_prefix(word.size());
  }
  return stat;
}

// Of one as of all: asked once.
bool has_pidfs(int pidfd) {
  static const bool has = [pidfd] {
    struct statfs filesystem {};
    return ::fstatfs(pidfd, &filesystem) == 0 && filesystem.f_type == kPidfsMagic;
  }();
  return has;
}

std::uint64_t pidfd_inode(int pidfd) {
  struct stat info {};
  if (!has_pidfs(pidfd)) return 0;
  return ::fstat(pidfd, &info) == 0 ? info.st_ino : 0;
}

bool has_ended(int pidfd) {
  pollfd poll{.fd = pidfd, .events = POLLIN, .revents = 0};
  return ::poll(&poll, 1, 0) == 1;
}

}  // namespace

Result<ProcessId> identify(pid_t pid, int pidfd) {
  const Stat stat = TRY(read_stat(pid));
  return ProcessId{pid, stat.start_time, pidfd_inode(pidfd)};
}

Fd open_pidfd(pid_t pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

// proc_pid_fdinfo(5): "Pid:\t1234".
pid_t pid_of(int pidfd) {
  const std::string info = base::read_file("/proc/self/fdinfo/" + std::to_string(pidfd), 4096).value_or("");
  const auto at = info.find("\nPid:\t");
  pid_t pid = 0;
  if (at != std::string::npos) std::from_chars(info.data() + at + 6, info.data() + info.size(), pid);
  return pid;
}

bool send_signal(int pidfd, int signal) { return ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0; }

Result<Fd> open_process(const ProcessId& id) {
  const Error gone{Kind::not_found, ESRCH, "find process " + std::to_string(id.pid) + ": it has ended"};
  if (id.empty()) return gone;
  Fd pidfd = open_pidfd(id.pid);
  if (!pidfd) {
    if (errno == ESRCH || errno == EINVAL) return gone;
    return Error::system(errno, "open process " + std::to_string(id.pid));
  }
  const std::uint64_t inode = pidfd_inode(pidfd.get());
  if (id.pidfd_inode != 0 && inode != 0) {
    if (inode != id.pidfd_inode) return gone;
  } else {
    auto stat = read_stat(id.pid);
    if (!stat || stat->start_time != id.start_time) return gone;
  }
  if (has_ended(pidfd.get())) return gone;
  return pidfd;
}

// What cannot be asked just now, for want of a descriptor or of memory, is not gone.
bool is_alive(const ProcessId& id) {
  const auto process = open_process(id);
  if (process || process.error().kind == Kind::not_found) return static_cast<bool>(process);
  return ::kill(id.pid, 0) == 0 || errno == EPERM;
}

Result<bool> wait_for_exit(int pidfd, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd poll{.fd = pidfd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&poll, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return Error::system(errno, "wait for a process");
  }
}

Ended next_ended(pid_t pid, int options) {
  for (;;) {
    Ended ended;
    ended.pid = ::waitpid(pid, &ended.status, options);
    if (ended.pid < 0 && errno == EINTR) continue;
    if (ended.pid <= 0) return {};
    if (!WIFSTOPPED(ended.status)) return ended;
    // A trap is ptrace's own notice (of an exec); every other signal is somebody's and goes on to the child.
    const int signal = WSTOPSIG(ended.status) == SIGTRAP ? 0 : WSTOPSIG(ended.status);
    ::ptrace(PTRACE_DETACH, ended.pid, nullptr, signal);
  }
}

Result<pid_t> clone_process(std::uint64_t flags, Fd* pidfd, int cgroup) {
  int new_pidfd = -1;
  clone_args args{};
  args.flags = flags;
  // With CLONE_PARENT the child signals as its new sibling does, and clone3 refuses a signal of its own.
  args.exit_signal = (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;
  if (pidfd != nullptr) {
    args.flags |= CLONE_PIDFD;
    args.pidfd = reinterpret_cast<std::uint64_t>(&new_pidfd);
  }
  if (cgroup >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<unsigned>(cgroup);
  }
  // clone(2) where it is enough: seccomp filters refuse clone3, whose flags they cannot see. (The arguments after the
  // third, unused here, change places between machines.)
  const long pid = cgroup >= 0 ? ::syscall(SYS_clone3, &args, sizeof(args))
                               : ::syscall(SYS_clone, args.flags | args.exit_signal, nullptr, &new_pidfd, nullptr, 0);
  if (pid < 0) return Error::system(errno, "clone a process");
  if (pid > 0 && pidfd != nullptr) pidfd->reset(new_pidfd);
  return static_cast<pid_t>(pid);
}

}  // namespace podrun
