// Lines for whoever looks after the machine: "level=info msg=…", on stderr. The time is journald's to add.
#pragma once

#include <string>

#include "runtime/cri/options.h"

namespace podrun::cri {

void log(const Options& options, LogLevel level, const std::string& message);

}  // namespace podrun::cri
