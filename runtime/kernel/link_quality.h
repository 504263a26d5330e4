// A link as bad as a person wants it: what is sent there is lost, late, or goes no faster than so much.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "runtime/kernel/types.h"

namespace podrun {

struct LinkQuality {
  double loss = 0;                    // of 1
  std::chrono::nanoseconds delay{0};  // none
  std::uint64_t rate = 0;             // bits a second; 0: as fast as it goes

  bool is_perfect() const { return loss == 0 && delay.count() == 0 && rate == 0; }
};

// For what leaves by that link of the calling thread's network namespace. Kind::unsupported where the kernel has no
// netem, or for a rate alone no tbf (tc-netem(8), tc-tbf(8)).
Result<void> set_link_quality(const std::string& link, const LinkQuality& quality);

}  // namespace podrun
