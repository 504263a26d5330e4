#include "integration/bench/places.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include "base/files.h"
#include "integration/bench/timing.h"

namespace bench {
namespace {

constexpr const char* kUnified = "/sys/fs/cgroup/unified";

base::Fd this_namespace() { return base::Fd(::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC)); }

}  // namespace

Places::Places() : host_(this_namespace()) {
  if (!base::path_exists(std::string(kUnified) + "/cgroup.procs")) return;
  if (::unshare(CLONE_NEWNS) != 0 || ::umount2(kUnified, MNT_DETACH) != 0)
    fail("make a mount namespace without unified");
  without_unified_ = this_namespace();
  enter(Place::host);
}

void Places::enter(Place place) const {
  const base::Fd& there = place == Place::without_unified && without_unified_ ? without_unified_ : host_;
  if (::setns(there.get(), CLONE_NEWNS) != 0) fail("enter a mount namespace");
}

}  // namespace bench
