// Volumes that are files: configMap, secret, downwardAPI and projected.
#pragma once

#include <string>
#include <vector>

#include "runtime/manifest/companions.h"
#include "runtime/manifest/reader.h"
#include "runtime/model/spec.h"

namespace podrun::manifest {

// `beside` is what the Pod, whose metadata is read, may refer to.
FilesSpec read_config_map_volume(const Reader& given, const PodSpec& pod, const Companions& beside);
FilesSpec read_secret_volume(const Reader& given, const PodSpec& pod, const Companions& beside);
FilesSpec read_downward_volume(const Reader& given, const Reader& pod_spec, const PodSpec& pod);
FilesSpec read_projected_volume(const Reader& given, const Reader& pod_spec, const PodSpec& pod,
                                const Companions& beside);

}  // namespace podrun::manifest
