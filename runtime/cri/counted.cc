#include "runtime/cri/counted.h"

#include <unistd.h>

#include <charconv>
#include <sstream>

#include "base/files.h"
#include "runtime/usage/pod_usage.h"

namespace podrun::cri {
namespace {

std::optional<std::uint64_t> number_in(const std::string& file) {
  const auto text = base::read_file(file, 128);
  if (!text) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

std::map<std::string, std::uint64_t> lines_of(const std::string& file) {
  std::map<std::string, std::uint64_t> values;
  std::istringstream lines(base::read_file(file, 64U << 10U).value_or(""));
  std::string key;
  for (std::uint64_t value = 0; lines >> key >> value;) values[key] = value;
  return values;
}

// "8:0 rbytes=1 wbytes=2 rios=3 …" a line a device.
std::map<std::string, std::uint64_t> io_of(const std::string& file) {
  std::map<std::string, std::uint64_t> sums;
  std::istringstream words(base::read_file(file, 64U << 10U).value_or(""));
  for (std::string word; words >> word;)
    if (const auto equals = word.find('='); equals != std::string::npos)
      sums[word.substr(0, equals)] += std::strtoull(word.c_str() + equals + 1, nullptr, 10);
  return sums;
}

std::optional<std::uint64_t> pressure(const std::string& file, const std::string& line) {
  const auto text = base::read_file(file, 4096);
  const auto at = text ? text->find(line) : std::string::npos;
  const auto total = at == std::string::npos ? at : text->find("total=", at);
  if (total == std::string::npos) return std::nullopt;
  return std::strtoull(text->c_str() + total + 6, nullptr, 10);
}

void add_process(const std::string& pid, Counted& counted) {
  const std::string proc = "/proc/" + pid;
  ++counted.processes;
  counted.threads += base::list_dir(proc + "/task").value_or({}).size();
  for (const std::string& fd : base::list_dir(proc + "/fd").value_or({})) {
    ++counted.descriptors;
    char target[16];
    const ssize_t size = ::readlink((proc + "/fd/" + fd).c_str(), target, sizeof(target));
    if (size > 7 && std::string_view(target, 7) == "socket:") ++counted.sockets;
  }
}

}  // namespace

Figures count(const SeenContainer& container) {
  Figures figures;
  const auto host = CgroupHost::discover();
  if (!host) return figures;
  const Cgroup cgroup(*host, container.pod().plan.cgroup_path);
  const std::string& name = container.record().plan.cgroup;
  for (const ContainerUsage& one : read_usage(*host, container.pod(), {&container.record()}).containers)
    figures.usage = one.cgroup;
  const std::string memory = cgroup.directory("memory", name);
  const bool is_v2 = host->mode == CgroupHost::Mode::v2;
  figures.memory_stat = lines_of(memory + "/memory.stat");
  figures.memory_peak = number_in(memory + (is_v2 ? "/memory.peak" : "/memory.max_usage_in_bytes"));
  figures.kernel_memory =
      is_v2 ? std::optional(figures.memory_stat["kernel"]) : number_in(memory + "/memory.kmem.usage_in_bytes");
  figures.memory_failures =
      is_v2 ? std::optional(lines_of(memory + "/memory.events")["max"]) : number_in(memory + "/memory.failcnt");
  figures.swap = is_v2 ? number_in(memory + "/memory.swap.current") : std::optional(figures.memory_stat["swap"]);
  const std::string pids = cgroup.directory("pids", name);
  std::istringstream members(base::read_file((pids.empty() ? memory : pids) + "/cgroup.procs").value_or(""));
  for (std::string pid; members >> pid;) add_process(pid, figures.counted);
  if (host->unified.empty()) return figures;
  const std::string unified = host->unified + cgroup.path() + "/ctr/" + name;
  figures.io = io_of(unified + "/io.stat");
  figures.cpu_stalled = pressure(unified + "/cpu.pressure", "full");
  figures.cpu_waiting = pressure(unified + "/cpu.pressure", "some");
  figures.memory_stalled = pressure(unified + "/memory.pressure", "full");
  figures.memory_waiting = pressure(unified + "/memory.pressure", "some");
  figures.io_stalled = pressure(unified + "/io.pressure", "full");
  figures.io_waiting = pressure(unified + "/io.pressure", "some");
  return figures;
}

}  // namespace podrun::cri
