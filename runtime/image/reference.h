// Image references, taken apart: "rootfs:DIR", "oci:DIR[:TAG]", and names.
#pragma once

#include <optional>
#include <string>

#include "runtime/image/name.h"
#include "runtime/kernel/types.h"

namespace podrun::image {

struct Reference {
  enum class Form { rootfs, oci, name };
  Form form = Form::rootfs;
  std::string directory;  // absolute, not yet looked at
  std::string tag;        // empty: not given
  Name name;              // Form::name
};

// DIR ends at the first colon, as skopeo and umoci have it, because a tag may hold colons and slashes itself
// ("docker.io/library/busybox:1.36"). Pure. Errors: invalid, with a line that says what to write instead.
Result<Reference> parse_reference(const std::string& text);

}  // namespace podrun::image
