// A text into one tree of values. YAML gets the types kubectl gives it (scalar.h); what begins with { is tried as JSON
// first, as yaml-cpp does not know all of JSON's escapes.
#pragma once

#include <string_view>

#include "runtime/manifest/tree.h"

namespace podrun::manifest {

// Exactly one document; empty ones beside it do not count. Errors name line and column.
Result<Json> read_document(std::string_view text);

Result<Json> read_yaml(std::string_view text);
Result<Json> read_json(std::string_view text);

}  // namespace podrun::manifest
