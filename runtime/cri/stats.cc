#include "runtime/cri/stats.h"

#include <cstdio>

#include "base/files.h"
#include "runtime/kernel/clock.h"
#include "runtime/usage/pod_usage.h"

namespace podrun::cri {
namespace {

void give(api::UInt64Value* value, std::uint64_t number) { value->set_value(number); }

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", and full: cgroup v2 alone (accounting/psi.rst).
bool read_pressure(const std::string& file, api::PsiStats& pressure) {
  const auto text = base::read_file(file, 4096);
  if (!text || text->empty()) return false;
  const auto read = [&](const char* line, api::PsiData& data) {
    const auto at = text->find(line);
    if (at == std::string::npos) return;
    double ten = 0, sixty = 0, three_hundred = 0;
    unsigned long long total = 0;
    constexpr const char* kForm = " avg10=%lf avg60=%lf avg300=%lf total=%llu";
    if (std::sscanf(text->c_str() + at + 4, kForm, &ten, &sixty, &three_hundred, &total) != 4) return;
    data.set_avg10(ten);
    data.set_avg60(sixty);
    data.set_avg300(three_hundred);
    data.set_total(total * 1000);  // microseconds there, nanoseconds here
  };
  read("some", *pressure.mutable_some());
  read("full", *pressure.mutable_full());
  return true;
}

template <class Message>
void add_pressure(const std::string& directory, const char* name, Message* message) {
  api::PsiStats pressure;
  if (!directory.empty() && read_pressure(directory + "/" + name, pressure)) *message->mutable_psi() = pressure;
}

struct Seen {
  std::string who;
  std::int64_t at = 0;  // CLOCK_BOOTTIME
  CgroupUsage usage;
  std::string unified;  // its directory there, for what v2 alone counts; may be empty
};

void add_cpu(const Seen& figures, Samples& samples, api::CpuUsage* cpu) {
  if (!figures.usage.cpu) return;
  cpu->set_timestamp(wall_time());
  give(cpu->mutable_usage_core_nano_seconds(), figures.usage.cpu->usage);
  if (const auto rate = samples.rate(figures.who, figures.at, figures.usage.cpu->usage))
    give(cpu->mutable_usage_nano_cores(), *rate);
  add_pressure(figures.unified, "cpu.pressure", cpu);
}

void add_memory(const Seen& figures, api::MemoryUsage* memory) {
  if (!figures.usage.memory) return;
  const MemoryUsage& used = *figures.usage.memory;
  memory->set_timestamp(wall_time());
  give(memory->mutable_usage_bytes(), used.usage);
  give(memory->mutable_working_set_bytes(), used.working_set);
  give(memory->mutable_rss_bytes(), used.rss);
  give(memory->mutable_page_faults(), used.page_faults);
  give(memory->mutable_major_page_faults(), used.major_page_faults);
  if (used.limit)
    give(memory->mutable_available_bytes(), *used.limit > used.working_set ? *used.limit - used.working_set : 0);
  add_pressure(figures.unified, "memory.pressure", memory);
}

// Under a limit there is no swap here, and without one nobody counts it.
void add_swap(const std::string& directory, api::SwapUsage* swap) {
  swap->set_timestamp(wall_time());
  std::uint64_t used = 0;
  if (const auto text = base::read_file(directory + "/memory.swap.current", 64))
    used = std::strtoull(text->c_str(), nullptr, 10);
  give(swap->mutable_swap_usage_bytes(), used);
  give(swap->mutable_swap_available_bytes(), 0);
}

std::string unified_of(const Cgroup& cgroup, const std::string& container) {
  if (cgroup.host().unified.empty()) return {};
  return cgroup.host().unified + cgroup.path() + (container.empty() ? "" : "/ctr/" + container);
}

void add_interface(const InterfaceUsage& from, api::NetworkInterfaceUsage* to) {
  to->set_name(from.name);
  give(to->mutable_rx_bytes(), from.received.bytes);
  give(to->mutable_rx_errors(), from.received.errors);
  give(to->mutable_tx_bytes(), from.sent.bytes);
  give(to->mutable_tx_errors(), from.sent.errors);
}

// A kubelet has to have the first one, and counts it once.
void add_network(const PodUsage& usage, api::LinuxPodSandboxStats* linux_stats) {
  if (usage.network.empty()) return;
  auto* network = linux_stats->mutable_network();
  network->set_timestamp(wall_time());
  add_interface(usage.network.front(), network->mutable_default_interface());
  for (std::size_t i = 1; i < usage.network.size(); ++i) add_interface(usage.network[i], network->add_interfaces());
}

}  // namespace

api::ContainerStats stats_of(const SeenContainer& container, Samples& samples) {
  api::ContainerStats stats;
  auto* attributes = stats.mutable_attributes();
  attributes->set_id(container.id());
  *attributes->mutable_metadata() = container.config().metadata();
  *attributes->mutable_labels() = container.config().labels();
  *attributes->mutable_annotations() = container.config().annotations();
  const auto host = CgroupHost::discover();
  if (!host) return stats;
  const PodUsage usage = read_usage(*host, container.pod(), {&container.record()});
  if (!usage.containers.empty()) {
    const Cgroup cgroup(*host, container.pod().plan.cgroup_path);
    const ContainerUsage& own = usage.containers.front();
    const Seen figures{container.id(), own.at, own.cgroup, unified_of(cgroup, container.record().plan.cgroup)};
    add_cpu(figures, samples, stats.mutable_cpu());
    add_memory(figures, stats.mutable_memory());
    add_swap(figures.unified, stats.mutable_swap());
    stats.mutable_io()->set_timestamp(wall_time());
    add_pressure(figures.unified, "io.pressure", stats.mutable_io());
  }
  const DiskSample disk = samples.disk(container);
  auto* layer = stats.mutable_writable_layer();
  layer->set_timestamp(disk.at);
  layer->mutable_fs_id()->set_mountpoint(container.record().plan.writable);
  give(layer->mutable_used_bytes(), disk.bytes);
  give(layer->mutable_inodes_used(), disk.inodes);
  return stats;
}

api::PodSandboxStats stats_of(const Sandbox& sandbox, const std::vector<SeenContainer>& containers, Samples& samples) {
  api::PodSandboxStats stats;
  auto* attributes = stats.mutable_attributes();
  attributes->set_id(sandbox.id());
  *attributes->mutable_metadata() = sandbox.config().metadata();
  *attributes->mutable_labels() = sandbox.config().labels();
  *attributes->mutable_annotations() = sandbox.config().annotations();
  auto* linux_stats = stats.mutable_linux();
  std::vector<const ContainerRecord*> records;
  for (const SeenContainer& one : containers)
    if (one.state == api::CONTAINER_RUNNING) {
      records.push_back(&one.record());
      *linux_stats->add_containers() = stats_of(one, samples);
    }
  const auto host = CgroupHost::discover();
  if (!host || !sandbox.is_ready) return stats;
  const PodUsage usage = read_usage(*host, sandbox.record(), records);
  const Cgroup cgroup(*host, sandbox.record().plan.cgroup_path);
  const Seen figures{sandbox.id(), usage.at, usage.cgroup, unified_of(cgroup, "")};
  add_cpu(figures, samples, linux_stats->mutable_cpu());
  add_memory(figures, linux_stats->mutable_memory());
  add_network(usage, linux_stats);
  linux_stats->mutable_io()->set_timestamp(wall_time());
  add_pressure(figures.unified, "io.pressure", linux_stats->mutable_io());
  linux_stats->mutable_process()->set_timestamp(wall_time());
  give(linux_stats->mutable_process()->mutable_process_count(), usage.cgroup.pids ? usage.cgroup.pids->current : 0);
  return stats;
}

bool matches(const api::ContainerStatsFilter& filter, const SeenContainer& container) {
  return container.id().starts_with(filter.id()) && container.pod().plan.who.id.starts_with(filter.pod_sandbox_id()) &&
         has_labels(filter.label_selector(), container.config().labels());
}

bool matches(const api::PodSandboxStatsFilter& filter, const Sandbox& sandbox) {
  return sandbox.id().starts_with(filter.id()) && has_labels(filter.label_selector(), sandbox.config().labels());
}

}  // namespace podrun::cri
