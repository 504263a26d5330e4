// The directories that somebody chose for podrun.
#pragma once

#include <string>

#include "runtime/kernel/types.h"
#include "runtime/model/layout.h"

namespace podrun {

// One that somebody chose may hold other things of theirs: what podrun makes below it is closed to others, it itself is
// not changed. The usual one is podrun's alone.
Result<void> make_own_directory(const std::string& chosen, const std::string& usual);

// A data directory belongs to the first state directory it was used with. Kind::invalid when that is another one.
Result<void> claim_data_directory(const Layout& layout);

}  // namespace podrun
