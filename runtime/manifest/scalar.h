// What a plain (unquoted) YAML scalar means.
#pragma once

#include <string_view>

#include "runtime/manifest/tree.h"

namespace podrun::manifest {

// As sigs.k8s.io/yaml, which kubectl reads manifests with: YAML 1.1, so yes, no, on, off, y and n are booleans, 0755 is
// octal and 1_000 a thousand; dates and sexagesimal numbers are strings.
// Source: https://yaml.org/type/bool.html, /int.html, /float.html; https://pkg.go.dev/sigs.k8s.io/yaml
Result<Json> plain_scalar(std::string_view text);

// The same with an explicit tag: "!" (quoted), "!!str", "!!int" … spelled out as tag:yaml.org,2002:int.
Result<Json> tagged_scalar(std::string_view tag, std::string_view text);

}  // namespace podrun::manifest
