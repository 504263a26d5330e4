// podrun-cri, from its options to its end.
#pragma once

#include "runtime/cri/options.h"

namespace podrun::cri {

// Serves until SIGTERM or SIGINT; calls that are under way then are let end. Kind::busy where another one serves.
Result<void> serve(const Options& options);

}  // namespace podrun::cri
