// What the keeper itself does, in the caller's memory. Until it has answered, the thread that made it stands still: so
// it may use the heap and the thread's errno as that thread itself would. From then on it makes system calls only,
// which fail in no way that would be written to the thread's errno.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include "cni/base/fd.h"
#include "cni/base/result.h"
#include "cni/runner.h"
#include "spawn_cgroups.h"

namespace cni {

// What a plugin is started with; used until the keeper has answered.
struct Launch {
  const RunRequest& request;
  int input;  // these three become its 0, 1 and 2, and are none of those now
  int output;
  int errors;
};

// Behind an Error: the plugin was there, if only for a moment.
struct MayHaveRun : base::ErrorDetail {};

// As waitid(2) has it.
struct PluginEnd {
  int code = 0;  // CLD_EXITED, CLD_KILLED, CLD_DUMPED
  int status = 0;
  rusage usage{};
  bool is_success() const;
};

// What both know.
struct Kept {
  const Launch* launch = nullptr;
  const Cgroups* cgroups = nullptr;
  bool born_in_cgroup = false;  // in that of version 2
  pid_t caller = 0;
  // The keeper's end. Each byte asks for a SIGKILL to the plugin's process group, and is answered by one. End of file,
  // once the plugin has ended, asks to reap it and to end.
  Fd channel;
  // By the keeper, before it answers:
  Result<void> started;
  pid_t plugin = -1;  // also its process group: until the keeper has reaped it, nobody else's
  Fd pidfd;
  // By the keeper, before it ends:
  PluginEnd end;
  bool reaped = false;
};

// `kept` is a Kept. For clone_sharing(), with all signals blocked.
int keep(void* kept) noexcept;

}  // namespace cni
