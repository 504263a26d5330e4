// What CNI plugins have left in a pod's `aux`: what belongs to the pod ends with it, what belongs to a network does
// not.
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "base/files.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/cgroup_dir.h"

namespace podrun {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool has_process(const std::vector<pid_t>& list, pid_t one) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

// The cgroup goes with its last daemon, perhaps while we put in the next.
Result<void> move_into(const std::string& dir, pid_t pid) {
  constexpr int kTries = 10;
  for (int tries = 1;; ++tries) {
    TRY(make_cgroup(dir));
    auto moved = base::write_in_place(dir + "/cgroup.procs", std::to_string(pid));
    if (moved || moved.error().error_number == ESRCH) return {};
    const int why = moved.error().error_number;
    if ((why != ENOENT && why != ENODEV) || tries == kTries) return moved;
  }
}

}  // namespace

std::string Cgroup::daemons_dir() const {
  const std::string pod = tracking_dir();
  return pod.substr(0, pod.rfind('/')) + "/podrun-networks";
}

// A plugin is the leader of its process group. What it has started is not: that may go on until it is killed, as it
// would if its plugin had not been orphaned.
void Cgroup::let_plugins_end(const PluginTraces& traces, milliseconds limit) const {
  const auto deadline = steady_clock::now() + limit;
  for (milliseconds pause(1);; pause = std::min(pause * 2, milliseconds(50))) {
    const auto pids = processes_of(tracking_dir() + "/aux");
    const bool under_way = std::any_of(pids.begin(), pids.end(), [&](pid_t pid) {
      return !has_process(traces.of_the_pod, pid) && ::getpgid(pid) == pid &&
             has_process(traces.sessions, ::getsid(pid));
    });
    if (!under_way || steady_clock::now() > deadline) return;
    std::this_thread::sleep_for(pause);
  }
}

Result<void> Cgroup::release_daemons(const PluginTraces& traces) const {
  constexpr int kRounds = 100;  // for one that makes processes faster than it can be moved
  for (int round = 0; round < kRounds; ++round) {
    auto daemons = processes_of(tracking_dir() + "/aux");
    std::erase_if(daemons, [&](pid_t pid) {
      const pid_t session = ::getsid(pid);
      return session < 0 || has_process(traces.of_the_pod, pid) || has_process(traces.sessions, session);
    });
    if (daemons.empty()) return {};
    for (const pid_t pid : daemons) TRY(move_into(daemons_dir(), pid).in("move daemon " + std::to_string(pid)));
  }
  return Error{Kind::busy, EBUSY, "move a network's daemon: it makes new processes all the time"};
}

}  // namespace podrun
