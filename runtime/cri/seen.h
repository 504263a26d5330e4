// A pod and its containers as they were seen: their records, what the CRI has asked for, and what of them lived then.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/cri/api.h"
#include "runtime/store/store.h"

namespace podrun::cri {

struct KnownPod {
  PodRecord record;
  api::RunPodSandboxRequest request;  // that made it, or would have
};
KnownPod know(PodRecord record);

struct KnownContainer {
  ContainerRecord record;
  std::string id;               // on record where it came by the CRI
  api::ContainerConfig config;  // that made it, or would have
};
KnownContainer know(const PodRecord& pod, ContainerRecord record);

struct Sandbox {
  std::shared_ptr<const KnownPod> known;
  bool is_ready = false;
  std::shared_ptr<const api::PodSandbox> item;  // of lists

  const PodRecord& record() const { return known->record; }
  const std::string& id() const { return record().plan.who.id; }
  const api::RunPodSandboxRequest& request() const { return known->request; }
  const api::PodSandboxConfig& config() const { return request().config(); }
};
Sandbox see(std::shared_ptr<const KnownPod> pod);
inline Sandbox see(PodRecord record) { return see(std::make_shared<const KnownPod>(know(std::move(record)))); }

struct SeenContainer {
  std::shared_ptr<const KnownPod> known_pod;
  std::shared_ptr<const KnownContainer> known;
  ContainerStatus status;
  api::ContainerState state = api::CONTAINER_UNKNOWN;
  std::shared_ptr<const api::Container> item;  // of lists

  const PodRecord& pod() const { return known_pod->record; }
  const ContainerRecord& record() const { return known->record; }
  const std::string& id() const { return known->id; }
  const api::ContainerConfig& config() const { return known->config; }
};
SeenContainer see(const Layout& layout, std::shared_ptr<const KnownPod> pod,
                  std::shared_ptr<const KnownContainer> container);

}  // namespace podrun::cri
