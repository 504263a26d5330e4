#include "runtime/cri/samples.h"

#include <filesystem>
#include <set>

#include "runtime/kernel/clock.h"
#include "runtime/usage/disk_usage.h"
#include "runtime/usage/pod_usage.h"

namespace podrun::cri {
namespace {

constexpr std::chrono::seconds kPeriod{10};          // as cAdvisor has it
constexpr std::int64_t kShortest = 1'000'000'000;    // nanoseconds that a rate is of, at least
constexpr std::int64_t kForgotten = 60 * kShortest;  // of what nobody has looked at for so long

// Whose files they are may be changing them.
std::uint64_t count_files(const std::string& directory) {
  std::uint64_t files = 0;
  std::error_code gone;
  using Walk = std::filesystem::recursive_directory_iterator;
  for (Walk at(directory, std::filesystem::directory_options::skip_permission_denied, gone), end; !gone && at != end;
       at.increment(gone))
    ++files;
  return files + 1;
}

DiskSample look_at(const ContainerPlan& plan) {
  return {.at = wall_time(), .bytes = disk_usage(plan.writable).value_or(0), .inodes = count_files(plan.writable)};
}

}  // namespace

Samples::Samples(const Backend& backend) : backend_(backend), thread_([this] { run(); }) {}

Samples::~Samples() {
  {
    const std::lock_guard guard(mutex_);
    is_over_ = true;
    end_.notify_all();
  }
  thread_.join();
}

void Samples::run() {
  std::unique_lock lock(mutex_);
  while (!end_.wait_for(lock, kPeriod, [this] { return is_over_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

void Samples::look() {
  const auto host = CgroupHost::discover();
  if (!host) return;
  std::set<std::string> there;
  for (const SeenContainer& container : backend_.view.containers()) {
    if (container.state != api::CONTAINER_RUNNING) continue;
    there.insert(container.id());
    const PodUsage usage = read_usage(*host, container.pod(), {&container.record()});
    for (const ContainerUsage& one : usage.containers)
      if (one.cgroup.cpu) (void)rate(container.id(), one.at, one.cgroup.cpu->usage);
    const DiskSample sample = look_at(container.record().plan);
    const std::lock_guard guard(mutex_);
    disk_[container.id()] = sample;
  }
  const std::lock_guard guard(mutex_);
  const std::int64_t now = boot_time();
  std::erase_if(cpu_, [&](const auto& one) { return now - one.second.at > kForgotten; });
  std::erase_if(disk_, [&](const auto& one) { return !there.contains(one.first); });
}

std::optional<std::uint64_t> Samples::rate(const std::string& who, std::int64_t at, std::uint64_t usage) {
  const std::lock_guard guard(mutex_);
  Cpu& last = cpu_[who];
  const std::int64_t span = at - last.at;
  if (last.at != 0 && span >= kShortest && usage >= last.usage)
    last.rate = static_cast<std::uint64_t>(static_cast<double>(usage - last.usage) * 1e9 / static_cast<double>(span));
  if (last.at == 0 || span >= kShortest) {
    last.at = at;
    last.usage = usage;
  }
  return last.rate;
}

DiskSample Samples::disk(const SeenContainer& container) {
  {
    const std::lock_guard guard(mutex_);
    if (const auto known = disk_.find(container.id()); known != disk_.end()) return known->second;
  }
  const DiskSample sample = look_at(container.record().plan);
  const std::lock_guard guard(mutex_);
  return disk_[container.id()] = sample;
}

}  // namespace podrun::cri
