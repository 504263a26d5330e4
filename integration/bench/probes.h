// What it costs to ask pods whether they are well.
#pragma once

#include "integration/bench/contenders.h"
#include "integration/bench/operations.h"

namespace bench {

// Makes twenty pods with a probe a second, and prints the part of a processor that they take, and the memory of who
// asks; beside it as many of podman's health checks.
void print_probes(const Scene& scene, const Podrun& podrun, const Peers& peers);

}  // namespace bench
