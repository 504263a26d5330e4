// What there is, as files and the kernel say: no lock is taken, and nothing waited for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/cri/memory.h"

namespace podrun::cri {

class View {
 public:
  // `all`: also pods that podrun's command line made; else those alone that came by the CRI.
  View(Store store, bool all) : memory_(std::make_shared<Memory>(std::move(store))), all_(all) {}
  const Store& store() const { return memory_->store(); }
  Memory& memory() const { return *memory_; }

  // By an id or the beginning of one. Kind::invalid where it is empty, or several begin so; not_found.
  Result<Sandbox> sandbox(const std::string& id) const;
  Result<SeenContainer> container(const std::string& id) const;

  std::vector<Sandbox> sandboxes() const;
  std::vector<SeenContainer> containers() const;
  std::vector<SeenContainer> containers_of(const Sandbox& sandbox) const;

 private:
  bool shows(const PodRecord& pod) const;

  std::shared_ptr<Memory> memory_;
  bool all_;
};

// All that is given has to hold; an id may be the beginning of one.
bool matches(const api::PodSandboxFilter& filter, const Sandbox& sandbox);
bool matches(const api::ContainerFilter& filter, const SeenContainer& container);
bool has_labels(const google::protobuf::Map<std::string, std::string>& wanted,
                const google::protobuf::Map<std::string, std::string>& labels);

}  // namespace podrun::cri
