// What pods hold while they stand.
#pragma once

#include "integration/bench/contenders.h"

namespace bench {

// Makes one pod, then twenty, and prints what each holds: shim and pause (PSS), memfds, files on tmpfs, kernel memory.
void print_memory(const Scene& scene, const Podrun& podrun);

}  // namespace bench
