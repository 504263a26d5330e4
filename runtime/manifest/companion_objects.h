// ConfigMaps and Secrets as they are written, into what others refer to.
#pragma once

#include "runtime/manifest/companions.h"
#include "runtime/manifest/manifest.h"
#include "runtime/manifest/objects.h"

namespace podrun::manifest {

bool is_companion(const Object& object);

// False when the object is neither. One of a name that is there already is a problem, and so is what Kubernetes would
// not take: a key that is no file name, values that are no base64, what a Secret's type needs and it has not.
bool read_companion(Object& object, const ManifestOptions& options, Companions& companions, Problems& problems);

}  // namespace podrun::manifest
