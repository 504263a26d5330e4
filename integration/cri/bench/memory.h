// What servers and pods hold, in kilobytes of proportional set size.
#pragma once

#include <sys/types.h>

namespace cri_bench {

double pss(pid_t process);

// Shims in this mount namespace, and the pauses that are their children: the containers are their images'.
double pss_of_pods();

}  // namespace cri_bench
