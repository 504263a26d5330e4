// podrun as a program that containers may see.
#pragma once

#include "runtime/kernel/types.h"

namespace podrun::cli {

// A payload may be "#!/proc/self/exe": then podrun itself is what runs in the container, and what a container's root
// that is the host's root could write to (CVE-2019-5736). So before it enters one, podrun goes on from a read-only
// mount of itself: what it did so far is done again. Returns where it runs from one already.
Result<void> go_on_read_only();

}  // namespace podrun::cli
