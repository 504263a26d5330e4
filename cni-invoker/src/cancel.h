// A caller that asks for the end of an operation, by a descriptor that becomes readable and stays so
// (InvokerOptions::cancel_fd, RunRequest::cancel_fd). -1: nobody ever asks.
#pragma once

#include <poll.h>

#include <chrono>
#include <string_view>

#include "cni/base/result.h"

namespace cni {

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
