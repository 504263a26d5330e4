// A tree of values against the table of fields: unknown fields, wrong types and what is not built yet are refused, what
// is accepted without effect becomes a warning.
#pragma once

#include <string>
#include <vector>

#include "runtime/manifest/fields.h"
#include "runtime/manifest/tree.h"

namespace podrun::manifest {

// The warnings: one for each thing there is to say, naming every field it is said of. Errors begin with the path.
Result<std::vector<std::string>> check_fields(const Json& object, const Type& type);

// "a string", "a number", … for messages.
std::string_view noun(const Json& value);

}  // namespace podrun::manifest
