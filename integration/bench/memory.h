// What pods hold while they stand.
#pragma once

#include "integration/bench/contenders.h"

namespace bench {

// Makes a pod, one of ten containers, and then twenty, and prints what each holds: shim and pause (PSS), memfds, files
// on tmpfs, kernel memory.
void print_memory(const Scene& scene, const Podrun& podrun);

// Proportional set size of a process, kB; none of one that has ended.
double pss_or_none(const std::string& pid);

}  // namespace bench
