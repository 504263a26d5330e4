#include "runtime/manifest/meant.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "runtime/manifest/companion_objects.h"
#include "runtime/manifest/suggest.h"
#include "runtime/manifest/workloads.h"

namespace podrun::manifest {
namespace {

// With what their apiVersion is today.
struct KnownKind {
  std::string_view kind;
  std::string_view version;
};

constexpr std::array kKnownKinds{
    KnownKind{"Pod", "v1"},          KnownKind{"ConfigMap", "v1"},    KnownKind{"Secret", "v1"},
    KnownKind{"PodTemplate", "v1"},  KnownKind{"Deployment", "apps/v1"}, KnownKind{"ReplicaSet", "apps/v1"},
    KnownKind{"StatefulSet", "apps/v1"}, KnownKind{"DaemonSet", "apps/v1"},  KnownKind{"Job", "batch/v1"},
    KnownKind{"CronJob", "batch/v1"}, KnownKind{"ReplicationController", "v1"},
};

}  // namespace

std::string what_may_be_meant(const Object& object) {
  const bool is_pod = object.group.empty() && object.kind == "Pod";
  if (is_pod || is_companion(object) || find_workload(object) != nullptr) return "";
  std::array<std::string_view, kKnownKinds.size()> kinds{};
  std::transform(kKnownKinds.begin(), kKnownKinds.end(), kinds.begin(), [](const KnownKind& one) { return one.kind; });
  const std::string_view meant = closest(object.kind, kinds);
  for (const KnownKind& one : kKnownKinds)
    if (one.kind == meant) return std::string(one.version) + " " + std::string(one.kind);
  return "";
}

}  // namespace podrun::manifest
