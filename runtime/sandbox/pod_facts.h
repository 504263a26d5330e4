// What a plan has to know of the machine and of images, found out. Of all that create does this may only read, and
// pull images and unpack their layers, which are kept for whoever comes next.
#pragma once

#include <string>
#include <vector>

#include "runtime/plan/facts.h"
#include "runtime/sandbox/host.h"
#include "runtime/sandbox/machine_facts.h"

namespace podrun {

// The parts of it, for a container that comes later.
Result<MachineFacts> find_machine(const Host& host, bool host_network);
Result<ContainerFacts> find_container(const Host& host, const MachineFacts& machine, const PodSpec& pod,
                                      const ContainerSpec& container, const Registry& registry);

// `networks` and `registry` as in CreateOptions.
Result<PodFacts> find_facts(const Host& host, const PodSpec& spec, const std::vector<std::string>& networks,
                            const Registry& registry);

}  // namespace podrun
