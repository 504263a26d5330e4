#include "runtime/cri/view.h"

#include <algorithm>

#include "base/files.h"
#include "runtime/cri/cli_pods.h"
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

api::ContainerState state_of(const PodRecord& pod, const ContainerRecord& record, const ContainerStatus& status) {
  if (status.running) return api::CONTAINER_RUNNING;
  if (status.exit) return api::CONTAINER_EXITED;
  if (record.life.process.empty()) return api::CONTAINER_CREATED;
  // It has ended, and its shim is about to say how: its log is not whole yet.
  return sandbox_of(pod).shim ? api::CONTAINER_RUNNING : api::CONTAINER_UNKNOWN;
}

SeenContainer see(const Layout& layout, std::shared_ptr<const KnownPod> pod,
                  std::shared_ptr<const KnownContainer> container) {
  SeenContainer seen{.known_pod = std::move(pod), .known = std::move(container), .status = {}};
  seen.status = podrun::status_of(layout, seen.pod(), seen.record());
  seen.state = state_of(seen.pod(), seen.record(), seen.status);
  return seen;
}

}  // namespace

Sandbox see(std::shared_ptr<const KnownPod> pod) {
  const PodLife& life = pod->record.life;
  const bool is_ready = life.state == PodState::ready && !life.is_terminating() && sandbox_of(pod->record).lives();
  return {std::move(pod), is_ready};
}

bool View::shows(const PodRecord& pod) const { return all_ || is_of_cri(pod); }

Result<Sandbox> View::sandbox(const std::string& id) const {
  std::vector<std::string> ids{id};
  if (!is_pod_id(id)) ids = base::list_dir(store().layout().pods()).value_or({});
  const std::string whole = TRY(whole_id(id, ids, "sandbox"));
  auto pod = memory_->pod(whole);
  if (!pod && pod.error().kind == Kind::not_found)
    return Error{Kind::not_found, ENOENT, "sandbox '" + id + "' not found"};
  if (!pod) return std::move(pod).error();
  if (!shows((*pod)->record))
    return Error{Kind::not_found, ENOENT, "sandbox '" + id + "' is podrun's own (pods = \"own\")"};
  return see(std::move(*pod));
}

Result<SeenContainer> View::container(const std::string& id) const {
  const auto place = store().find_container(id);
  if (!place && place.error().kind != Kind::not_found) return place.error();
  if (place) {
    const auto& [pod_id, key] = *place;
    const auto pod = memory_->pod(pod_id);
    const auto text = base::read_file(store().layout().container_record(pod_id, key));
    const Error unknown{Kind::not_found, ENOENT, "container '" + id + "' not found"};
    if (!pod || !text) return unknown;
    ContainerRecord record = TRY(container_from_json(*text).in("container '" + id + "'"));
    if (record.plan.id != id) return unknown;
    return see(store().layout(), *pod, std::make_shared<KnownContainer>(know((*pod)->record, std::move(record))));
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
  for (auto& pod : memory_->pods().value_or({}))
    if (shows(pod->record)) sandboxes.push_back(see(std::move(pod)));
  return sandboxes;
}

std::vector<SeenContainer> View::containers_of(const std::shared_ptr<const KnownPod>& pod) const {
  std::vector<SeenContainer> containers;
  const auto known = memory_->containers_of(pod);
  if (!known) return containers;
  for (const KnownContainer& one : (*known)->all)
    // What `podrun debug` adds to a pod of the CRI is not its client's.
    if (!is_of_cri(pod->record) || !one.record.plan.id.empty())
      containers.push_back(see(store().layout(), pod, std::shared_ptr<const KnownContainer>(*known, &one)));
  return containers;
}

std::vector<SeenContainer> View::containers() const {
  std::vector<SeenContainer> all;
  for (const auto& pod : memory_->pods().value_or({})) {
    if (!shows(pod->record)) continue;
    auto own = containers_of(pod);
    std::move(own.begin(), own.end(), std::back_inserter(all));
  }
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
