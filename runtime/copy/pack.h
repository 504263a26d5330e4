// A file or a tree as a tar, read where somebody may change it meanwhile: every name is opened by itself, no link is
// followed below the path that was typed, nothing is waited for, and of the tree only the names of files are kept in
// memory that have several.
#pragma once

#include "runtime/copy/open.h"
#include "runtime/copy/tally.h"
#include "runtime/copy/tar_writer.h"

namespace podrun::copy {

inline constexpr std::uint64_t kFileBytesLimit = 16ULL << 40U;  // of one file, with its holes

// `path` is a directory, a file or a link. Its entries have its last name above them; none where it ends in ".", as
// with cp(1). Names of one file stay so, up to 32 MiB of names. Files that became shorter end in zeros, what has gone
// meanwhile is left out: both are counted. Errors: not_found, invalid (neither of the three), unsupported (names longer
// than a path can be, the limit above).
Result<void> pack(const std::string& path, Open open, ByteSink& sink, Tally& tally);

}  // namespace podrun::copy
