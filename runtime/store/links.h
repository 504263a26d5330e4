// Symbolic links used as tiny files: made whole with their text in one system call, or refused because the name is
// taken.
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun {

// Makes `path` hold `text`; Kind::exists when it holds anything already.
Result<void> make_link(const std::string& text, const std::string& path);
// The text; Kind::not_found when absent, Kind::corrupt when it is no link of ours.
Result<std::string> read_link(const std::string& path);

}  // namespace podrun
