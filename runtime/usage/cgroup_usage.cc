#include "runtime/usage/cgroup_usage.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "runtime/usage/counters.h"

namespace podrun {
namespace {

constexpr std::uint64_t kMicrosecond = 1000;                   // in nanoseconds
constexpr std::uint64_t kUnlimited = std::uint64_t{1} << 62U;  // v1 shows no limit as 2^63, less a part of a page

// Of a file that may not be there.
std::optional<std::uint64_t> number_in(const CounterFile& file) {
  const std::string_view text = file.text();
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} ? std::optional(number) : std::nullopt;
}

CpuUsage cpu_v2(const CounterFile& stat) {
  return {.usage = stat.value("usage_usec") * kMicrosecond,
          .user = stat.value("user_usec") * kMicrosecond,
          .system = stat.value("system_usec") * kMicrosecond,
          .periods = stat.value("nr_periods"),
          .throttled_periods = stat.value("nr_throttled"),
          .throttled = stat.value("throttled_usec") * kMicrosecond};
}

std::optional<CpuUsage> cpu_v1(const CgroupPlaces& places) {
  static const auto tick = std::uint64_t{1'000'000'000} / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  const auto usage = places.cpuacct.empty() ? std::nullopt : number_in(CounterFile(places.cpuacct + "/cpuacct.usage"));
  if (!usage) return std::nullopt;
  const CounterFile ticks(places.cpuacct + "/cpuacct.stat");
  CpuUsage cpu{.usage = *usage, .user = ticks.value("user") * tick, .system = ticks.value("system") * tick};
  if (places.cpu.empty()) return cpu;
  const CounterFile stat(places.cpu + "/cpu.stat");
  cpu.periods = stat.value("nr_periods");
  cpu.throttled_periods = stat.value("nr_throttled");
  cpu.throttled = stat.value("throttled_time");
  return cpu;
}

std::uint64_t without(std::uint64_t all, std::uint64_t part) { return all - std::min(all, part); }

std::optional<MemoryUsage> memory_v2(const std::string& dir) {
  const auto usage = number_in(CounterFile(dir + "/memory.current"));
  if (!usage) return std::nullopt;
  const CounterFile stat(dir + "/memory.stat");
  return MemoryUsage{.usage = *usage,
                     .working_set = without(*usage, stat.value("inactive_file")),
                     .rss = stat.value("anon"),
                     .limit = number_in(CounterFile(dir + "/memory.max")),
                     .page_faults = stat.value("pgfault"),
                     .major_page_faults = stat.value("pgmajfault"),
                     .oom_kills = CounterFile(dir + "/memory.events").value("oom_kill")};
}

std::optional<MemoryUsage> memory_v1(const std::string& dir) {
  const auto usage = number_in(CounterFile(dir + "/memory.usage_in_bytes"));
  if (!usage) return std::nullopt;
  const CounterFile stat(dir + "/memory.stat");
  const std::uint64_t limit = stat.value("hierarchical_memory_limit");
  return MemoryUsage{.usage = *usage,
                     .working_set = without(*usage, stat.value("total_inactive_file")),
                     .rss = stat.value("total_rss"),
                     .limit = limit != 0 && limit < kUnlimited ? std::optional(limit) : std::nullopt,
                     .page_faults = stat.value("total_pgfault"),
                     .major_page_faults = stat.value("total_pgmajfault"),
                     .oom_kills = CounterFile(dir + "/memory.oom_control").value("oom_kill")};
}

std::optional<PidsUsage> pids(const std::string& dir) {
  const auto current = number_in(CounterFile(dir + "/pids.current"));
  if (!current) return std::nullopt;
  return PidsUsage{.current = *current, .limit = number_in(CounterFile(dir + "/pids.max"))};  // "max": none
}

}  // namespace

CgroupUsage read_usage(const CgroupPlaces& places) {
  CgroupUsage usage;
  if (!places.is_v2) {
    usage.cpu = cpu_v1(places);
  } else if (const CounterFile stat(places.cpu + "/cpu.stat"); !stat.text().empty()) {
    usage.cpu = cpu_v2(stat);
  }
  if (!places.memory.empty()) usage.memory = places.is_v2 ? memory_v2(places.memory) : memory_v1(places.memory);
  if (!places.pids.empty()) usage.pids = pids(places.pids);
  return usage;
}

}  // namespace podrun
