// What the shells' completions ask (completions/): podrun __complete WORD...
#pragma once

#include <string>
#include <vector>

#include "runtime/cli/context.h"

namespace podrun::cli {

// The word under which shells ask. It is no command of a person's: no help shows it.
inline constexpr const char* kComplete = "__complete";

// What could stand in place of the last of `words`: one a line, then a tab and what it means; ":files" where the name
// of a file could stand. Of a command line that is wrong, or pods nobody may see, nothing: a shell has no place for
// errors.
void complete(Context& context, std::vector<std::string> words);

}  // namespace podrun::cli
