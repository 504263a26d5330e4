// A function run inside a network namespace:
//
//   const auto index = cni::in_netns(call.attachment.netns, [&] { return index_of(call.attachment.ifname); });
//
// It runs on a thread of its own, which ends with it, while the caller waits. A network namespace is a thread's: the
// caller and every other thread stay where they are, and nothing has to find its way back. (A guard that takes the
// caller's thread in and out again may fail to get out; what is meant for the container is then done to it, or the
// other way round, by all that follows.)
//
// What the function should know:
// - Threads and processes that it starts are in the namespace, and stay there. A socket belongs for ever to the
//   namespace that it was opened in, on whatever thread it is used: a function may return one.
// - thread_local variables are the new thread's; signals, descriptors, the working directory are the process's.
// - /proc/net is not the namespace's (it is the first thread's of the process); /proc/thread-self/net is, and so is
//   /proc/sys/net. /sys/class/net shows the namespace that /sys was mounted in.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "cni/base/netns.h"
#include "cni/base/result.h"

namespace cni {

// `work` returns a Result. Errors beside its own: Kind::not_found, no such path; Kind::invalid, a path that is no
// network namespace; Kind::denied without CAP_SYS_ADMIN here or in the namespace's user namespace; no thread could be
// started. `work` was not called then. What it throws is thrown here.
using base::run_in_netns;

template <class Work>
std::invoke_result_t<Work> in_netns(const std::string& path, Work&& work) {
  using Outcome = std::invoke_result_t<Work>;
  std::optional<Outcome> outcome;
  if (auto entered = run_in_netns(path,
                                  [&]() -> Result<void> {
                                    outcome.emplace(std::forward<Work>(work)());
                                    return {};
                                  });
      !entered)
    return std::move(entered).error();
  return *std::move(outcome);
}

}  // namespace cni
