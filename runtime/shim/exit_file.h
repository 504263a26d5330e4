// How a container ended, for whoever asks later.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun::shim {

// containers/KEY.exit in the pod's directory: "CODE SIGNAL NANOSECONDS\n". `status` as waitpid(2) has it. What fails is
// said on stderr.
void write_exit_file(const Fd& box, const std::string& key, int status);
// containers/KEY.message: the last 4096 bytes of `message`, a regular file, where there are any. Before the exit file,
// so that who sees that has all of this.
void write_message_file(const Fd& box, const std::string& key, const Fd& message);
bool has_exit_file(const Fd& box, const std::string& key);

}  // namespace podrun::shim
