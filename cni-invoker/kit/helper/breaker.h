// kit-break: runs a plugin, and does it harm at one of its steps that others see (src/trace/steps.h), or at one of what
// it has started: iptables, an IPAM plugin.
#pragma once

#include <string>
#include <vector>

#include "cni/base/result.h"

namespace cni::kit {

// `words`: HARM STEP LOG PROGRAM. HARM is "kill", with all that it has started; "netns", to take away the network
// namespace at CNI_NETNS; or "none". Steps are counted from 1. LOG gets how many were seen, and, in a second line, at
// which one harm was done. The exit status of the program; where a signal has ended it, we end likewise.
Result<int> break_program(const std::vector<std::string>& words);

}  // namespace cni::kit
