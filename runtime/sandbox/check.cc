#include "runtime/sandbox/check.h"

#include "runtime/sandbox/network.h"

namespace podrun {

Result<void> check_pod(const Host& host, const PodRecord& pod) {
  if (pod.life.state != PodState::ready)
    return Error{Kind::busy, 0,
                 std::string("it is in state '") + to_text(pod.life.state) + "'; only a ready pod is whole"};
  return Network(host).check(pod);
}

}  // namespace podrun
