// What the kernel counts of a container beside what runtime/usage reads: whatever has a metric of its own.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "runtime/cri/view.h"
#include "runtime/usage/cgroup_usage.h"

namespace podrun::cri {

// Processes of a container, as /proc shows them now.
struct Counted {
  std::uint64_t processes = 0, threads = 0, descriptors = 0, sockets = 0;
};

struct Figures {
  CgroupUsage usage;
  Counted counted;
  std::map<std::string, std::uint64_t> memory_stat;  // of memory.stat, as this hierarchy names it
  std::optional<std::uint64_t> memory_failures, memory_peak, kernel_memory, swap;
  std::map<std::string, std::uint64_t> io;  // "rbytes", "wbytes", "rios", "wios" of all devices; cgroup v2 alone
  std::optional<std::uint64_t> cpu_stalled, cpu_waiting;  // microseconds: the lines full and some of cpu.pressure
  std::optional<std::uint64_t> memory_stalled, memory_waiting, io_stalled, io_waiting;
};

Figures count(const SeenContainer& container);

}  // namespace podrun::cri
