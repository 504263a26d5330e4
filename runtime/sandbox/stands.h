// Whether a pod is whole: made, of this boot, with the two processes that hold it.
#pragma once

#include "runtime/store/store.h"

namespace podrun {

inline bool stands(const PodRecord& pod) {
  const PodLife& life = pod.life;
  return life.state == PodState::ready && life.boot_id == boot_id() && is_alive(life.shim) && is_alive(life.pause);
}

}  // namespace podrun
