#include "runtime/shim/alarm.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstring>
#include <utility>

#include "runtime/kernel/clean_slate.h"
#include "runtime/kernel/clock.h"
#include "runtime/kernel/process.h"

namespace podrun::shim {
namespace {

constexpr std::int64_t kMillisecond = 1'000'000;

}  // namespace

Result<void> AlarmClock::set(Alarm alarm, std::vector<Fd> fds) {
  const std::size_t expected = alarm.args.empty() ? 0 : 1U + (alarm.into_cgroup ? 1U : 0U) + alarm.v1_tasks;
  if (fds.size() != expected) return Error{Kind::internal, 0, "set the alarm: descriptors are missing"};
  auto next = fds.begin();
  program_ = alarm.args.empty() ? Fd() : std::move(*next++);
  cgroup_ = alarm.into_cgroup ? std::move(*next++) : Fd();
  tasks_.assign(std::make_move_iterator(next), std::make_move_iterator(fds.end()));
  alarm_ = std::move(alarm);
  again_ = again_ && is_set();
  return {};
}

void AlarmClock::set_program(Fd program) {
  if (is_set()) program_ = std::move(program);
}

void AlarmClock::wake() {
  if (!is_set()) return;
  if (running_ != 0)
    again_ = true;
  else
    run();
}

void AlarmClock::tick() {
  if (milliseconds_left() == 0) run();
}

int AlarmClock::milliseconds_left() const {
  if (!is_set() || alarm_.when == 0 || running_ != 0) return -1;
  const std::int64_t left = (alarm_.when - boot_time() + kMillisecond - 1) / kMillisecond;
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
}

bool AlarmClock::has_ended(pid_t pid, int status) {
  if (pid != running_) return false;
  running_ = 0;
  failures_ = status == 0 ? 0 : failures_ + 1;
  if (failures_ > 0) alarm_.when = boot_time() + kSecond * std::min(1 << std::min(failures_ - 1, 9U), 300);
  if (std::exchange(again_, false) && status == 0) run();
  return true;
}

void AlarmClock::write(TableWriter& table) {
  table.line("alarm");
  table(alarm_.when, running_, again_, program_, cgroup_);
  for (const Fd& tasks : tasks_) {
    table.line("alarm-tasks");
    table(tasks);
  }
  for (const std::string& arg : alarm_.args) {
    table.line("alarm-arg");
    table(arg);
  }
}

bool AlarmClock::read(TableReader& table, std::string_view kind) {
  if (kind == "alarm")
    table(alarm_.when, running_, again_, program_, cgroup_);
  else if (kind == "alarm-tasks")
    table(tasks_.emplace_back());
  else if (kind == "alarm-arg")
    table(alarm_.args.emplace_back());
  else
    return false;
  return true;
}

// What it is woken for is done with by then: it sets the next time itself.
void AlarmClock::run() {
  alarm_.when = 0;
  const auto pid = clone_process(0, nullptr, cgroup_ ? cgroup_.get() : -1);
  if (!pid) {
    std::fprintf(stderr, "podrun-shim: start '%s': %s\n", alarm_.args[0].c_str(), pid.error().what.c_str());
    alarm_.when = boot_time() + kSecond;
    return;
  }
  running_ = *pid;
  if (*pid != 0) return;
  for (const Fd& tasks : tasks_)
    if (::write(tasks.get(), "0", 1) != 1)
      std::fprintf(stderr, "podrun-shim: enter a cgroup: %s\n", ::strerrordesc_np(errno));
  (void)set_oom_score_adj(0);
  unblock_signals();
  std::vector<char*> args;
  for (std::string& arg : alarm_.args) args.push_back(arg.data());
  args.push_back(nullptr);
  // cron's, with the directories of root's programs, which plugins look for.
  std::string path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  char* const environment[] = {path.data(), nullptr};
  ::execveat(program_.get(), "", args.data(), environment, AT_EMPTY_PATH);
  std::fprintf(stderr, "podrun-shim: run '%s': %s\n", alarm_.args[0].c_str(), ::strerrordesc_np(errno));
  ::_exit(1);
}

}  // namespace podrun::shim
