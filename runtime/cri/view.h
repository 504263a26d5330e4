// What there is, as files and the kernel say: no lock is taken, and nothing waited for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/cri/memory.h"

namespace podrun::cri {

struct Sandbox {
  std::shared_ptr<const KnownPod> known;
  bool is_ready = false;

  const PodRecord& record() const { return known->record; }
  const std::string& id() const { return record().plan.who.id; }
  const api::RunPodSandboxRequest& request() const { return known->request; }
  const api::PodSandboxConfig& config() const { return request().config(); }
};

struct SeenContainer {
  std::shared_ptr<const KnownPod> known_pod;
  std::shared_ptr<const KnownContainer> known;
  ContainerStatus status;
  api::ContainerState state = api::CONTAINER_UNKNOWN;

  const PodRecord& pod() const { return known_pod->record; }
  const ContainerRecord& record() const { return known->record; }
  const std::string& id() const { return known->id; }
  const api::ContainerConfig& config() const { return known->config; }
};

class View {
 public:
  // `all`: also pods that podrun's command line made; else those alone that came by the CRI.
  View(Store store, bool all) : memory_(std::make_shared<Memory>(std::move(store))), all_(all) {}
  const Store& store() const { return memory_->store(); }

  // By an id or the beginning of one. Kind::invalid where it is empty, or several begin so; not_found.
  Result<Sandbox> sandbox(const std::string& id) const;
  Result<SeenContainer> container(const std::string& id) const;

  std::vector<Sandbox> sandboxes() const;
  std::vector<SeenContainer> containers() const;
  std::vector<SeenContainer> containers_of(const Sandbox& sandbox) const { return containers_of(sandbox.known); }

 private:
  bool shows(const PodRecord& pod) const;
  std::vector<SeenContainer> containers_of(const std::shared_ptr<const KnownPod>& pod) const;

  std::shared_ptr<Memory> memory_;
  bool all_;
};

Sandbox see(std::shared_ptr<const KnownPod> pod);
inline Sandbox see(PodRecord record) { return see(std::make_shared<const KnownPod>(know(std::move(record)))); }

// All that is given has to hold; an id may be the beginning of one.
bool matches(const api::PodSandboxFilter& filter, const Sandbox& sandbox);
bool matches(const api::ContainerFilter& filter, const SeenContainer& container);
bool has_labels(const google::protobuf::Map<std::string, std::string>& wanted,
                const google::protobuf::Map<std::string, std::string>& labels);

}  // namespace podrun::cri
