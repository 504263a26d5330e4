#include "runtime/sandbox/place.h"

#include "runtime/kernel/namespaces.h"

namespace podrun {

// pause holds the pod's namespaces, and is this very process as long as its pidfd says so.
Result<probe::Place> place_of(const PodRecord& pod) {
  probe::Place place;
  place.address = pod.life.ips.empty() ? "127.0.0.1" : pod.life.ips.front();
  if (pod.plan.namespaces.host_network) return place;
  const Fd pause = TRY(open_process(pod.life.pause).in("find the pod's network namespace"));
  place.netns = TRY(open_namespace(pod.life.pause.pid, "net"));
  return place;
}

}  // namespace podrun
