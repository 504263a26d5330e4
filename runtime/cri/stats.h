// What containers and sandboxes use of the machine, in the words of the CRI.
#pragma once

#include "runtime/cri/samples.h"

namespace podrun::cri {

// Of one that runs; of others what is left to be counted.
api::ContainerStats stats_of(const SeenContainer& container, Samples& samples);
api::PodSandboxStats stats_of(const Sandbox& sandbox, const std::vector<SeenContainer>& containers, Samples& samples);

bool matches(const api::ContainerStatsFilter& filter, const SeenContainer& container);
bool matches(const api::PodSandboxStatsFilter& filter, const Sandbox& sandbox);

}  // namespace podrun::cri
