// Each attempt is a hole that some runtime had, or that the kernel's manual pages warn of.
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "integration/payload.h"

namespace payload {
namespace {

bool can_write(const char* path) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd >= 0) ::close(fd);
  return fd >= 0;
}

// Opens a device node of its own making, as a root of the pod's user namespace could try.
bool can_open_device(mode_t type, dev_t device) {
  const char* path = "/tmp/device";
  ::unlink(path);
  if (::mknod(path, type | 0600, device) != 0) return false;
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  const int error = errno;
  if (fd >= 0) ::close(fd);
  ::unlink(path);
  errno = error;
  return fd >= 0;
}

struct Attempt {
  const char* name;
  bool (*succeeds)();
};
const Attempt kAttempts[] = {
    {"mount", [] { return ::mount("tmpfs", "/tmp", "tmpfs", 0, nullptr) == 0; }},
    {"remount-root", [] { return ::mount("", "/", nullptr, MS_REMOUNT | MS_BIND, nullptr) == 0; }},
    {"unmask-proc", [] { return ::umount2("/proc/kcore", MNT_DETACH) == 0; }},
    {"new-user-namespace", [] { return ::unshare(CLONE_NEWUSER) == 0; }},
    {"join-init-namespace",
     [] {
       const int fd = ::open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC);
       return fd >= 0 && ::setns(fd, CLONE_NEWNS) == 0;
     }},
    {"write-sysrq", [] { return can_write("/proc/sysrq-trigger"); }},
    {"write-core-pattern", [] { return can_write("/proc/sys/kernel/core_pattern"); }},
    {"read-kcore",
     [] {  // masked by /dev/null: opens, and is empty
       char byte = 0;
       const int fd = ::open("/proc/kcore", O_RDONLY | O_CLOEXEC);
       return fd >= 0 && ::read(fd, &byte, 1) == 1;
     }},
    {"write-cgroup", [] { return ::mkdir("/sys/fs/cgroup/escape", 0755) == 0; }},
    {"write-self-exe", [] { return can_write("/proc/self/exe"); }},
    {"write-init-exe", [] { return can_write("/proc/1/exe"); }},
    {"open-kernel-memory", [] { return can_open_device(S_IFCHR, makedev(1, 1)); }},
    {"open-host-disk", [] { return can_open_device(S_IFBLK, makedev(254, 0)); }},
    {"open-host-tty", [] { return can_open_device(S_IFCHR, makedev(4, 0)); }},
    {"add-key", [] { return ::syscall(SYS_add_key, "user", "podrun", "x", 1, KEY_SPEC_SESSION_KEYRING) >= 0; }},
    {"bpf", [] { return ::syscall(SYS_bpf, 0, nullptr, 0) >= 0; }},
    {"kexec", [] { return ::syscall(SYS_kexec_load, 0, 0, nullptr, 0) >= 0; }},
    {"load-module", [] { return ::syscall(SYS_init_module, nullptr, 0, "") >= 0; }},
    {"set-time",
     [] {
       timespec now{};
       return ::clock_gettime(CLOCK_REALTIME, &now) == 0 && ::clock_settime(CLOCK_REALTIME, &now) == 0;
     }},
    {"open-by-handle", [] { return ::syscall(SYS_open_by_handle_at, AT_FDCWD, nullptr, O_RDONLY) >= 0; }},
    {"reboot", [] { return ::reboot(RB_DISABLE_CAD) == 0; }},
    {"chroot-out",
     [] {  // the classic way out of a mere chroot; here it ends at the same root
       struct stat before {
       }, after{};
       if (::stat("/", &before) != 0 || ::mkdir("/tmp/jail", 0700) != 0) return false;
       if (::chroot("/tmp/jail") != 0) return false;
       for (int i = 0; i < 64; ++i)
         if (::chdir("..") != 0) return false;
       return ::chroot(".") == 0 && ::stat("/", &after) == 0 && before.st_ino != after.st_ino;
     }},
};

}  // namespace

int try_forbidden(const Arguments&) {
  for (const Attempt& attempt : kAttempts) {
    errno = 0;
    const bool succeeded = attempt.succeeds();
    const char* error = strerrorname_np(errno);
    std::cout << attempt.name << ' ' << (succeeded ? "ok" : errno == 0 ? "refused" : error) << std::endl;
  }
  return 0;
}

}  // namespace payload
