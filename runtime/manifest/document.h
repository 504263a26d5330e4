// A text into trees of values. YAML gets the types kubectl gives it (scalar.h); what begins with { is tried as JSON
// first, as yaml-cpp does not know all of JSON's escapes.
#pragma once

#include <string_view>
#include <vector>

#include "runtime/manifest/tree.h"

namespace podrun::manifest {

// The documents of a text; empty ones do not count, as with kubectl. JSON texts may follow one another, too. Errors
// name line and column. What one text may become is bounded, however many documents it has (tree.h).
Result<std::vector<Json>> read_documents(std::string_view text);

Result<std::vector<Json>> read_yaml(std::string_view text);
Result<std::vector<Json>> read_json(std::string_view text);

}  // namespace podrun::manifest
