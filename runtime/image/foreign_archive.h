// Archives that are no OCI layout, made into one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/image/oci_json.h"

namespace podrun::image {

// Both write `layout`, an empty directory, with one image for each tag "0", "1", …

// What `docker save` wrote: `manifest` is its manifest.json, `links` the links among its members. The names of each
// image, in the order of the tags.
Result<std::vector<std::vector<std::string>>> convert_docker_archive(const std::string& file,
                                                                     const std::string& manifest,
                                                                     const std::map<std::string, std::string>& links,
                                                                     const std::string& layout);
// A root filesystem: one layer, which stays where it is.
Result<void> convert_rootfs_archive(const std::string& file, const std::string& layout);

}  // namespace podrun::image
