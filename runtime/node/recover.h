// Nodes that crashes, kills and reboots leave, put right.
#pragma once

#include <vector>

#include "runtime/sandbox/recover.h"

namespace podrun {

// Takes away what is no whole node and whom nobody is at work on. A signal leaves what has not been begun.
std::vector<Recovered> recover_nodes(const Host& host);

}  // namespace podrun
