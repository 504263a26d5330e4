// The library in a caller of much memory.
#pragma once

namespace bench {

// Prints what cni::ProcessRunner takes for a plugin that does nothing in a caller of 0, 1 and 2 GB, and fork and exec
// beside it; and the ratios, which are the machine's least.
void print_large_caller(int runs);

}  // namespace bench
