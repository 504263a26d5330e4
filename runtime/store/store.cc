// Finding and reading: no lock is taken here. Making, locking and erasing a box is locks.cc.
#include "runtime/store/store.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "base/files.h"
#include "runtime/store/boxes.h"
#include "runtime/store/format_1.h"
#include "runtime/store/links.h"
#include "runtime/store/names.h"

namespace podrun {
namespace {

// Kind::not_found where the pod has none of format 1.
Result<Pod> load_format_1(const Layout& layout, const std::string& id) {
  const std::string path = format_1::record_path(layout, id);
  return format_1::from_json(TRY(base::read_file(path))).in("'" + path + "'");
}

// A container has the place of its first attempt, and the number says which attempt is the latest: the clock may have
// been set back between two.
void add(Pod& pod, ContainerRecord attempt) {
  const auto same = std::find_if(pod.containers.begin(), pod.containers.end(),
                                 [&](const ContainerRecord& one) { return one.plan.name == attempt.plan.name; });
  if (same == pod.containers.end()) {
    pod.containers.push_back(std::move(attempt));
    return;
  }
  if (attempt.plan.attempt > same->plan.attempt) std::swap(*same, attempt);
  pod.previous.push_back(std::move(attempt));
}

// An attempt before one that can be read: what it had to say, the pod can do without.
bool is_past(const std::string& key, const Pod& pod) {
  const auto dot = key.rfind('.');
  std::uint32_t attempt = 0;
  if (dot == std::string::npos ||
      std::from_chars(key.data() + dot + 1, key.data() + key.size(), attempt).ptr != key.data() + key.size())
    return false;
  return std::any_of(pod.containers.begin(), pod.containers.end(), [&](const ContainerRecord& latest) {
    return latest.plan.name == key.substr(0, dot) && latest.plan.attempt > attempt;
  });
}

// Pods of the CRI reserve no plain name: several attempts may stand beside each other.
std::optional<std::string> newest_of_cri(const Store& store, const std::string& name_space, const std::string& name) {
  if (!base::path_exists(store.layout().names_in("cri"))) return std::nullopt;
  std::optional<std::string> found;
  std::int64_t newest = 0;
  for (const PodRecord& pod : store.list().value_or({})) {
    const Identity& who = pod.plan.who;
    if (who.cri_key.empty() || who.name != name || who.name_space != name_space) continue;
    if (found && pod.life.created_at < newest) continue;
    found = who.id;
    newest = pod.life.created_at;
  }
  return found;
}

Error is_no_id(const std::string& id) {
  return {Kind::invalid, 0, "read the record of pod '" + id + "': that is no pod id"};
}

}  // namespace

Result<PodRecord> Store::load(const std::string& id) const {
  if (!is_pod_id(id)) return is_no_id(id);
  const std::string path = layout_.record(id);
  const auto read = [&]() -> Result<PodRecord> {
    auto text = base::read_file(path);
    if (text) return pod_from_json(*text).in("'" + path + "'");
    if (text.error().kind != Kind::not_found) return std::move(text).error();
    auto old = load_format_1(layout_, id);
    if (old) return std::move(old->record);
    if (old.error().kind != Kind::not_found) return std::move(old).error();
    // Gone, or just gone over to this format.
    return pod_from_json(TRY(base::read_file(path))).in("'" + path + "'");
  };
  PodRecord record = TRY(read());
  if (record.plan.who.id != id)
    return Error{Kind::corrupt, 0, "'" + path + "': it is the record of another pod, " + record.plan.who.id};
  return record;
}

Result<std::vector<ContainerRecord>> Store::load_containers(const std::string& id,
                                                            std::vector<std::string>* broken) const {
  if (!is_pod_id(id)) return is_no_id(id);
  if (!base::path_exists(layout_.record(id)))
    if (auto old = load_format_1(layout_, id)) return std::move(old->containers);
  auto names = base::list_dir(layout_.containers(id));
  if (!names && names.error().kind != Kind::not_found) return std::move(names).error();
  std::vector<ContainerRecord> containers;
  for (const std::string& name : std::move(names).value_or({})) {  // none before the first
    if (!name.ends_with(".json")) continue;
    const std::string key = name.substr(0, name.size() - std::string_view(".json").size());
    const auto text = base::read_file(layout_.container_record(id, key));
    auto record = text ? container_from_json(*text) : text.error();
    if (record && record->plan.key() == key)
      containers.push_back(std::move(record).value());
    else if (broken != nullptr)
      broken->push_back(key);
  }
  std::sort(containers.begin(), containers.end(), [](const ContainerRecord& a, const ContainerRecord& b) {
    return std::tie(a.plan.position, a.life.created_at, a.plan.name) <
           std::tie(b.plan.position, b.life.created_at, b.plan.name);
  });
  return containers;
}

Result<Pod> Store::load_whole(const std::string& id) const { return whole(TRY(load(id))); }

Result<Pod> Store::whole(PodRecord record) const {
  Pod pod{.record = std::move(record), .containers = {}, .previous = {}, .broken = {}};
  for (ContainerRecord& attempt : TRY(load_containers(pod.record.plan.who.id, &pod.broken)))
    add(pod, std::move(attempt));
  std::erase_if(pod.broken, [&](const std::string& key) { return is_past(key, pod); });
  std::stable_sort(pod.previous.begin(), pod.previous.end(),
                   [](const ContainerRecord& a, const ContainerRecord& b) { return a.plan.attempt < b.plan.attempt; });
  return pod;
}

Result<std::vector<PodRecord>> Store::list(std::vector<std::string>* broken) const {
  std::vector<PodRecord> pods;
  for (const std::string& id : TRY(boxes(layout_))) {
    auto record = load(id);
    if (record) {
      pods.push_back(std::move(record).value());
    } else if (record.error().kind == Kind::denied) {
      return std::move(record).error();  // a listing that silently lacks what one may not read would be a lie
    } else if (broken != nullptr) {
      broken->push_back(id);
    }
  }
  std::sort(pods.begin(), pods.end(), goes_before);
  return pods;
}

Result<std::string> Store::find(const std::string& name_space, const std::string& name) const {
  const Error unknown{Kind::not_found, ENOENT, "pod \"" + name + "\" not found in namespace \"" + name_space + "\""};
  if (!is_safe_name(name) || !is_safe_name(name_space)) return unknown;
  auto id = read_link(layout_.name(name_space, name));
  if (!id && id.error().kind == Kind::not_found) {
    auto newest = name_space == "cri" ? std::nullopt : newest_of_cri(*this, name_space, name);
    return newest ? Result<std::string>(std::move(*newest)) : unknown;
  }
  if (!id) return std::move(id).error();
  if (!is_pod_id(*id)) return Error{Kind::corrupt, 0, "'" + layout_.name(name_space, name) + "': holds no pod id"};
  if (!base::path_exists(layout_.box(*id))) return unknown;  // a void reservation
  return id;
}

}  // namespace podrun
