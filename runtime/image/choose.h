// Choosing one of an index's entries. Pure.
#pragma once

#include <string>
#include <vector>

#include "runtime/image/oci_json.h"

namespace podrun::image {

// The entries a tag means; with an empty tag the only image there (several platforms of it are one), else "latest".
// Errors: not_found and invalid, naming the tags there are.
Result<std::vector<Descriptor>> choose_tag(const std::vector<Descriptor>& index, const std::string& tag);

// Of one image's entries the one that fits `machine` best. Errors: unsupported, naming the platforms there are;
// invalid when two fit alike.
Result<Descriptor> choose_platform(const std::vector<Descriptor>& entries, const Platform& machine);

}  // namespace podrun::image
