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
  if (!container.termination_message.path.empty())
    status.message = base::read_file(layout.message_file(id, container.key()), kMessageBytes).value_or("");
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
constexpr int kStartError = 128;  // as containerd and the kubelet have it
bool ran_out_of_memory(const PodRecord& pod, const ContainerRecord& container) {
  auto host = CgroupHost::discover();
  return host && Cgroup(std::move(*host), pod.plan.cgroup_path).has_run_out_of_memory(container.plan.cgroup);
}

bool matches(const RestartRule& rule, const ContainerStatus& status) {
  const auto code = static_cast<std::uint32_t>(status.exit ? status.exit->code : kKilled);
  return rule.is_in == (std::find(rule.exit_codes.begin(), rule.exit_codes.end(), code) != rule.exit_codes.end());
}

// Of a container that has ended: its own rules, then its policy, or else its pod's.
bool is_wanted_again(const PodRecord& pod, const LiveContainer& one) {
  const OwnRestart& own = one.record.plan.restart;
  if (std::any_of(own.rules.begin(), own.rules.end(),
                  [&](const RestartRule& rule) { return matches(rule, one.status); }))
    return true;
  const RestartPolicy policy = own.policy.value_or(pod.plan.restart);
  return policy == RestartPolicy::always || (policy == RestartPolicy::on_failure && one.has_failed());
}

bool ended_for_good(const PodRecord& pod, const LiveContainer& one) {
  if (!one.has_ended()) return false;
  switch (one.record.plan.role) {
    case ContainerRole::sidecar:
      return false;
    case ContainerRole::init:
      return !one.has_failed() || !is_wanted_again(pod, one);
    case ContainerRole::main:
      return !is_wanted_again(pod, one);
    case ContainerRole::ephemeral:
      break;
  }
  return true;
}

// Those whose end is the pod's: of who failed it for good as an init container, else of all main ones.
struct PolicyEnd {
  bool is_there = false;
  std::int64_t at = 0;  // of the last of them; 0: nobody knows
};

PolicyEnd end_by_policy(const PodRecord& pod, const std::vector<LiveContainer>& containers) {
  PolicyEnd end;
  bool has_main = false;
  bool main_ended = true;
  for (const LiveContainer& one : containers) {
    const ContainerRole role = one.record.plan.role;
    const std::int64_t at = one.status.exit ? one.status.exit->finished_at : 0;
    if (role == ContainerRole::init && one.has_failed() && ended_for_good(pod, one)) return {true, at};
    if (role != ContainerRole::main) continue;
    has_main = true;
    main_ended = main_ended && ended_for_good(pod, one);
    end.at = std::max(end.at, at);
  }
  end.is_there = has_main && main_ended;
  return end;
}

}  // namespace

const char* ExitStatus::reason() const {
  if (start_failed) return "StartError";
  return out_of_memory ? "OOMKilled" : code == 0 ? "Completed" : "Error";
}

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

ProbeMemory load_probes(const Layout& layout, const std::string& id, const ContainerPlan& container) {
  if (!is_asked(container)) return {};
  const auto text = base::read_file(layout.probe_memory(id, container.key()));
  return text ? probe_memory_from_json(*text).value_or({}) : ProbeMemory();
}

// Times of as many digits, in one write over the others.
Result<void> save_probes(const Layout& layout, const std::string& id, const ContainerPlan& container,
                         const ProbeMemory& before, const ProbeMemory& memory) {
  const std::string path = layout.probe_memory(id, container.key());
  const std::string text = to_json(memory);
  ProbeMemory then = before;
  for (const ProbeKind kind : kProbeKinds) then.of(kind).last = memory.of(kind).last;
  if (then == memory && to_json(before).size() == text.size() && base::write_in_place(path, text)) return {};
  return base::write_file_durably(path, text);
}

ContainerStatus status_of(const Layout& layout, const PodRecord& pod, const ContainerRecord& container) {
  const ContainerLife& life = container.life;
  const auto told = [&] { return read_exit(layout, pod, container.plan); };
  if (!life.failure.empty()) {
    const auto exit = told();
    return {.running = false,
            .exit = ExitStatus{.code = kStartError,
                               .finished_at = exit ? exit->finished_at : std::max(life.created_at, life.started_at),
                               .start_failed = true}};
  }
  // Without a process on record it waits for its turn, or its maker died on the way: then the shim says how it ended.
  if (life.process.empty() || pod.life.boot_id != boot_id()) return {.running = false, .exit = told()};
  if (is_alive(life.process)) return {.running = true, .exit = std::nullopt};
  ContainerStatus status{.running = false, .exit = await_exit(layout, pod, container.plan)};
  if (status.exit && status.exit->code == kKilled) status.exit->out_of_memory = ran_out_of_memory(pod, container);
  return status;
}

