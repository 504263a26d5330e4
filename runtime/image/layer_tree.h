// The directory a layer grows in. Every path is resolved by the kernel beneath its root and through no link at all
// (openat2(2), RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS), so no order of entries can lead a write out of it.
#pragma once

#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::image {

inline constexpr std::size_t kDepthLimit = 256;  // components of a name: walks hold a descriptor for each

// Relative to the root, no ".", no empty components, no slash at either end; empty is the root itself. A name that
// starts with a slash counts from the root of the layer, as tar(1) has it. Errors: corrupt for "..": it climbs out; and
// for names the kernel would not take.
Result<std::string> clean_name(std::string_view name);

class LayerTree {
 public:
  explicit LayerTree(Fd root) : root_(std::move(root)) {}

  struct Place {
    Fd parent;
    std::string leaf;
    std::string shown;  // the whole name, for errors
  };
  // Where `name` (cleaned, not the root) belongs; with `make` the directories above it are made, 0755 and root's, and a
  // whiteout among them gives way to an opaque directory.
  Result<Place> place(const std::string& name, bool make) const;

  // The directory itself (cleaned name, the root too), made as place() makes parents.
  Result<Fd> directory(const std::string& name, bool make) const;

  // Removes what stands at the place, whole trees too; a directory stays if `keep_directory`. Says whether a whiteout
  // stood there.
  static Result<bool> clear(const Place& place, bool keep_directory);

 private:
  Result<Fd> walk(const std::string& name) const;
  Fd root_;
};

}  // namespace podrun::image
