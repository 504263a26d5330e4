#include "runtime/cli/pod_follower.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/interruption.h"
#include "runtime/kernel/clock.h"
#include "runtime/kernel/open_files.h"
#include "runtime/store/boxes.h"

namespace podrun::cli {
namespace {

// poll(2)'s limit: -1 without a deadline, 0 once it has passed.
int milliseconds_until(std::optional<std::int64_t> deadline) {
  constexpr std::int64_t kLongest = 3'600'000;
  if (!deadline) return -1;
  const std::int64_t left = (*deadline - boot_time() + 999'999) / 1'000'000;
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, kLongest));
}

auto known_exits(const LivePod& pod) {
  return std::count_if(pod.containers.begin(), pod.containers.end(),
                       [](const LiveContainer& container) { return container.status.exit.has_value(); });
}

// Its containers' files are removed one after another. Only when that is done there is something to tell.
bool is_being_erased(const LivePod& before, const LivePod& now) {
  return now.record.life.state == PodState::deleting &&
         (now.containers.size() < before.containers.size() || known_exits(now) < known_exits(before));
}

}  // namespace

Result<PodFollower> PodFollower::on(const Context& context, PodFilter filter) {
  raise_open_files();  // each shim and pause that is followed takes a descriptor
  Store store = context.store();
  Watch watch = TRY(Watch::on(store.layout()));  // before the first look, so that nothing falls between the two
  PodFollower follower(std::move(store), std::move(filter), std::move(watch));
  TRY(follower.take({.everything = true, .pods = {}}));
  return follower;
}

std::vector<LivePod> PodFollower::pods() const {
  std::vector<LivePod> pods;
  for (const auto& [id, pod] : known_) pods.push_back(pod);
  std::sort(pods.begin(), pods.end(),
            [](const LivePod& a, const LivePod& b) { return target_of(a.record) < target_of(b.record); });
  return pods;
}

Result<PodFollower::News> PodFollower::next(std::optional<std::int64_t> deadline, int reader, int input) {
  for (;;) {
    // No events asked for of the reader: POLLERR, a pipe that nobody reads, always comes.
    std::array<pollfd, 4> awaited{
        {{watch_.fd(), POLLIN, 0}, {base::interruption_fd(), POLLIN, 0}, {reader, 0, 0}, {input, POLLIN, 0}}};
    const int ready = ::poll(awaited.data(), awaited.size(), milliseconds_until(deadline));
    if (ready < 0 && errno != EINTR) return Error::system(errno, "poll the pods");
    TRY(base::check_interruption());
    if (ready < 0) continue;
    if ((awaited[2].revents & POLLERR) != 0) return News{Why::reader_gone, {}};
    if (awaited[3].revents != 0) return News{Why::typed, {}};
    if (awaited[0].revents != 0) {
      std::vector<Change> changes = TRY(take(TRY(watch_.take())));
      if (!changes.empty()) return News{Why::changed, std::move(changes)};
    } else if (milliseconds_until(deadline) == 0) {
      return News{Why::timeout, {}};
    }
  }
}

Result<std::vector<PodFollower::Change>> PodFollower::take(Changes changes) {
  if (watch_.gap()) return *watch_.gap();
  if (changes.everything) {
    for (const auto& [id, pod] : known_) changes.pods.insert(id);
    for (std::string& id : TRY(boxes(store_.layout()))) changes.pods.insert(std::move(id));
  }
  std::vector<Change> told;
  for (const std::string& id : changes.pods) {
    const auto known = known_.find(id);
    auto before = known == known_.end() ? std::optional<LivePod>() : known->second;
    auto now = look(id);
    if (!now && now.error().kind == Kind::corrupt) continue;  // what it is now nobody can say
    if (!now) return std::move(now).error();
    if ((!before && !*now) || (before && *now && is_being_erased(*before, **now))) continue;
    if (*now)
      known_.insert_or_assign(id, **now);
    else
      known_.erase(id);
    told.push_back({std::move(before), std::move(*now)});
  }
  return told;
}

Result<std::optional<LivePod>> PodFollower::look(const std::string& id) {
  for (;;) {
    auto record = store_.load(id);
    if (!record && record.error().kind == Kind::not_found) return std::optional<LivePod>();
    if (!record) return std::move(record).error();
    if (!filter_.may_match(*record)) return std::optional<LivePod>();
    auto pod = look_at_settled(store_, std::move(*record));
    if (!pod && pod.error().kind == Kind::not_found) return std::optional<LivePod>();
    if (!pod) return std::move(pod).error();
    if (!TRY(follow_processes(*pod))) continue;
    return filter_.matches(*pod) ? std::optional(std::move(*pod)) : std::nullopt;
  }
}

// Whose end no file tells of: shim and pause, and without a shim the containers. False: one has just ended.
Result<bool> PodFollower::follow_processes(const LivePod& pod) {
  const std::string& id = pod.record.plan.who.id;
  bool all = true;
  if (pod.shim_alive) all = TRY(watch_.follow(id, pod.record.life.shim)) && all;
  if (pod.pause_alive) all = TRY(watch_.follow(id, pod.record.life.pause)) && all;
  if (pod.shim_alive) return all;
  for (const LiveContainer& container : pod.containers)
    if (container.status.running) all = TRY(watch_.follow(id, container.record.life.process)) && all;
  return all;
}

}  // namespace podrun::cli
