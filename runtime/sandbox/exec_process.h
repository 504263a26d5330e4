// What a command of exec runs with: its container's process, as the options change them.
#pragma once

#include "runtime/sandbox/exec.h"

namespace podrun {

Result<Process> exec_process(const PodRecord& pod, const ContainerRecord& container, const ExecOptions& options);

}  // namespace podrun
