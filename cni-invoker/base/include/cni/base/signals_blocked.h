// No signal is handled by this thread while one of these is in scope; what comes meanwhile is handled afterwards. All of
// them: the C library keeps two for itself (32 and 33), which its own functions leave out.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

namespace cni::base {

class AllSignalsBlocked {
 public:
  AllSignalsBlocked() { ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &kAll, &before_, sizeof kAll); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
  ~AllSignalsBlocked() { ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before_, nullptr, sizeof kAll); }

 private:
  static constexpr std::uint64_t kAll = ~std::uint64_t{0};
  std::uint64_t before_ = 0;
};

}  // namespace cni::base
