// Kubernetes manifests, YAML or JSON, into PodSpecs. Pure: touches nothing but its input.
//
// What is read is a set of objects: Pods; what makes Pods of a template (Deployment, StatefulSet, Job …); the
// ConfigMaps and Secrets they refer to; and Lists of all these. Other kinds mean nothing on one machine.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/kernel/types.h"
#include "runtime/model/spec.h"

namespace podrun {

struct ManifestText {
  std::string text;
  std::string source;  // names the input in errors: "web.yaml", "stdin"
};

struct ManifestOptions {
  std::string name_space = "default";  // of objects that name none
  bool only_there = false;             // an object of another namespace is an error
  // What metadata.generateName is followed by, a new one each time; empty: such an object is an error.
  std::function<std::string()> name_suffix;
};

struct ManifestSet {
  std::vector<PodSpec> pods;          // at least one; in the order of the set, no two of one name in one namespace
  std::vector<std::string> warnings;  // one line each: what is accepted and means nothing here
};

// The detail of an error that is only the first of several: the others, a line each.
struct ManifestProblems : base::ErrorDetail {
  std::vector<std::string> lines;
};

// A path names the field, as the document has it: "web.yaml: spec.template.spec.containers[1].image: expected a string,
// found a number". All that is wrong is told, up to a bound. YAML and JSON errors name line and column. Hostile input
// is expected: each text is at most 1 MiB, nesting at most 32 deep, YAML anchors may not expand beyond that.
Result<ManifestSet> parse_manifests(const std::vector<ManifestText>& texts, const ManifestOptions& options = {});

// Of one Pod alone.
struct Manifest {
  PodSpec spec;
  std::vector<std::string> warnings;
};
Result<Manifest> parse_manifest(std::string_view text, std::string_view source);

// Which pods a set is about, whatever else is wrong with it: for who wants to be rid of them.
struct PodName {
  std::string name_space;
  std::string name;
};
Result<std::vector<PodName>> find_pod_names(const std::vector<ManifestText>& texts, const ManifestOptions& options);

// RFC 1123: what a pod, a namespace or a container may be called. Empty when `name` is good, else what is wrong with
// it.
std::string why_bad_label(std::string_view name);      // at most 63: containers, namespaces, hostname
std::string why_bad_subdomain(std::string_view name);  // at most 253, dots allowed: pods

}  // namespace podrun
