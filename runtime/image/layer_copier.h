// Copies one layer over what lower layers left in the target, as overlayfs would show the two.
#pragma once

#include <sys/stat.h>

#include <string>
#include <utility>

#include "base/dir_stack.h"
#include "runtime/image/attributes.h"

namespace podrun::image {

// Goes down both trees at once, one name at a time: a directory of the host's may be nested deeper than any path.
class LayerCopier {
 public:
  // `links` is an empty directory beside the target: for files with several names.
  LayerCopier(Fd source, Fd target, int links, std::uint32_t id_base)
      : source_(std::move(source)), target_(std::move(target)), links_(links), id_base_(id_base) {}

  Result<void> run();

 private:
  Result<void> begin_directory();
  Result<void> end_directory();
  Result<void> copy_entry(const std::string& name);
  Result<void> enter(const Spot& spot);
  Result<void> copy_file(const struct stat& info, const Spot& spot);
  Result<void> copy_link(const struct stat& info, const Spot& spot);
  Result<void> copy_fifo(const struct stat& info, const Spot& spot);
  Result<bool> linked_to_copy(const struct stat& info, const Spot& spot);
  Result<Attributes> shifted(const struct stat& info, const std::string& shown) const;

  base::DirStack source_;
  base::DirStack target_;
  int links_;
  std::uint32_t id_base_;
};

}  // namespace podrun::image
