// A container's settings as init takes them: for its first process and for every exec.
#pragma once

#include "runtime/init/plan.h"
#include "runtime/kernel/seccomp.h"
#include "runtime/store/record.h"

namespace podrun {

inline init::Process to_init_process(const ProcessSettings& settings) {
  init::Process process;
  process.args = settings.args;
  process.env = settings.env;
  process.cwd = settings.cwd;
  process.uid = settings.uid;
  process.gid = settings.gid;
  process.groups = settings.groups;
  process.capabilities = settings.capabilities;
  process.no_new_privileges = settings.no_new_privileges;
  if (settings.seccomp) {
    const auto filter = seccomp::default_profile();
    process.seccomp.assign(filter.begin(), filter.end());
  }
  return process;
}

}  // namespace podrun
