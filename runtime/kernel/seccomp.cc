#include "runtime/kernel/seccomp.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace podrun::seccomp {

Result<void> install(std::span<const sock_filter> program) {
  if (program.empty() || program.size() > BPF_MAXINSNS)
    return Error{Kind::invalid, 0, "install seccomp filter: " + std::to_string(program.size()) + " instructions"};
  // The kernel only reads the program; its header has no const (linux/filter.h, struct sock_fprog).
  const sock_fprog filter{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
  // glibc has no wrapper for seccomp(2). No TSYNC: the callers have one thread.
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0)
    return Error::system(errno, "install seccomp filter");
  return {};
}

}  // namespace podrun::seccomp
