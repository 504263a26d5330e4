// Chapters that are written in several files.
#pragma once

#include <initializer_list>
#include <vector>

#include "kit/src/check.h"

namespace cni::kit {

// Put together, in the order of their numbers.
std::vector<Check> chapter(std::initializer_list<std::vector<Check>> parts);

// Of N: what is wrong with the environment, the configuration and the answers; what is odd and allowed; junk.
std::vector<Check> environment_checks();
std::vector<Check> config_checks();
std::vector<Check> answer_checks();
std::vector<Check> tolerance_checks();

// Of A: the result; whether it is so; ADD again and beside others; what is asked of IPAM; what is passed on.
std::vector<Check> result_checks();
std::vector<Check> applied_checks();
std::vector<Check> again_checks();
std::vector<Check> ipam_checks();
std::vector<Check> passing_on_checks();

// Of X: what lasts longer than a run.
std::vector<Check> endurance_checks();

// Of F: at a step of its own; and what is taken away from it.
std::vector<Check> step_checks();

}  // namespace cni::kit
