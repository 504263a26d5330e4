// What a command of exec runs with: its container's settings, as the options change them.
#pragma once

#include "runtime/sandbox/runtime.h"
#include "runtime/store/record.h"

namespace podrun {

Result<ProcessSettings> exec_settings(const ContainerRecord& container, const ExecOptions& options);

}  // namespace podrun
