// The images there are, and which of them is meant.
#pragma once

#include <string>
#include <vector>

#include "runtime/image/record.h"

namespace podrun::image {

struct StoredImage {
  ImageRecord record;
  std::vector<std::string> names;  // whole ones, sorted; empty where others have taken them
  bool imported = false;           // one of them, at least
};

// By their first names; those without one last.
Result<std::vector<StoredImage>> list_images(const std::string& store);

// `wanted`: a name, in any spelling, or the beginning of an id or of a digest, with or without "sha256:". Errors:
// not_found; invalid where several begin so.
Result<StoredImage> find_stored(const std::string& store, const std::string& wanted);

}  // namespace podrun::image
