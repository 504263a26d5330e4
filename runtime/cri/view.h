// What there is, as files and the kernel say: no lock is taken, and nothing waited for.
#pragma once

#include <string>
#include <vector>

#include "runtime/cri/api.h"
#include "runtime/store/store.h"

namespace podrun::cri {

struct Sandbox {
  PodRecord record;
  api::RunPodSandboxRequest request;  // that made it, or would have
  bool is_ready = false;

  const std::string& id() const { return record.plan.who.id; }
  const api::PodSandboxConfig& config() const { return request.config(); }
};

struct SeenContainer {
  PodRecord pod;
  ContainerRecord record;
  std::string own_id;           // on record where it came by the CRI
  api::ContainerConfig config;  // that made it, or would have
  ContainerStatus status;
  api::ContainerState state = api::CONTAINER_UNKNOWN;

  const std::string& id() const { return own_id; }
};

class View {
 public:
  // `all`: also pods that podrun's command line made; else those alone that came by the CRI.
  View(Store store, bool all) : store_(std::move(store)), all_(all) {}
  const Store& store() const { return store_; }

  // By an id or the beginning of one. Kind::invalid where it is empty, or several begin so; not_found.
  Result<Sandbox> sandbox(const std::string& id) const;
  Result<SeenContainer> container(const std::string& id) const;

  std::vector<Sandbox> sandboxes() const;
  std::vector<SeenContainer> containers() const;
  std::vector<SeenContainer> containers_of(const PodRecord& pod) const;

 private:
  bool shows(const PodRecord& pod) const;

  Store store_;
  bool all_;
};

Sandbox see(PodRecord record);

// All that is given has to hold; an id may be the beginning of one.
bool matches(const api::PodSandboxFilter& filter, const Sandbox& sandbox);
bool matches(const api::ContainerFilter& filter, const SeenContainer& container);
bool has_labels(const google::protobuf::Map<std::string, std::string>& wanted,
                const google::protobuf::Map<std::string, std::string>& labels);

}  // namespace podrun::cri
