// The part of the table of fields that is about volumes.
#pragma once

#include "runtime/manifest/fields.h"

namespace podrun::manifest {

extern const Type kVolume;       // of spec.volumes
extern const Type kVolumeMount;  // of a container's volumeMounts

// When an image is had from its registry: of containers, too.
inline constexpr Choice kPullPolicies[] = {{"Never"}, {"IfNotPresent"}, {"Always"}};

// Volumes by which a cluster's Pods reach its API, and mounts of them: nobody asked for them, and nobody here looks at
// them.
inline constexpr std::string_view kServiceAccountVolume = "kube-api-access-*";
bool is_service_account_volume(std::string_view name);

}  // namespace podrun::manifest
