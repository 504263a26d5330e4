// A container made and started in a pod that stands, hours after the pod and by another process than made it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "runtime/sandbox/host.h"

namespace podrun {

struct StartOptions {
  // What the attempt before has written is what this one finds; else a fresh layer over the image.
  bool keeps_layer = true;
  std::optional<std::uint32_t> attempt;  // only if it is this one's turn: else somebody else was faster
  std::int64_t back_off = 0;             // life.back_off of the new attempt
};

// Kind::busy when it does not, Kind::unsupported when it may not be active any longer: no container of it can be
// started.
Result<void> check_that_it_stands(const PodRecord& pod);

// The next attempt of the container of that name, or the first one where it has not been started yet. What is left of
// the attempt before its last one goes. Kind::exists when it runs, Kind::busy when the pod does not stand. Of an
// attempt that could not become its payload the record says why (life.failure).
Result<ContainerRecord> start_container(const Host& host, const std::string& id, const std::string& name,
                                        const StartOptions& options);

}  // namespace podrun
