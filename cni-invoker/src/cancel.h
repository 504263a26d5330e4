// A caller that asks for the end of an operation, by a descriptor that becomes readable and stays so
// (InvokerOptions::cancel_fd, RunRequest::cancel_fd). -1: nobody ever asks.
#pragma once

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <string_view>

#include "cni/base/result.h"
#include "cni/invoker.h"

namespace cni {

// What a call says, else what the options say of all.
inline int cancel_fd_of(const CallOptions& call, const InvokerOptions& options) {
  return call.cancel_fd >= 0 ? call.cancel_fd : options.cancel_fd;
}

// How long a lock is waited for.
inline std::chrono::milliseconds lock_patience(const CallOptions& call, const InvokerOptions& options) {
  using std::chrono::milliseconds;
  if (!call.deadline) return options.timeouts.lock;
  const auto left = std::chrono::ceil<milliseconds>(*call.deadline - std::chrono::steady_clock::now());
  return std::clamp(left, milliseconds(0), options.timeouts.lock);
}

// Waits as long; true at once when the end is asked for.
inline bool cancelled_within(int cancel_fd, std::chrono::milliseconds limit) {
  pollfd asked{cancel_fd, POLLIN, 0};
  return ::poll(&asked, 1, static_cast<int>(limit.count())) == 1;
}

inline bool is_cancelled(int cancel_fd) {
  return cancel_fd >= 0 && cancelled_within(cancel_fd, std::chrono::milliseconds(0));
}

// Known by its EINTR (base::is_interruption).
inline Error interrupted(std::string_view step) { return Error{Kind::internal, EINTR, "interrupted"}.in(step); }

}  // namespace cni
