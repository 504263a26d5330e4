// How much of what a pod's containers print is kept: annotations of the pod, else what the kubelet keeps.
#pragma once

#include "runtime/manifest/spec.h"
#include "runtime/shim/protocol.h"

namespace podrun {

// podrun.io/log-max-size, a quantity of bytes, and podrun.io/log-max-files. Kind::invalid names the annotation.
Result<shim::LogLimits> log_limits(const PodSpec& spec);

}  // namespace podrun
