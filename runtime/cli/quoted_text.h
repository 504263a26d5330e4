// Text in quotes, single or double, with Go's escapes: "\n", "\t", "\u00e9", …
#pragma once

#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::cli {

// Reads the text that `rest` begins with, and leaves what is behind its closing quote.
Result<std::string> take_quoted(std::string_view& rest);

}  // namespace podrun::cli
