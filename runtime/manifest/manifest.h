// A Kubernetes v1 Pod manifest, YAML or JSON, into a PodSpec. Pure: touches nothing but its input.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/model/spec.h"

namespace podrun {

struct Manifest {
  PodSpec spec;
  std::vector<std::string> warnings;  // one line each: fields accepted that mean nothing here
};

// The detail of an error that is only the first of several: the others, a line each.
struct ManifestProblems : base::ErrorDetail {
  std::vector<std::string> lines;
};

// `source` names the input in errors ("web.yaml", "stdin"); a path names the field: "web.yaml:
// spec.containers[1].image: expected a string, found a number". All that is wrong is told, up to a bound. YAML and JSON
// errors name line and column. Hostile input is expected: the text is at most 1 MiB, nesting at most 32 deep, YAML
// anchors may not expand beyond that.
Result<Manifest> parse_manifest(std::string_view text, std::string_view source);

// RFC 1123: what a pod, a namespace or a container may be called. Empty when `name` is good, else what is wrong with
// it.
std::string why_bad_label(std::string_view name);      // at most 63: containers, namespaces, hostname
std::string why_bad_subdomain(std::string_view name);  // at most 253, dots allowed: pods

}  // namespace podrun
