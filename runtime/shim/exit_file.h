// How a container ended, for whoever asks later.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun::shim {

// containers/KEY.exit in the pod's directory: "CODE SIGNAL NANOSECONDS\n". `status` as waitpid(2) has it. What fails is
// said on stderr.
void write_exit_file(const Fd& box, const std::string& key, int status);
bool has_exit_file(const Fd& box, const std::string& key);

}  // namespace podrun::shim
