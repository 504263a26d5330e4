#include "runtime/kernel/seccomp.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace podrun::seccomp {

std::vector<std::uint64_t> packed(std::span<const sock_filter> program) {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(program.size());
  for (const sock_filter& step : program)
    numbers.push_back(std::uint64_t{step.code} << 48U | std::uint64_t{step.jt} << 40U | std::uint64_t{step.jf} << 32U |
                      step.k);
  return numbers;
}

std::vector<sock_filter> unpacked(std::span<const std::uint64_t> program) {
  std::vector<sock_filter> steps;
  steps.reserve(program.size());
  for (const std::uint64_t number : program)
    steps.push_back({.code = static_cast<std::uint16_t>(number >> 48U),
                     .jt = static_cast<std::uint8_t>(number >> 40U),
                     .jf = static_cast<std::uint8_t>(number >> 32U),
                     .k = static_cast<std::uint32_t>(number)});
  return steps;
}

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
