// Figures of containers under the names that cAdvisor gave them: ListMetricDescriptors and ListPodSandboxMetrics.
#pragma once

#include "runtime/cri/samples.h"

namespace podrun::cri {

// The same for as long as the server runs.
std::vector<api::MetricDescriptor> metric_descriptors();

// What is not counted on this machine is left out.
api::PodSandboxMetrics metrics_of(const Sandbox& sandbox, const std::vector<SeenContainer>& containers,
                                  Samples& samples);

}  // namespace podrun::cri
