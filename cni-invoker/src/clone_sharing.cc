#include "clone_sharing.h"

#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdint>

#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_UNPOISON_MEMORY_REGION(address, size) static_cast<void>(0)
#endif

namespace cni {
namespace {

constexpr unsigned kFlags = CLONE_VM | CLONE_FILES | CLONE_PIDFD;

// clone3(2), after which the child calls body(argument) and exits. The kernel keeps all registers but those that hold
// the result and, on x86, rcx and r11; so both can tell where they are by the result alone.
long clone3_and_run(const clone_args& args, int (*body)(void*), void* argument) {
#if defined(__x86_64__)
  register auto run asm("r8") = body;
  register auto with asm("r9") = argument;
  long result = SYS_clone3;
  asm volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"
      "mov %[with], %%rdi\n\t"
      "call *%[run]\n\t"
      "mov %%eax, %%edi\n\t"
      "mov %[exit], %%eax\n\t"
      "syscall\n\t"
      "hlt\n"
      "1:"
      : "+a"(result)
      : "D"(&args), "S"(sizeof args), [run] "r"(run), [with] "r"(with), [exit] "i"(SYS_exit_group)
      : "rcx", "r11", "memory", "cc");
  return result;
#elif defined(__aarch64__)
  register long number asm("x8") = SYS_clone3;
  register auto result asm("x0") = reinterpret_cast<long>(&args);
  register auto size asm("x1") = sizeof args;
  register auto run asm("x9") = body;
  register auto with asm("x10") = argument;
  asm volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, xzr\n\t"
      "mov x0, %[with]\n\t"
      "blr %[run]\n\t"
      "mov x8, %[exit]\n\t"
      "svc #0\n"
      "1:"
      : "+r"(result)
      : "r"(number), "r"(size), [run] "r"(run), [with] "r"(with), [exit] "i"(SYS_exit_group)
      : "memory", "cc");
  return result;
#else
  (void)args, (void)body, (void)argument;
  return -ENOSYS;
#endif
}

long clone_into(int cgroup, const Stack& stack, int (*body)(void*), void* argument, int& pidfd) {
  clone_args args{};
  args.flags = kFlags | CLONE_INTO_CGROUP;
  args.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  args.stack = reinterpret_cast<std::uintptr_t>(stack.bottom());
  args.stack_size = Stack::kSize;
  args.cgroup = static_cast<unsigned>(cgroup);
  return clone3_and_run(args, body, argument);
}

}  // namespace

Result<Stack> Stack::make() {
  void* const base = ::mmap(nullptr, kGuard + kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (base == MAP_FAILED) return Error::system(errno, "make a stack");
  Stack stack(static_cast<std::byte*>(base));
  if (::mprotect(stack.bottom(), kSize, PROT_READ | PROT_WRITE) != 0) return Error::system(errno, "make a stack");
  // Here may have been the stack of one that was killed in the middle of a function.
  ASAN_UNPOISON_MEMORY_REGION(stack.bottom(), kSize);
  return stack;
}

Stack::~Stack() {
  if (base_ != nullptr) ::munmap(base_, kGuard + kSize);
}

Result<Shared> clone_sharing(const Stack& stack, int (*body)(void*), void* argument, int cgroup) {
  int pidfd = -1;
  long pid = 0;
  if (cgroup >= 0) {
    pid = clone_into(cgroup, stack, body, argument, pidfd);
    if (pid < 0) errno = static_cast<int>(-pid);
  } else {
    pid = ::clone(body, stack.bottom() + Stack::kSize, static_cast<int>(kFlags), argument, &pidfd);
  }
  if (pid < 0) return Error::system(errno, "make a process");
  Shared made;
  made.pid = static_cast<pid_t>(pid);
  made.pidfd.reset(pidfd);
  return made;
}

}  // namespace cni
