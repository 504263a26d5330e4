// What one tar entry becomes on disk.
#pragma once

#include <archive_entry.h>

#include <map>
#include <string>

#include "runtime/image/attributes.h"
#include "runtime/image/layer_tree.h"
#include "runtime/image/tar_reader.h"

namespace podrun::image {

// Entries come in any order and may repeat: the last one of a name stands. Devices are passed over: a pod's come from
// its own /dev, never from an image.
class EntryWriter {
 public:
  explicit EntryWriter(LayerTree tree) : tree_(std::move(tree)) {}

  Result<void> write(TarReader& tar, archive_entry* entry);

  // Directories get their times when nothing is written into them any more, and what was there for a while only goes.
  Result<void> finish();

 private:
  Result<void> write_whiteout(const std::string& name, std::string_view hidden);
  Result<void> write_directory(const std::string& name, archive_entry* entry, const Attributes& attributes);
  Result<void> write_hard_link(const std::string& name, std::string_view target);

  LayerTree tree_;
  std::map<std::string, Attributes> directories_;
  bool aufs_links_ = false;
  std::size_t directory_bytes_ = 0;  // what directories_ takes, about
};

}  // namespace podrun::image
