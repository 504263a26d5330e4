// What a container logged, for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace podrun::cli {

// As base::printable, but for colours and the like (ECMA-48's SGR: ESC [ digits and semicolons m), which command
// nothing but how text looks. `coloured` goes from part to part of a line, false at first: whether something of that is on.
std::string shown_log_text(std::string_view text, bool& coloured);

// Turns all of it off.
inline constexpr std::string_view kNoColour = "\x1b[0m";

}  // namespace podrun::cli
