// Finding and reading: no lock is taken here. Making, locking and erasing a box is locks.cc.
#include "runtime/store/store.h"

#include <algorithm>
#include <tuple>

#include "base/files.h"
#include "runtime/store/links.h"
#include "runtime/store/names.h"

namespace podrun {

Result<PodRecord> Store::load(const std::string& id) const {
  if (!is_pod_id(id)) return Error{Kind::invalid, 0, "read the record of pod '" + id + "': that is no pod id"};
  const std::string text = TRY(base::read_file(layout_.record(id)));
  PodRecord record = TRY(record_from_json(text).in("'" + layout_.record(id) + "'"));
  if (record.id != id)
    return Error{Kind::corrupt, 0, "'" + layout_.record(id) + "': it is the record of another pod, " + record.id};
  return record;
}

Result<std::vector<PodRecord>> Store::list(std::vector<std::string>* broken) const {
  auto ids = base::list_dir(layout_.pods());
  if (!ids && ids.error().kind == Kind::not_found) return std::vector<PodRecord>{};  // the first pod has yet to come
  if (!ids) return std::move(ids).error();
  std::vector<PodRecord> pods;
  for (const std::string& id : *ids) {
    if (!is_pod_id(id)) continue;  // not ours
    auto record = load(id);
    if (record) {
      pods.push_back(std::move(record).value());
    } else if (record.error().kind == Kind::denied) {
      return std::move(record).error();  // a listing that silently lacks what one may not read would be a lie
    } else if (broken != nullptr) {
      broken->push_back(id);
    }
  }
  std::sort(pods.begin(), pods.end(), [](const PodRecord& a, const PodRecord& b) {
    return std::tie(a.name_space, a.name) < std::tie(b.name_space, b.name);
  });
  return pods;
}

Result<std::string> Store::find(const std::string& name_space, const std::string& name) const {
  const Error unknown{Kind::not_found, ENOENT, "pod \"" + name + "\" not found in namespace \"" + name_space + "\""};
  if (!is_safe_name(name) || !is_safe_name(name_space)) return unknown;
  auto id = read_link(layout_.name(name_space, name));
  if (!id) return id.error().kind == Kind::not_found ? unknown : std::move(id).error();
  if (!is_pod_id(*id)) return Error{Kind::corrupt, 0, "'" + layout_.name(name_space, name) + "': holds no pod id"};
  if (!base::path_exists(layout_.box(*id))) return unknown;  // a void reservation
  return id;
}

}  // namespace podrun
