// Files, links and fifos as entries of a tar say. Nothing stands at the place: what is to go has gone. No link is
// followed, and whoever puts something there meanwhile is not written to.
#pragma once

#include <archive_entry.h>

#include "runtime/image/attributes.h"
#include "runtime/image/layer_tree.h"
#include "runtime/image/tar_reader.h"

namespace podrun::image {

timespec mtime_of(archive_entry* entry);

// At most `limit` bytes. After an error a part of it may be there.
Result<void> make_file(const Spot& spot, TarReader& tar, archive_entry* entry, const Attributes& attributes,
                       std::uint64_t limit);

// The target is any text: it means something only where the tree will be, and nothing of ours follows it.
Result<void> make_link(const Spot& spot, archive_entry* entry, const Attributes& attributes);

Result<void> make_fifo(const Spot& spot, const Attributes& attributes);

// To the file that the tree has as `target` (as the tar has it) already. `spot` is in the same tree.
Result<void> make_hard_link(const LayerTree& tree, std::string_view target, const Spot& spot);

// Those of the entry that an image may have.
Result<void> set_xattrs(int fd, archive_entry* entry, const std::string& shown);

}  // namespace podrun::image
