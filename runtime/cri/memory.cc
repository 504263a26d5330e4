#include "runtime/cri/memory.h"

#include <algorithm>

#include "base/files.h"
#include "runtime/cri/cli_pods.h"
#include "runtime/kernel/open_files.h"
#include "runtime/store/boxes.h"
#include "runtime/store/format_1.h"

namespace podrun::cri {
namespace {

template <class Entries>
void forget_all_but(const std::vector<std::string>& ids, Entries& entries) {
  std::erase_if(entries, [&](const auto& entry) { return !std::binary_search(ids.begin(), ids.end(), entry.first); });
}

SeenContainers see_again(const Layout& layout, const std::vector<SeenContainer>& before) {
  std::vector<SeenContainer> now;
  now.reserve(before.size());
  for (const SeenContainer& one : before) now.push_back(see(layout, one.known_pod, one.known));
  return std::make_shared<const std::vector<SeenContainer>>(std::move(now));
}

// How it ended may be in a file that could not be read just now: nobody would tell of that once more.
bool is_sure_of(const Layout& layout, const SeenContainer& one, const Result<bool>& is_followed) {
  if (one.status.exit) return true;
  if (!one.record().life.process.empty()) return is_followed && *is_followed;
  const std::string& id = one.pod().plan.who.id;
  const ContainerPlan& plan = one.record().plan;
  return !base::path_exists(layout.exit_file(id, plan.key())) &&
         !base::path_exists(format_1::exit_path(layout, id, plan.name));
}

}  // namespace

Memory::Memory(Store store)
    : store_(std::move(store)),
      // Each takes a descriptor. The other half is for clients and workers.
      most_followed_(open_files().rlim_cur / 2),
      watch_(Watch::on(store_.layout(), most_followed_)),
      hears_all_(watch_ && !watch_->gap()) {}

bool Memory::hear() {
  if (!watch_) return false;
  auto heard = watch_->take();
  const bool hears_all = heard && !watch_->gap();
  Changes changes = std::move(heard).value_or({.everything = true, .pods = {}});
  if (hears_all_.exchange(hears_all) != hears_all) changes.everything = true;
  if (changes.empty()) return false;
  ++heard_;
  pods_ = nullptr;
  if (changes.everything) {
    sandboxes_.clear();
    containers_.clear();
  }
  for (const std::string& id : changes.pods) {
    sandboxes_.erase(id);
    containers_.erase(id);
  }
  if (wake_) {
    untold_.everything = untold_.everything || changes.everything;
    untold_.pods.insert(changes.pods.begin(), changes.pods.end());
  }
  return true;
}

std::uint64_t Memory::hear_first() {
  const std::lock_guard guard(mutex_);
  if (hear() && wake_) wake_();
  return heard_;
}

int Memory::tell(std::function<void()> wake) {
  const std::lock_guard guard(mutex_);
  wake_ = std::move(wake);
  untold_ = {};
  return watch_ ? watch_->fd() : -1;
}

Changes Memory::untold() {
  const std::lock_guard guard(mutex_);
  (void)hear();
  return std::exchange(untold_, {});
}

std::optional<Error> Memory::gap() {
  const std::lock_guard guard(mutex_);
  return watch_ ? watch_->gap() : watch_.error();
}

std::optional<Stamp> Memory::stamp_of(const std::string& path) const {
  return hears_all_ ? std::nullopt : Stamp::of(path);
}

template <class Seen>
Memory::Before<Seen> Memory::find(const Entries<Seen>& entries, const std::string& id,
                                  const std::optional<Stamp>& stamp) {
  const std::lock_guard guard(mutex_);
  const auto found = entries.find(id);
  const bool is_there = found != entries.end() && found->second.stamp == stamp;
  return {.kept = is_there ? std::optional(found->second) : std::nullopt, .heard = heard_};
}

// Not where something was heard since the look began: it may have been of this pod.
template <class Seen>
void Memory::keep(Entries<Seen>& entries, const Kept<Seen>& kept, std::uint64_t heard) {
  const std::lock_guard guard(mutex_);
  if (heard_ != heard || !(hears_all_ || (kept.stamp && kept.stamp->has_settled()))) return;
  entries.insert_or_assign(kept.pod->record.plan.who.id, kept);
}

Result<bool> Memory::follow(const std::string& id, const ProcessId& process, std::size_t spare) {
  const std::lock_guard guard(mutex_);
  if (!hears_all_) return Error{Kind::busy, 0, "follow a process: not everything is heard"};
  return watch_->follow(id, process, spare);
}

// In both a stamp and a pidfd are older than what is seen: what happens in between is noticed at the next look.
Result<Memory::Kept<Sandbox>> Memory::look_at(const std::string& id) {
  const std::optional<Stamp> stamp = stamp_of(store_.layout().record(id));
  const Before<Sandbox> before = find(sandboxes_, id, stamp);
  if (before.kept) {
    Kept<Sandbox> kept = *before.kept;
    if (!kept.is_sure) kept.seen = see(kept.pod);
    return kept;
  }
  auto pod = std::make_shared<const KnownPod>(know(TRY(store_.load(id))));
  const Result<bool> shim = follow(id, pod->record.life.shim);
  const Result<bool> pause = follow(id, pod->record.life.pause);
  Kept<Sandbox> kept{pod, stamp, false, see(pod)};
  kept.is_sure = shim && pause && ((*shim && *pause) || !kept.seen.is_ready);
  keep(sandboxes_, kept, before.heard);
  return kept;
}

Result<Memory::Kept<SeenContainers>> Memory::look_at_containers(const std::shared_ptr<const KnownPod>& pod) {
  const std::string& id = pod->record.plan.who.id;
  const std::optional<Stamp> stamp = stamp_of(store_.layout().containers(id));
  const Before<SeenContainers> before = find(containers_, id, stamp);
  if (before.kept && before.kept->pod == pod) {
    Kept<SeenContainers> kept = *before.kept;
    if (!kept.is_sure) kept.seen = see_again(store_.layout(), *kept.seen);
    return kept;
  }
  std::vector<std::string> broken;  // or not to be read just now: that is looked at each time
  std::vector<ContainerRecord> records = TRY(store_.load_containers(id, &broken));
  if (is_of_cri(pod->record)) std::erase_if(records, [](const auto& one) { return one.plan.id.empty(); });
  bool is_sure = broken.empty() && follow(id, pod->record.life.shim);  // which says how they ended
  std::vector<SeenContainer> seen;
  seen.reserve(records.size());
  for (ContainerRecord& one : records) {
    // The end of a shim or a pause is in no file: room for those is left.
    const Result<bool> is_followed = follow(id, one.life.process, most_followed_ / 2);
    seen.push_back(
        see(store_.layout(), pod, std::make_shared<const KnownContainer>(know(pod->record, std::move(one)))));
    is_sure = is_sure && is_sure_of(store_.layout(), seen.back(), is_followed);
  }
  const Kept<SeenContainers> kept{pod, stamp, is_sure,
                                  std::make_shared<const std::vector<SeenContainer>>(std::move(seen))};
  if (broken.empty()) keep(containers_, kept, before.heard);
  return kept;
}

Result<Sandbox> Memory::sandbox(const std::string& id) {
  (void)hear_first();
  return TRY(look_at(id)).seen;
}

Result<SeenContainers> Memory::containers_of(const Sandbox& sandbox) {
  (void)hear_first();
  return TRY(look_at_containers(sandbox.known)).seen;
}

Result<SeenPods> Memory::pods() {
  const std::uint64_t heard = hear_first();
  {
    const std::lock_guard guard(mutex_);
    if (heard_ == heard && pods_ != nullptr) return pods_;
  }
  std::vector<std::string> ids = TRY(boxes(store_.layout()));
  std::sort(ids.begin(), ids.end());
  const auto none = std::make_shared<const std::vector<SeenContainer>>();
  std::vector<SeenPod> pods;
  bool are_sure = true;
  for (const std::string& id : ids) {
    auto sandbox = look_at(id);
    if (!sandbox && sandbox.error().kind == Kind::denied) return std::move(sandbox).error();
    auto containers = sandbox ? look_at_containers(sandbox->pod) : sandbox.error();
    are_sure = are_sure && containers && sandbox->is_sure && containers->is_sure;
    if (!sandbox) continue;
    pods.push_back({std::move(sandbox->seen), containers ? containers->seen : none});
  }
  std::sort(pods.begin(), pods.end(), [](const SeenPod& one, const SeenPod& other) {
    return goes_before(one.sandbox.record(), other.sandbox.record());
  });
  auto seen = std::make_shared<const std::vector<SeenPod>>(std::move(pods));
  const std::lock_guard guard(mutex_);
  forget_all_but(ids, sandboxes_);
  forget_all_but(ids, containers_);
  if (are_sure && heard_ == heard) pods_ = seen;
  return SeenPods(std::move(seen));
}

}  // namespace podrun::cri
