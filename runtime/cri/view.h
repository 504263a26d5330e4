// What there is, as files and the kernel say: no lock is taken, and nothing waited for. Pods that came by the CRI
// alone; others are the CLI's.
#pragma once

#include <string>
#include <vector>

#include "runtime/cri/api.h"
#include "runtime/store/store.h"

namespace podrun::cri {

struct Sandbox {
  PodRecord record;
  api::RunPodSandboxRequest request;  // that made it
  bool is_ready = false;

  const std::string& id() const { return record.plan.who.id; }
  const api::PodSandboxConfig& config() const { return request.config(); }
};

struct SeenContainer {
  PodRecord pod;
  ContainerRecord record;
  api::ContainerConfig config;  // that made it
  ContainerStatus status;
  api::ContainerState state = api::CONTAINER_UNKNOWN;

  const std::string& id() const { return record.plan.id; }
};

class View {
 public:
  explicit View(Store store) : store_(std::move(store)) {}
  const Store& store() const { return store_; }

  // By an id or the beginning of one. Kind::invalid where it is empty, or several begin so; not_found.
  Result<Sandbox> sandbox(const std::string& id) const;
  Result<SeenContainer> container(const std::string& id) const;

  std::vector<Sandbox> sandboxes() const;
  std::vector<SeenContainer> containers() const;
  std::vector<SeenContainer> containers_of(const PodRecord& pod) const;

 private:
  Store store_;
};

Sandbox see(PodRecord record);

// All that is given has to hold; an id may be the beginning of one.
bool matches(const api::PodSandboxFilter& filter, const Sandbox& sandbox);
bool matches(const api::ContainerFilter& filter, const SeenContainer& container);
bool has_labels(const google::protobuf::Map<std::string, std::string>& wanted,
                const google::protobuf::Map<std::string, std::string>& labels);

}  // namespace podrun::cri
