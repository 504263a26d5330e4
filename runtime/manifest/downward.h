// What a Pod may be told of itself ("downward API"), from the references to it: fieldRef and resourceFieldRef.
// Source: https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
#pragma once

#include <optional>
#include <string>

#include "runtime/manifest/reader.h"
#include "runtime/model/spec.h"

namespace podrun::manifest {

// The value, with a hole (holes.h) where the machine has to be asked first. Empty: a problem has been told.
// Of `field_ref` the field that an environment variable may have; needs read_metadata done.
std::optional<std::string> read_field_ref(const Reader& field_ref, const Reader& pod_spec, const PodSpec& pod);

// The same of one that a file may have: of the above those of metadata, and all labels or annotations, a line each.
std::optional<std::string> read_file_field_ref(const Reader& field_ref, const Reader& pod_spec, const PodSpec& pod);

// Of `ref` the containerName counts, and where there is none `container`.
std::optional<std::string> read_resource_ref(const Reader& ref, const Reader& pod_spec, std::string container);

}  // namespace podrun::manifest
