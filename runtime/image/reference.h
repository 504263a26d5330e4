// Image references, taken apart: "rootfs:DIR" and "oci:DIR[:TAG]".
#pragma once

#include <string>

#include "runtime/kernel/types.h"

namespace podrun::image {

struct Reference {
  enum class Form { rootfs, oci };
  Form form = Form::rootfs;
  std::string directory;  // absolute, not yet looked at
  std::string tag;        // empty: not given
};

// DIR ends at the first colon, as skopeo and umoci have it, because a tag may hold colons and slashes itself
// ("docker.io/library/busybox:1.36"). Pure. Errors: invalid, with a line that says what to write instead.
Result<Reference> parse_reference(const std::string& text);

}  // namespace podrun::image
