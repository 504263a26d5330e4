#include "kit/src/trace/steps.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace cni::kit {
namespace {

enum class SeenByOthers { no, yes };
struct Step {
  long number;
  const char* name;
  int path = -1;                          // which argument is a path
  SeenByOthers seen = SeenByOthers::yes;  // by others, at once
};
constexpr Step kSteps[] = {
    // files
    {SYS_openat, "openat", 1},
    {SYS_openat2, "openat2", 1},
    {SYS_mkdirat, "mkdirat", 1},
    {SYS_renameat, "renameat", 3},
    {SYS_renameat2, "renameat2", 3},
    {SYS_unlinkat, "unlinkat", 1},
    {SYS_symlinkat, "symlinkat", 2},
    {SYS_linkat, "linkat", 3},
    {SYS_mknodat, "mknodat", 1},
    {SYS_fchmodat, "fchmodat", 1},
    {SYS_fchownat, "fchownat", 1},
    {SYS_fchmod, "fchmod"},
    {SYS_fchown, "fchown"},
    {SYS_truncate, "truncate", 0},
    {SYS_ftruncate, "ftruncate"},
    {SYS_setxattr, "setxattr", 0},
    {SYS_lsetxattr, "lsetxattr", 0},
    {SYS_fsetxattr, "fsetxattr"},
    {SYS_utimensat, "utimensat", 1},
    {SYS_write, "write"},
    {SYS_writev, "writev"},
    {SYS_pwrite64, "pwrite64"},
    {SYS_fsync, "fsync", -1, SeenByOthers::no},
    {SYS_fdatasync, "fdatasync", -1, SeenByOthers::no},
    {SYS_flock, "flock"},
    {SYS_memfd_create, "memfd_create", 0, SeenByOthers::no},
    // mounts
    {SYS_mount, "mount", 1},
    {SYS_umount2, "umount2", 0},
    {SYS_pivot_root, "pivot_root", 0},
    {SYS_fsopen, "fsopen", 0, SeenByOthers::no},
    {SYS_fsconfig, "fsconfig", 2, SeenByOthers::no},
    {SYS_fsmount, "fsmount", -1, SeenByOthers::no},
    {SYS_move_mount, "move_mount", 3},
    {SYS_open_tree, "open_tree", 1, SeenByOthers::no},
    {SYS_mount_setattr, "mount_setattr", 1},
    // processes and namespaces
    {SYS_clone, "clone", -1, SeenByOthers::no},
    {SYS_clone3, "clone3", -1, SeenByOthers::no},
    {SYS_execve, "execve", 0},
    {SYS_execveat, "execveat", 1},
    {SYS_unshare, "unshare", -1, SeenByOthers::no},
    {SYS_setns, "setns", -1, SeenByOthers::no},
    {SYS_kill, "kill", -1, SeenByOthers::no},
    {SYS_pidfd_open, "pidfd_open", -1, SeenByOthers::no},
    {SYS_pidfd_send_signal, "pidfd_send_signal", -1, SeenByOthers::no},
    {SYS_bpf, "bpf", -1, SeenByOthers::no},
    // sockets and pipes
    {SYS_socket, "socket", -1, SeenByOthers::no},
    {SYS_socketpair, "socketpair", -1, SeenByOthers::no},
    {SYS_pipe2, "pipe2", -1, SeenByOthers::no},
    {SYS_bind, "bind", -1, SeenByOthers::no},
    {SYS_listen, "listen", -1, SeenByOthers::no},
    {SYS_connect, "connect"},
    {SYS_sendto, "sendto"},
    {SYS_sendmsg, "sendmsg"},
#ifdef __x86_64__  // those that other processors have only in the *at forms
    {SYS_open, "open", 0},
    {SYS_creat, "creat", 0},
    {SYS_mkdir, "mkdir", 0},
    {SYS_rmdir, "rmdir", 0},
    {SYS_rename, "rename", 1},
    {SYS_unlink, "unlink", 0},
    {SYS_symlink, "symlink", 1},
    {SYS_link, "link", 1},
    {SYS_mknod, "mknod", 0},
    {SYS_chmod, "chmod", 0},
    {SYS_chown, "chown", 0},
    {SYS_lchown, "lchown", 0},
    {SYS_fork, "fork", -1, SeenByOthers::no},
    {SYS_vfork, "vfork", -1, SeenByOthers::no},
#endif
};

const Step* find_step(std::uint64_t number) {
  for (const Step& step : kSteps)
    if (static_cast<std::uint64_t>(step.number) == number) return &step;
  return nullptr;
}

// The other process's memory; short where it ends.
std::string peek(pid_t pid, std::uint64_t address, std::size_t length) {
  std::string bytes(length, '\0');
  const iovec local{bytes.data(), length};
  const iovec remote{reinterpret_cast<void*>(address), length};
  const ssize_t count = ::process_vm_readv(pid, &local, 1, &remote, 1, 0);
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return bytes;
}

std::string peek_text(pid_t pid, std::uint64_t address) {
  if (address == 0) return {};
  // A read stops at an unmapped page, so ask up to the page's end first.
  constexpr std::uint64_t kPage = 4096;
  std::string text = peek(pid, address, kPage - address % kPage);
  if (text.find('\0') == std::string::npos) text += peek(pid, address + text.size(), kPage);
  return text.substr(0, text.find('\0'));
}

bool makes_files(std::uint64_t flags) { return (flags & (O_CREAT | O_TRUNC)) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

}  // namespace

bool is_step(pid_t pid, const SystemCall& call) {
  if (find_step(call.number) == nullptr) return false;
  switch (call.number) {
    case SYS_openat:
      return makes_files(call.arguments[2]);
    case SYS_openat2: {
      const std::string how = peek(pid, call.arguments[2], sizeof(std::uint64_t));
      std::uint64_t flags = 0;
      how.copy(reinterpret_cast<char*>(&flags), sizeof flags);
      return makes_files(flags);
    }
#ifdef __x86_64__
    case SYS_open:
      return makes_files(call.arguments[1]);
#endif
    case SYS_write:
    case SYS_writev:
      return call.arguments[0] > 2;  // what it says to its user changes nothing
    default:
      return true;
  }
}

bool is_seen(pid_t pid, const SystemCall& call) {
  const Step* step = find_step(call.number);
  if (step == nullptr || step->seen == SeenByOthers::no || !is_step(pid, call)) return false;
  if (call.number != SYS_write && call.number != SYS_writev) return true;
  std::array<char, 32> target{};
  const std::string link = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(call.arguments[0]);
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
  return length > 0 && target[0] == '/';  // else it is a pipe, or an event: between the program's own threads
}

std::string describe(pid_t pid, const SystemCall& call) {
  const Step* step = find_step(call.number);
  if (step == nullptr) return "system call " + std::to_string(call.number);
  if (step->path < 0) return std::string(step->name) + " " + std::to_string(call.arguments[0]);
  return std::string(step->name) + " '" + peek_text(pid, call.arguments.at(static_cast<std::size_t>(step->path))) + "'";
}

}  // namespace cni::kit
