// Signals as people write them: names and numbers.
#pragma once

#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun {

// "SIGTERM", "TERM", "term", "SIGRTMIN+3", "SIGRTMAX-2", "15". Kind::invalid: "'x' is no signal, such as SIGTERM or
// 15".
Result<int> parse_signal(std::string_view text);

}  // namespace podrun
