// System call numbers of one architecture, cut into ranges that share an answer.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "specs/seccomp/profile.h"

namespace podrun::profiles {

// Alternatives, all of them conditional, or one without conditions; none: the default action.
using Decision = std::vector<const Rule*>;

// From `first` up to the next range's first, every call has the same decision. The last one is open: numbers of x32
// (bit 30 set) and -1, which a tracer puts in to skip a call, get the default.
struct Range {
  std::uint32_t first;
  Decision decision;
};

// In order, from 0 on. The ranges point into `profile`. An unconditional rule swallows conditional ones of the same
// action and contradicts any other.
base::Result<std::vector<Range>> ranges(const Profile& profile, std::uint32_t architecture);

// Where to split two or more ranges: at the border nearest to half of the numbers, not of the ranges. The kernel
// evaluates the program once for every number when it loads it (seccomp_cache_prepare()), so wide ranges should be
// answered early.
std::size_t middle_of(std::span<const Range> part);

}  // namespace podrun::profiles
