// Variables whose values stand elsewhere: in the Pod itself, in ConfigMaps and in Secrets.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/manifest/companions.h"
#include "runtime/manifest/reader.h"
#include "runtime/model/spec.h"

namespace podrun::manifest {

// What a container of a Pod can refer to.
struct Referred {
  const PodSpec& pod;  // its metadata is read
  const Reader& pod_spec;
  const Companions& beside;
};

// Of env[].valueFrom; empty: what is referred to is absent and optional, or a problem has been told. `container` is its
// name.
std::optional<std::string> read_value_from(const Reader& source, const std::string& container,
                                           const Referred& referred);

// Of one of envFrom[], in the order of names.
std::vector<std::pair<std::string, std::string>> read_env_from(const Reader& source, const Referred& referred);

}  // namespace podrun::manifest
