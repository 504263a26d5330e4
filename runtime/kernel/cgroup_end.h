// The end of what is in a cgroup: the part that needs no more than the directory.
#pragma once

#include <string>

namespace podrun {

// Sends SIGKILL to everything in the cgroup (a v2 directory, or one of v1's pids controller) and below, without waiting
// for anybody. True when nobody is left to be told: on v1, whose processes are killed one by one, to be called again
// until then.
bool kill_once(const std::string& cgroup);

}  // namespace podrun
