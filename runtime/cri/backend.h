// What every call is given: the options, what there is, and who acts.
#pragma once

#include <functional>
#include <string>

#include "runtime/cri/options.h"
#include "runtime/cri/view.h"
#include "runtime/cri/worker.h"

namespace podrun::cri {

// Milliseconds for a pod's lock: another container of it may be starting.
inline constexpr int kLockPatience = 60'000;

struct Backend {
  Options options;
  View view;
  Workers workers;

  const Layout& layout() const { return view.store().layout(); }
  std::string images() const { return layout().images(); }
};

// What a worker is told that acts on a container.
inline std::vector<std::string> act_on(const char* act, const SeenContainer& container) {
  return {act, container.pod().plan.who.id, container.record().plan.key()};
}

}  // namespace podrun::cri
