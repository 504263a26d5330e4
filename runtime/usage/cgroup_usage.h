// What a cgroup uses of the machine, as its files say: cgroup-v2.rst, cgroup-v1/cpuacct.rst and memory.rst.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace podrun {

// Counted since the cgroup was made.
struct CpuUsage {
  std::uint64_t usage = 0;  // nanoseconds of processor time, and of these:
  std::uint64_t user = 0;   // on v1 in hundredths of a second
  std::uint64_t system = 0;
  std::uint64_t periods = 0;            // of 100 ms, with something to run, under a limit
  std::uint64_t throttled_periods = 0;  // in which the limit was reached
  std::uint64_t throttled = 0;          // nanoseconds that it was kept from running
};

// In bytes.
struct MemoryUsage {
  std::uint64_t usage = 0;              // with the page cache
  std::uint64_t working_set = 0;        // without that part of it that is the first to be given back: what kubelet and
                                        // cAdvisor call so
  std::uint64_t rss = 0;                // anonymous memory
  std::optional<std::uint64_t> limit;   // its own; on v1 the least of its own and those above it
  std::uint64_t page_faults = 0;        // counted, like the next two
  std::uint64_t major_page_faults = 0;  // those that read from a disk
  std::uint64_t oom_kills = 0;          // processes that the OOM killer has ended; on v1 not in cgroups below
};

struct PidsUsage {
  std::uint64_t current = 0;  // processes and threads
  std::optional<std::uint64_t> limit;
};

struct CgroupUsage {
  std::optional<CpuUsage> cpu;  // empty: this machine does not count it, or the cgroup is gone
  std::optional<MemoryUsage> memory;
  std::optional<PidsUsage> pids;

  bool empty() const { return !cpu && !memory && !pids; }
};

// Where a cgroup has its files; on v2 all of these are one directory. Empty: nowhere.
struct CgroupPlaces {
  bool is_v2 = true;
  std::string cpu;      // limits of processor time
  std::string cpuacct;  // v1: processor time that was used
  std::string memory;
  std::string pids;
};

// Three system calls for each file: seven files on v2, eight on v1.
CgroupUsage read_usage(const CgroupPlaces& places);

}  // namespace podrun
