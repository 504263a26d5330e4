#include "runtime/cri/metrics.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <optional>

#include "runtime/cri/counted.h"
#include "runtime/usage/network_usage.h"

namespace podrun::cri {
namespace {

// Of one container, all that its metrics are made of.
struct Facts {
  const SeenContainer& container;
  Figures figures;
  DiskSample disk;
  struct statvfs filesystem {};

  const api::LinuxContainerResources& asked() const { return container.config().linux().resources(); }
};

using Value = std::optional<std::uint64_t>;

struct Row {
  const char* name;
  const char* help;
  api::MetricType type;
  Value (*value)(const Facts& facts);
};

constexpr std::uint64_t kNanoseconds = 1'000'000'000;
constexpr std::uint64_t kMicroseconds = 1'000'000;

template <auto Member>
Value cpu(const Facts& facts) {
  return facts.figures.usage.cpu ? Value(*facts.figures.usage.cpu.*Member) : std::nullopt;
}
template <auto Member>
Value cpu_seconds(const Facts& facts) {
  const Value spent = cpu<Member>(facts);
  return spent ? Value(*spent / kNanoseconds) : std::nullopt;
}
template <auto Member>
Value memory(const Facts& facts) {
  return facts.figures.usage.memory ? Value(*facts.figures.usage.memory.*Member) : std::nullopt;
}
template <auto Member>
Value seconds(const Facts& facts) {
  const Value& counted = facts.figures.*Member;
  return counted ? Value(*counted / kMicroseconds) : std::nullopt;
}
template <auto Member>
Value figure(const Facts& facts) {
  return facts.figures.*Member;
}
template <auto Member>
Value counted(const Facts& facts) {
  return facts.figures.counted.*Member;
}
Value stat_of(const Facts& facts, const char* v1, const char* v2) {
  for (const char* key : {v1, v2})
    if (const auto found = facts.figures.memory_stat.find(key); found != facts.figures.memory_stat.end())
      return found->second;
  return std::nullopt;
}
Value io_of(const Facts& facts, const char* key) {
  const auto found = facts.figures.io.find(key);
  return found == facts.figures.io.end() ? std::nullopt : Value(found->second);
}
Value positive(std::int64_t number) { return static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0)); }

constexpr api::MetricType kCounter = api::COUNTER, kGauge = api::GAUGE;

