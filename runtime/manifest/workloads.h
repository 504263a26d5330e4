// The kinds that make Pods of a template, and the Pods that they mean on one machine.
#pragma once

#include <vector>

#include "runtime/manifest/fields.h"
#include "runtime/manifest/manifest.h"
#include "runtime/manifest/objects.h"

namespace podrun::manifest {

struct Workload;

// Null for another kind.
const Workload* find_workload(const Object& object);
const Type& fields_of(const Workload& workload);

// `object` has been checked against the fields. Kubernetes takes none whose Pods would not be its own: a selector that the
// template's labels do not match is a problem.
void check_selector(const Workload& workload, const Object& object, Problems& problems);

// A Pod as if somebody had written it.
struct PodDocument {
  Json pod;
  std::string source;  // as Object
  std::string path;    // of its metadata and spec: "spec.template"
};

// `object` has been checked against the fields. What is wrong with the template itself is not looked at.
std::vector<PodDocument> expand(const Workload& workload, const Object& object, const ManifestOptions& options,
                                Problems& problems, std::vector<std::string>& warnings);

}  // namespace podrun::manifest
