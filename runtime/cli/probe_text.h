// A probe on one line, as `kubectl describe` has it.
#pragma once

#include <string>

#include "runtime/model/probe.h"

namespace podrun::cli {

// "http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3"
std::string probe_text(const ProbePlan& probe);

}  // namespace podrun::cli
