// A process that shares our memory and our descriptors: making it costs the same however large we are, as nothing is
// copied. (fork(2) copies page tables, 2 MB a gigabyte, and has every page of ours fault once more.)
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "cni/base/fd.h"
#include "cni/base/result.h"

namespace cni {

// Memory for the stack of such a process, with a guard page below. Pages that are never touched cost nothing.
class Stack {
 public:
  static Result<Stack> make();
  Stack(Stack&& other) noexcept : base_(other.base_) { other.base_ = nullptr; }
  Stack& operator=(Stack&&) = delete;
  ~Stack();

  std::byte* bottom() const { return base_ + kGuard; }
  static constexpr std::size_t kSize = 256U << 10U;
  void leave() { base_ = nullptr; }  // to a process that may still be on it

 private:
  static constexpr std::size_t kGuard = 64U << 10U;  // a page, whichever size pages have
  explicit Stack(std::byte* base) : base_(base) {}
  std::byte* base_;
};

struct Shared {
  pid_t pid = -1;
  Fd pidfd;
};

// The new process runs body(argument) on `stack` and ends. It starts with the thread's signal mask, its C library's
// thread-local memory (errno) is that of the thread that calls this, and its exit signal is none: only a waiter that
// says __WALL or __WCLONE sees it. `cgroup`: a directory of version 2 it is born in, or -1.
// ENOSYS with a cgroup: before Linux 5.7, under a filter that knows no clone3, on machines we have no few instructions
// for (the C library has no clone3).
//
// To move into a cgroup of version 2 takes about 15 ms, because the kernel has every fork and exit wait for it
// (cgroup_attach_lock(), an RCU grace period). To be born there takes none.
Result<Shared> clone_sharing(const Stack& stack, int (*body)(void*), void* argument, int cgroup);

}  // namespace cni
