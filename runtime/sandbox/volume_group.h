// Giving what is in a volume to a group, as the kubelet does it for securityContext.fsGroup.
#pragma once

#include <sys/types.h>

#include <string>

#include "runtime/kernel/types.h"

namespace podrun {

// What a member of the group may do with a file or a directory of this mode, added to it. `writes`: the files may be
// written.
mode_t mode_for_group(mode_t mode, bool writes);

// A whole tree, which containers may be changing meanwhile: no link is followed, no other mount entered. The directory
// itself comes last, so that one that has the group says that all of it has been done; with `only_where_it_differs`
// such a tree stays as it is.
Result<void> give_to_group(const std::string& path, gid_t group, bool only_where_it_differs);

}  // namespace podrun
