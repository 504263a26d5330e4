// What lives is the kernel's to say, how it ended the shim's (exit file).
#include <time.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/files.h"
#include "runtime/kernel/cgroup.h"
#include "runtime/kernel/clock.h"
#include "runtime/store/format_1.h"
#include "runtime/store/store.h"

namespace podrun {
namespace {

// "CODE SIGNAL NANOSECONDS\n"; anything else counts as not told.
std::optional<ExitStatus> read_exit(const Layout& layout, const PodRecord& pod, const ContainerPlan& container) {
  const std::string& id = pod.plan.who.id;
  auto text = base::read_file(layout.exit_file(id, container.key()), 128);
  if (!text) text = base::read_file(format_1::exit_path(layout, id, container.name), 128);
  if (!text) return std::nullopt;
  ExitStatus status;
  long long finished_at = 0;
  char newline = 0;
  if (std::sscanf(text->c_str(), "%d %d %lld%c", &status.code, &status.signal, &finished_at, &newline) != 4 ||
      newline != '\n')
    return std::nullopt;
  if (status.signal != 0) status.code = 128 + status.signal;
  status.finished_at = finished_at;
  return status;
}

// Between a container's death and the shim's word of it lies a moment. A shim that lives is given 20 ms to speak.
std::optional<ExitStatus> await_exit(const Layout& layout, const PodRecord& pod, const ContainerPlan& container) {
  constexpr timespec kMillisecond{0, 1'000'000};
  for (int attempt = 0;; ++attempt) {
    if (auto status = read_exit(layout, pod, container)) return status;
    if (attempt == 20 || !is_alive(pod.life.shim))
      return read_exit(layout, pod, container);  // once more: it may have spoken and left
    ::nanosleep(&kMillisecond, nullptr);
  }
}

// Asked of the cgroup, which stands as long as the pod does. A shell, too, answers 128 + 9 where its command was
// killed.
constexpr int kKilled = 128 + SIGKILL;
bool ran_out_of_memory(const PodRecord& pod, const ContainerRecord& container) {
  auto host = CgroupHost::discover();
  return host && Cgroup(std::move(*host), pod.plan.cgroup_path).has_run_out_of_memory(container.plan.cgroup);
}

}  // namespace

const char* ExitStatus::reason() const { return out_of_memory ? "OOMKilled" : code == 0 ? "Completed" : "Error"; }

const std::string& boot_id() {
  static const std::string id = [] {
    std::string text = base::read_file("/proc/sys/kernel/random/boot_id", 128).value_or("");
    if (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }();
  return id;
}

bool is_overdue(const PodRecord& pod) { return pod.life.deadline != 0 && boot_time() >= pod.life.deadline; }

std::int64_t deletion_time(const PodRecord& pod) { return wall_time() + pod.life.deadline - boot_time(); }

const char* to_text(Phase phase) {
  switch (phase) {
    case Phase::pending:
      return "Pending";
    case Phase::running:
      return "Running";
    case Phase::succeeded:
      return "Succeeded";
    case Phase::failed:
      return "Failed";
    case Phase::unknown:
      return "Unknown";
  }
  return "Unknown";
}

ContainerStatus status_of(const Layout& layout, const PodRecord& pod, const ContainerRecord& container) {
  if (container.life.process.empty()) return {};
  if (pod.life.boot_id != boot_id()) return {.running = false, .exit = read_exit(layout, pod, container.plan)};
  if (is_alive(container.life.process)) return {.running = true, .exit = std::nullopt};
  ContainerStatus status{.running = false, .exit = await_exit(layout, pod, container.plan)};
  if (status.exit && status.exit->code == kKilled) status.exit->out_of_memory = ran_out_of_memory(pod, container);
  return status;
}

std::vector<LiveContainer> look_at(const Layout& layout, const PodRecord& pod,
                                   std::vector<ContainerRecord> containers) {
  std::vector<LiveContainer> live;
  for (ContainerRecord& container : containers) {
    const ContainerStatus status = status_of(layout, pod, container);
    live.push_back({std::move(container), status});
  }
  return live;
}

Phase phase_of(const PodRecord& pod, const std::vector<LiveContainer>& containers) {
  const PodLife& life = pod.life;
  if (life.state == PodState::creating) return life.boot_id == boot_id() ? Phase::pending : Phase::failed;
  const bool is_stopped = life.state == PodState::stopped;
  if (!is_stopped && (life.boot_id != boot_id() || !is_alive(life.shim) || !is_alive(life.pause))) return Phase::failed;
  if (containers.empty()) return is_stopped ? Phase::succeeded : Phase::running;
  bool all_good = true;
  for (const LiveContainer& container : containers) {
    if (container.record.life.process.empty()) return Phase::pending;
    if (container.status.running) return Phase::running;
    all_good = all_good && container.status.exit && container.status.exit->code == 0;
  }
  return all_good ? Phase::succeeded : Phase::failed;
}

}  // namespace podrun
