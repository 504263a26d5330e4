// The one table from what went wrong to the number a script sees (docs/errors.md, podrun(1)).
#pragma once

#include "runtime/kernel/types.h"

namespace podrun::cli {

inline constexpr int kUsage = 2;  // the same as Kind::invalid: what was typed is input too

// Nothing has failed but what had failed before, and was told then.
inline constexpr int kToldBefore = 11;

// exec's are its command's own; 126 and 127 say that it could not be run.
int exit_code(Kind kind);

}  // namespace podrun::cli
