#include "runtime/cri/seen.h"

#include "runtime/cri/answers.h"
#include "runtime/cri/cli_pods.h"
#include "runtime/cri/encoding.h"

namespace podrun::cri {
namespace {

api::ContainerState state_of(const PodRecord& pod, const ContainerRecord& record, const ContainerStatus& status) {
  if (status.running) return api::CONTAINER_RUNNING;
  if (status.exit) return api::CONTAINER_EXITED;
  if (record.life.process.empty()) return api::CONTAINER_CREATED;
  // It has ended, and its shim is about to say how: its log is not whole yet.
  return sandbox_of(pod).shim ? api::CONTAINER_RUNNING : api::CONTAINER_UNKNOWN;
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

Sandbox see(std::shared_ptr<const KnownPod> pod) {
  const PodLife& life = pod->record.life;
  const bool is_ready = life.state == PodState::ready && !life.is_terminating() && sandbox_of(pod->record).lives();
  Sandbox seen{.known = std::move(pod), .is_ready = is_ready, .item = nullptr};
  seen.item = std::make_shared<const api::PodSandbox>(item_of(seen));
  return seen;
}

SeenContainer see(const Layout& layout, std::shared_ptr<const KnownPod> pod,
                  std::shared_ptr<const KnownContainer> container) {
  SeenContainer seen{.known_pod = std::move(pod), .known = std::move(container), .status = {}, .item = nullptr};
  seen.status = podrun::status_of(layout, seen.pod(), seen.record());
  seen.state = state_of(seen.pod(), seen.record(), seen.status);
  seen.item = std::make_shared<const api::Container>(item_of(seen));
  return seen;
}

}  // namespace podrun::cri
