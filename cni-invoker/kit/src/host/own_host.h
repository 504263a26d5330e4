// A host for one check: fresh network, mount, pid, ipc and uts namespaces, whose pid 1 is ours, with files of its own
// (furnish.h) and lo up.
//
// What a plugin does by accident stays in it: what it starts, signals, mounts, writes or sets ends with the host.
// Clock, device nodes and raw memory of the machine are out of reach (they are no capabilities of what runs here); a
// plugin that means harm, as root, is not held.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "cni/base/fd.h"
#include "cni/base/result.h"
#include "kit/src/host/furnish.h"

namespace cni::kit {

// A host that runs. It ends with this object, and everything in it.
class RunningHost {
 public:
  RunningHost(pid_t pid, Fd report) : pid_(pid), report_(std::move(report)) {}
  RunningHost(RunningHost&& other) noexcept : pid_(std::exchange(other.pid_, -1)), report_(std::move(other.report_)) {}
  RunningHost& operator=(RunningHost&&) = delete;
  ~RunningHost();
  const Fd& report() const { return report_; }  // what it has to say, then end of file: outcome_of()

 private:
  pid_t pid_;
  Fd report_;
};

// In a process of its own, and the first in its host but for pid 1.
using WorkInHost = std::function<Result<std::string>(const OwnHost&)>;
Result<RunningHost> start_in_own_host(const WorkInHost& work);
// What the work returned, of all that came from report(). Nothing: its process was ended. Errors: the work's, and
// Kind::unsupported where the host could not be made.
Result<std::optional<std::string>> outcome_of(const std::string& report);

// The same, waited for. Kind::internal where its process was ended.
Result<std::string> in_own_host(const WorkInHost& work);

}  // namespace cni::kit
