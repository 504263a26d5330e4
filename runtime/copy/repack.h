// A tar as it comes, made into one as it is wanted.
#pragma once

#include "runtime/copy/tar_writer.h"
#include "runtime/image/byte_stream.h"

namespace podrun::copy {

// `from` may be in any form that libarchive knows, also in gzip or zstd. Extended attributes and ACLs are left out.
// Errors: corrupt.
Result<void> repack(image::ByteStream& from, ByteSink& to, TarWriter::Names names);

}  // namespace podrun::copy