constexpr Row kRows[] = {
    {"container_blkio_device_usage_total", "Bytes read from and written to block devices", kCounter,
     [](const Facts& f) -> Value {
       const Value read = io_of(f, "rbytes"), written = io_of(f, "wbytes");
       return read || written ? Value(read.value_or(0) + written.value_or(0)) : std::nullopt;
     }},
    {"container_cpu_cfs_periods_total", "Periods in which there was something to run", kCounter,
     cpu<&CpuUsage::periods>},
    {"container_cpu_cfs_throttled_periods_total", "Periods in which the limit was reached", kCounter,
     cpu<&CpuUsage::throttled_periods>},
    {"container_cpu_cfs_throttled_seconds_total", "Time kept from running by the limit", kCounter,
     cpu_seconds<&CpuUsage::throttled>},
    {"container_cpu_system_seconds_total", "Processor time in the kernel", kCounter, cpu_seconds<&CpuUsage::system>},
    {"container_cpu_usage_seconds_total", "Processor time", kCounter, cpu_seconds<&CpuUsage::usage>},
    {"container_cpu_user_seconds_total", "Processor time in programs", kCounter, cpu_seconds<&CpuUsage::user>},
    {"container_file_descriptors", "Open descriptors", kGauge, counted<&Counted::descriptors>},
    {"container_fs_inodes_free", "Files that could still be made", kGauge,
     [](const Facts& f) -> Value { return f.filesystem.f_favail; }},
    {"container_fs_inodes_total", "Files that the filesystem can hold", kGauge,
     [](const Facts& f) -> Value { return f.filesystem.f_files; }},
    {"container_fs_limit_bytes", "Size of the filesystem of its layer", kGauge,
     [](const Facts& f) -> Value { return f.filesystem.f_blocks * f.filesystem.f_frsize; }},
    {"container_fs_reads_bytes_total", "Bytes read from block devices", kCounter,
     [](const Facts& f) { return io_of(f, "rbytes"); }},
    {"container_fs_reads_total", "Reads from block devices", kCounter, [](const Facts& f) { return io_of(f, "rios"); }},
    {"container_fs_usage_bytes", "What its layer takes of the disk", kGauge,
     [](const Facts& f) -> Value { return f.disk.bytes; }},
    {"container_fs_writes_bytes_total", "Bytes written to block devices", kCounter,
     [](const Facts& f) { return io_of(f, "wbytes"); }},
    {"container_fs_writes_total", "Writes to block devices", kCounter, [](const Facts& f) { return io_of(f, "wios"); }},
    {"container_last_seen", "When it was last looked at", kGauge,
     [](const Facts& f) -> Value { return static_cast<std::uint64_t>(f.disk.at) / kNanoseconds; }},
    {"container_memory_cache", "Page cache", kGauge, [](const Facts& f) { return stat_of(f, "cache", "file"); }},
    {"container_memory_failcnt", "How often the limit was reached", kCounter, figure<&Figures::memory_failures>},
    {"container_memory_failures_total", "Page faults", kCounter, memory<&MemoryUsage::page_faults>},
    {"container_memory_kernel_usage", "Memory of the kernel's", kGauge, figure<&Figures::kernel_memory>},
    {"container_memory_mapped_file", "Mapped files", kGauge,
     [](const Facts& f) { return stat_of(f, "mapped_file", "file_mapped"); }},
    {"container_memory_max_usage_bytes", "The most memory it has had", kGauge, figure<&Figures::memory_peak>},
    {"container_memory_rss", "Anonymous memory", kGauge, memory<&MemoryUsage::rss>},
    {"container_memory_swap", "Swap", kGauge, figure<&Figures::swap>},
    {"container_memory_usage_bytes", "Memory with the page cache", kGauge, memory<&MemoryUsage::usage>},
    {"container_memory_working_set_bytes", "Memory that is not given back at once", kGauge,
     memory<&MemoryUsage::working_set>},
    {"container_oom_events_total", "Processes that the OOM killer has ended", kCounter,
     memory<&MemoryUsage::oom_kills>},
    {"container_pressure_cpu_stalled_seconds_total", "Time in which all waited for a processor", kCounter,
     seconds<&Figures::cpu_stalled>},
    {"container_pressure_cpu_waiting_seconds_total", "Time in which some waited for a processor", kCounter,
     seconds<&Figures::cpu_waiting>},
    {"container_pressure_io_stalled_seconds_total", "Time in which all waited for a disk", kCounter,
     seconds<&Figures::io_stalled>},
    {"container_pressure_io_waiting_seconds_total", "Time in which some waited for a disk", kCounter,
     seconds<&Figures::io_waiting>},
    {"container_pressure_memory_stalled_seconds_total", "Time in which all waited for memory", kCounter,
     seconds<&Figures::memory_stalled>},
    {"container_pressure_memory_waiting_seconds_total", "Time in which some waited for memory", kCounter,
     seconds<&Figures::memory_waiting>},
    {"container_processes", "Processes", kGauge, counted<&Counted::processes>},
    {"container_sockets", "Open sockets", kGauge, counted<&Counted::sockets>},
    {"container_spec_cpu_period", "Period of its processor limit", kGauge,
     [](const Facts& f) { return positive(f.asked().cpu_period()); }},
    {"container_spec_cpu_quota", "Processor time in each period", kGauge,
     [](const Facts& f) { return positive(f.asked().cpu_quota()); }},
    {"container_spec_cpu_shares", "Its share of the processors", kGauge,
     [](const Facts& f) { return positive(f.asked().cpu_shares()); }},
    {"container_spec_memory_limit_bytes", "Its memory limit", kGauge,
     [](const Facts& f) { return positive(f.asked().memory_limit_in_bytes()); }},
    {"container_spec_memory_swap_limit_bytes", "Its limit of memory and swap", kGauge,
     [](const Facts& f) { return positive(f.asked().memory_swap_limit_in_bytes()); }},
    {"container_start_time_seconds", "When it began", kGauge,
     [](const Facts& f) -> Value {
       return static_cast<std::uint64_t>(f.container.record().life.started_at) / kNanoseconds;
     }},
    {"container_threads", "Threads", kGauge, counted<&Counted::threads>},
    {"container_threads_max", "Threads that it may have; 0: as many as there are", kGauge,
     [](const Facts& f) -> Value {
       return f.figures.usage.pids ? Value(f.figures.usage.pids->limit.value_or(0)) : std::nullopt;
     }},
};

