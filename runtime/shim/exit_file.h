// How a container ended, for whoever asks later.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun::shim {

// An end that is to be told.
struct ExitNote {
  std::string key;
  std::string line;  // "CODE SIGNAL NANOSECONDS\n"
  Fd message;        // a regular file; none where it has no message
};

// Of one that has ended now. `status` as waitpid(2) has it.
ExitNote note_exit(const std::string& key, int status, Fd message);

// containers/KEY.message in the pod's directory: the last 4096 bytes of its message, where there are any. Then
// containers/KEY.exit: the line; who sees that has all of the message. Fails as a whole: on a full disk, say, and is to
// be tried again. Where the directory is gone nobody wants to know.
Result<void> write_exit_files(const Fd& box, const ExitNote& note);
bool has_exit_file(const Fd& box, const std::string& key);

}  // namespace podrun::shim
