#include "runtime/sandbox/layer.h"

#include <cerrno>
#include <cstdio>

namespace podrun {

Result<void> take_over_layer(const ContainerPlan& before, const ContainerPlan& next) {
  if (before.writable == next.writable) return {};
  if (::rename(before.writable.c_str(), next.writable.c_str()) == 0 || errno == ENOENT) return {};
  return Error::system(errno, "take over the writable layer '" + before.writable + "'");
}

}  // namespace podrun
