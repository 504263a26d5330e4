// Whether a pod still is what it was made to be.
#include "runtime/sandbox/network.h"
#include "runtime/sandbox/runtime.h"

namespace podrun {

Result<void> Runtime::check(const PodRecord& pod) const {
  if (pod.state != PodState::ready)
    return Error{Kind::busy, 0, std::string("it is in state '") + to_text(pod.state) + "'; only a ready pod is whole"};
  return Network(options_, store_.layout()).check(pod);
}

}  // namespace podrun
