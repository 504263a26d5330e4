// Whether a pod is whole: made, of this boot, with the two processes that hold it.
#pragma once

#include "runtime/store/store.h"

namespace podrun {

inline bool stands(const PodRecord& pod) {
  return pod.life.state == PodState::ready && sandbox_of(pod).lives();
}

}  // namespace podrun
