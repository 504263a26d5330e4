// A CreateContainerRequest as a plan of the house's.
#pragma once

#include <string>

#include "runtime/cri/api.h"
#include "runtime/model/layout.h"
#include "runtime/model/record.h"
#include "runtime/plan/facts.h"

namespace podrun::cri {

struct ContainerSurroundings {
  const PodRecord& pod;
  const api::PodSandboxConfig& pod_config;  // of its making
  std::vector<ContainerRecord> siblings;    // for pid namespaces of theirs
  ContainerFacts facts;                     // but for the filter
  MachineFacts machine;
  const Layout& layout;
  std::string images;                             // the image store's directory
  std::vector<std::string> cdi_directories = {};  // of the specifications of devices; later ones go before
};

// A name of files: what is none (kubelet's are) becomes a digest. The name itself is in the configuration on record.
std::string file_name_of(const std::string& name);

// Without an id. Kind::invalid names the field; unsupported what is not here; not_found what the host has not.
Result<ContainerPlan> plan_container(const api::ContainerConfig& config, ContainerSurroundings around);

// The signal, and back. SIGNAL_RUNTIME_DEFAULT is 0.
int number_of(api::Signal signal);
api::Signal signal_of(int number);

}  // namespace podrun::cri
