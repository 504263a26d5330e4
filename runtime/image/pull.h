// Images from registries, by skopeo: credentials, mirrors, policy and TLS are its own business, and are configured as
// for podman (containers-registries.conf(5), containers-policy.json(5), containers-auth.json(5)).
#pragma once

#include <string>

#include "runtime/image/image.h"
#include "runtime/image/name.h"

namespace podrun::image {

// The image's blobs, in the store's blobs/, and an OCI layout in `directory` (which exists) that leads to them. Whole
// blobs that are there already are not fetched again. Errors: unsupported where there is no skopeo; not_found, denied
// and others as the registry says.
Result<std::string> fetch(const std::string& store, const std::string& directory, const Name& name,
                          const Registry& registry);

}  // namespace podrun::image
