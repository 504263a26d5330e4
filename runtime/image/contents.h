// What the store has of images, by the names of its files; and its removal.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "runtime/image/oci_layout.h"

namespace podrun::image {

struct Contents {
  std::set<std::string> layers;  // names in layers/
  std::set<std::string> blobs;   // "sha256/<hex>" in blobs/

  void add(const OciImage& image);
  void remove(const Contents& other);
};

Contents contents_of(const std::string& store);  // all that is there

// The bytes of the files in a tree; what cannot be read counts nothing.
std::uint64_t tree_bytes(const std::string& path);

// Under the exclusive lock. A layer is whole or not there, also when this is killed: it goes through tmp/. The bytes
// that were freed.
Result<std::uint64_t> remove_contents(const std::string& store, const Contents& contents);

}  // namespace podrun::image
