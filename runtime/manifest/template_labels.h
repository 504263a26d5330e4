// Whether the Pods of a template are those that its owner selects.
#pragma once

#include <string>

#include "runtime/manifest/tree.h"

namespace podrun::manifest {

// `selector` as in spec.selector of a workload: matchLabels and matchExpressions, or, as of a ReplicationController,
// labels alone. `labels`: of the template's metadata; either may be of any type. What the labels lack, "app=web" or
// "tier In (a, b)"; empty where nothing. What is no selector asks for nothing.
// Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
std::string what_labels_lack(const Json& selector, const Json& labels);

}  // namespace podrun::manifest
