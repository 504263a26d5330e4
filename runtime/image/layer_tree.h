// The directory a layer grows in, or any that what a tar holds is put into. Every path is resolved by the kernel
// beneath its root and through no link at all (openat2(2), RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS), so no order of
// entries, and nobody who changes it meanwhile, can lead a write out of it; unless its user goes along links, who says
// where to.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::image {

// Relative to the root, no ".", no empty components, no slash at either end; empty is the root itself. A name that
// starts with a slash counts from the root of the layer, as tar(1) has it. Errors: corrupt for "..": it climbs out; and
// for names the kernel would not take.
Result<std::string> clean_name(std::string_view name);

// An entry of an open directory; `shown` is its whole name, for errors.
struct Spot {
  int parent;
  const std::string& leaf;
  const std::string& shown;
};

// Removes what stands at the spot, whole trees too; a directory stays if `keep_directory`. Says whether a whiteout
// stood there.
Result<bool> clear(const Spot& spot, bool keep_directory);

class LayerTree {
 public:
  enum class Sort {
    layer,   // ours alone: nothing is mounted in it, and whiteouts mean something
    anyones  // what is mounted in it is part of it
  };
  // The directory that a link among the directories above a name stands for; empty: none is gone along.
  using Follow = std::function<Result<Fd>(int parent, const std::string& leaf)>;
  explicit LayerTree(Fd root, Sort sort = Sort::layer, Follow follow = nullptr)
      : root_(std::move(root)), sort_(sort), follow_(std::move(follow)) {}

  struct Place {
    Fd parent;
    std::string leaf;
    std::string shown;
    operator Spot() const { return {parent.get(), leaf, shown}; }
  };
  // Where `name` (cleaned, not the root) belongs; with `make` the directories above it are made, 0755 and root's, and a
  // whiteout among them gives way to an opaque directory.
  Result<Place> place(const std::string& name, bool make) const;

  // The directory itself (cleaned name, the root too), made as place() makes parents.
  Result<Fd> directory(const std::string& name, bool make) const;

 private:
  Result<Fd> walk(const std::string& name, bool make) const;
  Fd open_beneath(const std::string& name) const;
  Result<Fd> step_into(int parent, const std::string& leaf, const std::string& shown, bool make) const;
  Fd root_;
  Sort sort_;
  Follow follow_;
};

}  // namespace podrun::image
