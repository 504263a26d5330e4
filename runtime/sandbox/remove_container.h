// One attempt of a container taken away, with all that is its own.
#pragma once

#include "runtime/sandbox/host.h"

namespace podrun {

// Ends it where it runs. Its log goes too. Whoever is killed in between leaves what another call takes away, or
// take_down().
Result<void> remove_container(const Host& host, const Box& box, const PodRecord& pod, const ContainerRecord& container);

}  // namespace podrun
