// What has gone through the interfaces of a process's network namespace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/process.h"

namespace podrun {

struct Traffic {
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
  std::uint64_t errors = 0;
  std::uint64_t drops = 0;
};

// Counted since the interface was made, and as the namespace sees it: what is received has come into it.
struct InterfaceUsage {
  std::string name;
  Traffic received;
  Traffic sent;
};

// All but `lo`, in the kernel's order. By /proc/PID/net/dev, which shows the namespace of that process to whoever is
// outside: nobody enters it. Empty where the process is gone.
std::vector<InterfaceUsage> read_network(const ProcessId& process);

// The same of such a file's text.
std::vector<InterfaceUsage> network_from(std::string_view text);

}  // namespace podrun
