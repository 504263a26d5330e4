// Files that somebody else may have put something else in the place of.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun {

// All that is in an open file. Whoever opens it says O_NONBLOCK, so as not to wait for a FIFO's writer. Kind::invalid
// where it is no regular file; more bytes than `most` are an error too. `shown`: its name in errors of reading.
Result<std::string> read_regular(const Fd& file, const std::string& shown, std::size_t most);

}  // namespace podrun
