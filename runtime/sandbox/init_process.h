// A process as init takes it: for a container's first one and for every exec.
#pragma once

#include "runtime/init/plan.h"
#include "runtime/kernel/seccomp.h"

namespace podrun {

inline void set_process(init::Plan& plan, const Process& process) {
  plan.process = process;
  if (!process.seccomp) return;
  if (!process.seccomp_filter.empty()) {
    plan.seccomp = seccomp::unpacked(process.seccomp_filter);
    return;
  }
  const auto filter = seccomp::default_profile();
  plan.seccomp.assign(filter.begin(), filter.end());
}

}  // namespace podrun