std::vector<LiveContainer> look_at(const Layout& layout, const PodRecord& pod, std::vector<ContainerRecord> containers,
                                   std::vector<ContainerRecord> previous) {
  std::vector<LiveContainer> live;
  for (ContainerRecord& container : containers) {
    LiveContainer one{.record = std::move(container), .status = {}, .before = std::nullopt};
    one.status = status_of(layout, pod, one.record);
    one.probes = load_probes(layout, pod.plan.who.id, one.record.plan);
    const auto before = std::find_if(previous.rbegin(), previous.rend(), [&](const ContainerRecord& attempt) {
      return attempt.plan.name == one.record.plan.name;
    });
    if (before != previous.rend())
      one.before =
          Attempt{*before, status_of(layout, pod, *before), load_probes(layout, pod.plan.who.id, before->plan)};
    live.push_back(std::move(one));
  }
  return live;
}

std::int64_t active_until(const PodRecord& pod) {
  return pod.plan.active_deadline ? pod.life.created_at + *pod.plan.active_deadline * kSecond : 0;
}

// By the clock on the wall, as the kubelet has it: it is the same after a stop, a start and a boot. What its containers
// are given to end comes behind it, so how they ended then says that they had not before.
bool has_exceeded_deadline(const PodRecord& pod, const std::vector<LiveContainer>& containers, std::int64_t now) {
  const std::int64_t until = active_until(pod);
  if (until == 0 || now < until) return false;
  const PolicyEnd end = end_by_policy(pod, containers);
  return !end.is_there || end.at >= until;
}

bool is_cut_short(const PodRecord& pod, const std::vector<LiveContainer>& containers, std::int64_t now) {
  return !pod.life.evicted.empty() || has_exceeded_deadline(pod, containers, now);
}

bool is_over(const PodRecord& pod, const std::vector<LiveContainer>& containers, std::int64_t now) {
  return end_by_policy(pod, containers).is_there || is_cut_short(pod, containers, now);
}

bool is_made_again(const PodRecord& pod, const std::vector<LiveContainer>& containers, const LiveContainer& one,
                   std::int64_t now) {
  const bool stands = pod.life.state == PodState::ready && !pod.life.is_terminating();
  return stands && one.has_ended() && !one.record.life.held && !ended_for_good(pod, one) &&
         !is_over(pod, containers, now);
}

SandboxStatus sandbox_of(const PodRecord& pod) {
  if (pod.life.boot_id != boot_id()) return {};
  return {.shim = is_alive(pod.life.shim), .pause = is_alive(pod.life.pause)};
}

Phase phase_of(const PodRecord& pod, const SandboxStatus& sandbox, const std::vector<LiveContainer>& containers,
               std::int64_t now) {
  const PodLife& life = pod.life;
  if (life.state == PodState::creating || life.state == PodState::starting)
    return life.boot_id == boot_id() ? Phase::pending : Phase::failed;
  const bool is_stopped = life.state == PodState::stopped;
  if (!is_stopped && !sandbox.lives()) return Phase::failed;
  if (containers.empty()) return is_stopped ? Phase::succeeded : Phase::running;

  const bool over = is_over(pod, containers, now);
  bool waits = false, runs = false, made_again = false, failed = false;
  for (const LiveContainer& one : containers) {
    const ContainerRole role = one.record.plan.role;
    if (role == ContainerRole::ephemeral) continue;
    const bool again = is_made_again(pod, containers, one, now) || (one.is_waiting() && one.before);
    if (one.is_waiting() && !one.before) waits = true;
    if (role == ContainerRole::init && one.has_failed() && over) return Phase::failed;
    if (role == ContainerRole::init) waits = waits || one.status.running;
    runs = runs || one.status.running;
    if (role != ContainerRole::main) continue;
    made_again = made_again || again;
    failed = failed || one.has_failed();
  }
  if (!runs && is_cut_short(pod, containers, now)) return Phase::failed;
  if (is_stopped) return failed || waits ? Phase::failed : Phase::succeeded;
  if (waits) return Phase::pending;
  if (runs || made_again) return Phase::running;
  return failed ? Phase::failed : Phase::succeeded;
}

}  // namespace podrun
