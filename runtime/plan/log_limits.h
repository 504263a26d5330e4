// How much of what a pod's containers print is kept: annotations of the pod, else what the kubelet keeps.
#pragma once

#include "runtime/kernel/types.h"
#include "runtime/model/plan.h"
#include "runtime/plan/annotations.h"

namespace podrun {

// podrun.io/log-max-size, a quantity of bytes, and podrun.io/log-max-files. Kind::invalid names the annotation.
Result<LogLimits> log_limits(const annotations::Annotations& annotations);

}  // namespace podrun
