// Keys of results. Go's decoder takes them in any letter case, and so do we what it took; whoever reads it next may
// not.
#pragma once

#include "cni/json.h"

namespace cni {

// The result with the keys of all versions as the specification spells them, at every depth. Of those that differ in
// letter case only the last stays. What is unknown, and every value, passes unchanged.
JsonObject with_known_keys(const JsonObject& result);

}  // namespace cni
