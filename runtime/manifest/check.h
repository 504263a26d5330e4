// A tree of values against the table of fields: unknown fields, wrong types and what is not here are problems,
// what is accepted without effect becomes a warning, and what a cluster fills in by itself is passed over.
#pragma once

#include <string>
#include <vector>

#include "runtime/manifest/fields.h"
#include "runtime/manifest/problems.h"
#include "runtime/manifest/tree.h"

namespace podrun::manifest {

// The warnings: one for each thing there is to say, naming every field it is said of. What has a wrong type is taken
// out of the tree, so that a Reader can go over the rest. `path` is where the object stands; `kind` says what it is.
std::vector<std::string> check_fields(Json& object, const Type& type, Problems& problems, const std::string& path = {},
                                      std::string_view kind = "Pod");

// "a string", "a number", … for messages.
std::string_view noun(const Json& value);

}  // namespace podrun::manifest