struct NetworkRow {
  const char* name;
  const char* help;
  Traffic InterfaceUsage::*way;
  std::uint64_t Traffic::*figure;
};

constexpr NetworkRow kNetworkRows[] = {
    {"container_network_receive_bytes_total", "Bytes received", &InterfaceUsage::received, &Traffic::bytes},
    {"container_network_receive_errors_total", "Errors while receiving", &InterfaceUsage::received, &Traffic::errors},
    {"container_network_receive_packets_dropped_total", "Received and dropped", &InterfaceUsage::received,
     &Traffic::drops},
    {"container_network_receive_packets_total", "Packets received", &InterfaceUsage::received, &Traffic::packets},
    {"container_network_transmit_bytes_total", "Bytes sent", &InterfaceUsage::sent, &Traffic::bytes},
    {"container_network_transmit_errors_total", "Errors while sending", &InterfaceUsage::sent, &Traffic::errors},
    {"container_network_transmit_packets_dropped_total", "To be sent and dropped", &InterfaceUsage::sent,
     &Traffic::drops},
    {"container_network_transmit_packets_total", "Packets sent", &InterfaceUsage::sent, &Traffic::packets},
};

api::MetricDescriptor descriptor(const char* name, const char* help, std::initializer_list<const char*> keys) {
  api::MetricDescriptor made;
  made.set_name(name);
  made.set_help(help);
  for (const char* key : keys) made.add_label_keys(key);
  return made;
}

api::Metric metric(const char* name, api::MetricType type, std::uint64_t value,
                   std::initializer_list<std::string> labels) {
  api::Metric made;
  made.set_name(name);
  made.set_metric_type(type);
  made.mutable_value()->set_value(value);
  for (const std::string& label : labels) made.add_label_values(label);
  return made;
}

}  // namespace

std::vector<api::MetricDescriptor> metric_descriptors() {
  std::vector<api::MetricDescriptor> all;
  for (const Row& row : kRows) all.push_back(descriptor(row.name, row.help, {"id", "name"}));
  for (const NetworkRow& row : kNetworkRows) all.push_back(descriptor(row.name, row.help, {"id", "name", "interface"}));
  return all;
}

api::PodSandboxMetrics metrics_of(const Sandbox& sandbox, const std::vector<SeenContainer>& containers,
                                  Samples& samples) {
  api::PodSandboxMetrics metrics;
  metrics.set_pod_sandbox_id(sandbox.id());
  const std::string& pod_name = sandbox.config().metadata().name();
  if (!sandbox.record().plan.namespaces.host_network)
    for (const InterfaceUsage& one : read_network(sandbox.record().life.pause))
      for (const NetworkRow& row : kNetworkRows)
        *metrics.add_metrics() =
            metric(row.name, kCounter, one.*row.way.*row.figure, {sandbox.id(), pod_name, one.name});
  for (const SeenContainer& container : containers) {
    if (container.state != api::CONTAINER_RUNNING) continue;
    Facts facts{container, count(container), samples.disk(container)};
    ::statvfs(container.record().plan.writable.c_str(), &facts.filesystem);
    auto* own = metrics.add_container_metrics();
    own->set_container_id(container.id());
    for (const Row& row : kRows)
      if (const Value value = row.value(facts))
        *own->add_metrics() =
            metric(row.name, row.type, *value, {container.id(), container.config().metadata().name()});
  }
  return metrics;
}

}  // namespace podrun::cri
