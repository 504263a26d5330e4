// What others wrote, for a terminal or a report. A name, a log line or a plugin's message may hold what a terminal obeys: escape
// sequences, C1 controls, and characters that turn the direction of writing (Unicode TR 36, CVE-2021-42574).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cni::base {

// All but new lines and tabs of that, what is no character, and bytes that are no UTF-8, as \x1b, \u009b, \u202e.
// At most `most` bytes of it: as many characters, or what stands for them, as have room whole.
std::string printable(std::string_view text, std::size_t most = std::string::npos);

}  // namespace cni::base
