// A pod's shim, started.
#pragma once

#include <string>

#include "runtime/model/layout.h"
#include "runtime/model/plan.h"
#include "runtime/shim/client/client.h"

namespace podrun {

// podrun-shim or pause, to be executed: from beside the running program, else from where it was installed. A container
// whose root is the host's could overwrite it through /proc/self/exe (CVE-2019-5736): with `host_users` it stands on a
// read-only mount of its own. Where ids are mapped the file's owner is nobody to the container, which is as good and
// costs no mount.
Result<Fd> open_helper(const std::string& name, bool host_users);
// The running program, likewise.
Result<Fd> open_self(bool host_users);

// A new connection to a pod's shim (shim/client/client.h).
Result<Channel> connect_shim(const Layout& layout, const PodPlan& pod);

// Starts podrun-shim, born in the pod's `aux`, in a session of its own, with the pod's box for its exit files, its
// socket there and shim.log as its stderr. It lives until its last child has ended.
Result<ShimClient> start_shim(const Layout& layout, const PodPlan& pod, const Cgroup& cgroup);

}  // namespace podrun
