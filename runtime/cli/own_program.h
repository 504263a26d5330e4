// podrun as a program that containers may see.
#pragma once

#include <vector>

#include "runtime/cli/context.h"
#include "runtime/cli/pod_filter.h"

namespace podrun::cli {

// A payload may be "#!/proc/self/exe": then podrun itself is what runs in the container, and what a container's root
// that is the host's root could write to (CVE-2019-5736). So before it enters one, podrun goes on from a read-only
// mount of itself: what it did so far is done again. Returns where it runs from one already.
Result<void> go_on_read_only();

// The same where that is needed to end one of these pods: a preStop by exec enters a container of the host's users. To
// be called once they are chosen, and before anything is done to the first.
Result<void> be_ready_to_end(const Context& context, const std::vector<PodTarget>& pods);

}  // namespace podrun::cli
