#include "runtime/cri/view.h"

#include <algorithm>

#include "base/files.h"
#include "runtime/cri/cli_pods.h"
#include "runtime/store/boxes.h"
#include "runtime/store/names.h"

namespace podrun::cri {
namespace {

Result<std::string> whole_id(const std::string& begin, const std::vector<std::string>& ids, const char* noun) {
  if (begin.empty()) return Error{Kind::invalid, 0, std::string("the id of the ") + noun + " is empty"};
  std::vector<std::string> found;
  for (const std::string& id : ids)
    if (id.starts_with(begin)) found.push_back(id);
  if (found.size() == 1) return found.front();
  if (found.empty()) return Error{Kind::not_found, ENOENT, std::string(noun) + " '" + begin + "' not found"};
  return Error{Kind::invalid, 0, std::string("several ids of a ") + noun + " begin with '" + begin + "'"};
}

}  // namespace

bool View::shows(const PodRecord& pod) const { return all_ || is_of_cri(pod); }

Result<Sandbox> View::sandbox(const std::string& id) const {
  std::vector<std::string> ids{id};
  if (!is_pod_id(id)) ids = boxes(store().layout()).value_or({});
  const std::string whole = TRY(whole_id(id, ids, "sandbox"));
  auto sandbox = memory_->sandbox(whole);
  if (!sandbox && sandbox.error().kind == Kind::not_found)
    return Error{Kind::not_found, ENOENT, "sandbox '" + id + "' not found"};
  if (sandbox && !shows(sandbox->record()))
    return Error{Kind::not_found, ENOENT, "sandbox '" + id + "' is podrun's own (pods = \"own\")"};
  return sandbox;
}

Result<SeenContainer> View::container(const std::string& id) const {
  const auto place = store().find_container(id);
  if (!place && place.error().kind != Kind::not_found) return place.error();
  if (place) {
    const auto& [pod_id, key] = *place;
    const auto sandbox = memory_->sandbox(pod_id);
    const auto text = base::read_file(store().layout().container_record(pod_id, key));
    const Error unknown{Kind::not_found, ENOENT, "container '" + id + "' not found"};
    if (!sandbox || !text) return unknown;
    ContainerRecord record = TRY(container_from_json(*text).in("container '" + id + "'"));
    if (record.plan.id != id) return unknown;
    return see(store().layout(), sandbox->known,
               std::make_shared<const KnownContainer>(know(sandbox->record(), std::move(record))));
  }
  TRY(memory_->pods());  // that it cannot be read is no word on what there is
  std::vector<SeenContainer> all = containers();
  std::vector<std::string> ids;
  for (const SeenContainer& one : all) ids.push_back(one.id());
  const std::string whole = TRY(whole_id(id, ids, "container"));
  const auto found = std::find_if(all.begin(), all.end(), [&](const SeenContainer& one) { return one.id() == whole; });
  return std::move(*found);
}

std::vector<Sandbox> View::sandboxes() const {
  std::vector<Sandbox> sandboxes;
  if (const auto pods = memory_->pods())
    for (const SeenPod& pod : **pods)
      if (shows(pod.sandbox.record())) sandboxes.push_back(pod.sandbox);
  return sandboxes;
}

std::vector<SeenContainer> View::containers_of(const Sandbox& sandbox) const {
  const auto containers = memory_->containers_of(sandbox);
  return containers ? **containers : std::vector<SeenContainer>();
}

std::vector<SeenContainer> View::containers() const {
  std::vector<SeenContainer> all;
  if (const auto pods = memory_->pods())
    for (const SeenPod& pod : **pods)
      if (shows(pod.sandbox.record())) all.insert(all.end(), pod.containers->begin(), pod.containers->end());
  return all;
}

bool has_labels(const google::protobuf::Map<std::string, std::string>& wanted,
                const google::protobuf::Map<std::string, std::string>& labels) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = labels.find(label.first);
    return found != labels.end() && found->second == label.second;
  });
}

bool matches(const api::PodSandboxFilter& filter, const Sandbox& sandbox) {
  if (!sandbox.id().starts_with(filter.id())) return false;
  if (filter.has_state() && (filter.state().state() == api::SANDBOX_READY) != sandbox.is_ready) return false;
  return has_labels(filter.label_selector(), sandbox.config().labels());
}

bool matches(const api::ContainerFilter& filter, const SeenContainer& container) {
  if (!container.id().starts_with(filter.id())) return false;
  if (!container.pod().plan.who.id.starts_with(filter.pod_sandbox_id())) return false;
  if (filter.has_state() && filter.state().state() != container.state) return false;
  return has_labels(filter.label_selector(), container.config().labels());
}

}  // namespace podrun::cri
