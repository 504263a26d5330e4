#include "runtime/cri/memory.h"

#include <sys/stat.h>

#include <algorithm>
#include <tuple>

#include "base/files.h"
#include "runtime/cri/cli_pods.h"
#include "runtime/cri/encoding.h"
#include "runtime/kernel/clock.h"
#include "runtime/store/names.h"

namespace podrun::cri {
namespace {

constexpr std::int64_t kTicks = 100'000'000;  // nanoseconds, several

template <class Entries>
void forget_all_but(const std::vector<std::string>& ids, Entries& entries) {
  std::erase_if(entries, [&](const auto& entry) { return !std::binary_search(ids.begin(), ids.end(), entry.first); });
}

}  // namespace

KnownPod know(PodRecord record) {
  KnownPod known;
  if (is_of_cri(record))
    known.request.ParseFromString(from_base64(record.plan.who.cri));
  else
    known.request = request_of(record.plan);
  known.record = std::move(record);
  return known;
}

KnownContainer know(const PodRecord& pod, ContainerRecord record) {
  KnownContainer known;
  known.id = id_of(pod.plan, record.plan);
  if (is_of_cri(pod))
    known.config.ParseFromString(from_base64(record.plan.cri));
  else
    known.config = config_of(pod.plan, record.plan);
  known.record = std::move(record);
  return known;
}

std::optional<Stamp> Stamp::of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  Stamp stamp;
  stamp.device_ = info.st_dev;
  stamp.inode_ = info.st_ino;
  stamp.changed_ = info.st_ctim;
  stamp.has_settled_ = info.st_ctim.tv_sec * 1'000'000'000LL + info.st_ctim.tv_nsec < wall_time() - kTicks;
  return stamp;
}

bool Stamp::operator==(const Stamp& other) const {
  return std::tie(device_, inode_, changed_.tv_sec, changed_.tv_nsec) ==
         std::tie(other.device_, other.inode_, other.changed_.tv_sec, other.changed_.tv_nsec);
}

// In both the stamp is older than what is read: a change in between is seen at the next look.
Result<std::shared_ptr<const KnownPod>> Memory::pod(const std::string& id) {
  const std::optional<Stamp> stamp = Stamp::of(store_.layout().record(id));
  if (stamp) {
    const std::lock_guard guard(mutex_);
    const auto entry = pods_.find(id);
    if (entry != pods_.end() && entry->second.stamp == *stamp) return entry->second.known;
  }
  auto known = std::make_shared<const KnownPod>(know(TRY(store_.load(id))));
  if (stamp && stamp->has_settled()) {
    const std::lock_guard guard(mutex_);
    pods_[id] = {*stamp, known};
  }
  return known;
}

Result<std::shared_ptr<const KnownContainers>> Memory::containers_of(const std::shared_ptr<const KnownPod>& pod) {
  const std::string& id = pod->record.plan.who.id;
  const std::optional<Stamp> stamp = Stamp::of(store_.layout().containers(id));
  if (stamp) {
    const std::lock_guard guard(mutex_);
    const auto entry = containers_.find(id);
    if (entry != containers_.end() && entry->second.stamp == *stamp && entry->second.known->pod == pod)
      return entry->second.known;
  }
  KnownContainers read{pod, {}};
  std::vector<std::string> broken;  // or not to be read just now: that is looked at each time
  for (ContainerRecord& record : TRY(store_.load_containers(id, &broken)))
    read.all.push_back(know(pod->record, std::move(record)));
  auto known = std::make_shared<const KnownContainers>(std::move(read));
  if (stamp && stamp->has_settled() && broken.empty()) {
    const std::lock_guard guard(mutex_);
    containers_[id] = {*stamp, known};
  }
  return known;
}

Result<std::vector<std::shared_ptr<const KnownPod>>> Memory::pods() {
  auto names = base::list_dir(store_.layout().pods());
  if (!names && names.error().kind != Kind::not_found) return std::move(names).error();
  std::vector<std::string> ids = std::move(names).value_or({});  // not there: the first pod has yet to come
  std::sort(ids.begin(), ids.end());
  std::vector<std::shared_ptr<const KnownPod>> pods;
  for (const std::string& id : ids) {
    if (!is_pod_id(id)) continue;
    auto known = pod(id);
    if (known)
      pods.push_back(std::move(*known));
    else if (known.error().kind == Kind::denied)
      return std::move(known).error();
  }
  {
    const std::lock_guard guard(mutex_);
    forget_all_but(ids, pods_);
    forget_all_but(ids, containers_);
  }
  std::sort(pods.begin(), pods.end(), [](const auto& a, const auto& b) {
    return std::tie(a->record.plan.who.name_space, a->record.plan.who.name) <
           std::tie(b->record.plan.who.name_space, b->record.plan.who.name);
  });
  return pods;
}

}  // namespace podrun::cri
