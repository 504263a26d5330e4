// A tar as files and directories below the place that was typed, as cp(1) would put them there. What the tar holds is
// not trusted, nor whoever may change the place meanwhile: nothing leads out of it, no link is written through, none
// that came with the tar is followed, and there are neither devices nor fifos.
#pragma once

#include <sys/types.h>

#include <string>

#include "runtime/copy/open.h"
#include "runtime/copy/tally.h"
#include "runtime/image/byte_stream.h"

namespace podrun::copy {

struct UnpackOptions {
  // Whether modes and times are the entries'. Else modes lose what 022 has, and times are of now.
  bool preserves = true;
  bool keeps_set_id = false;
  uid_t owner = 0;
  gid_t group = 0;
  // The place is a directory that is there, and each entry keeps its name: for a tar that pack() did not make. Else, as
  // cp(1): into a directory that is there, as that name where nothing is, or a file in the place of a file.
  bool keeps_names = false;
  // Links to directories that are there already count as directories, as with tar(1) --keep-directory-symlink. Only for
  // who stands in a root of its own, where that may lead anywhere: out of the place, too.
  bool follows_links = false;
};

// What stands in the way goes, but no directory does. After an error what was unpacked before stays; a file that was
// only begun does not. Errors: not_found, exists (a directory in the way of a file, or the other way round), corrupt.
Result<void> unpack(image::ByteStream& stream, const std::string& path, Open open, const UnpackOptions& options,
                    Tally& tally);

}  // namespace podrun::copy
