// A layer's uncompressed bytes, hashed as they go by. Bounded memory: one chunk, and the decompressor's window (zstd's
// is at most 128 MiB).
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "runtime/image/blob.h"
#include "runtime/image/byte_stream.h"
#include "runtime/image/oci_layout.h"

struct archive;

namespace podrun::image {

inline constexpr std::uint64_t kLayerBytesLimit = 64ULL << 30U;  // uncompressed: a small blob must not fill the disk

class PlainStream : public ByteStream {
 public:
  // Opens the blob and reads nothing of it yet.
  static Result<std::unique_ptr<PlainStream>> open(const std::string& layout, const LayerBlob& layer);

  // Errors: corrupt, unsupported (beyond the limit).
  Result<std::string_view> next() override;

  // Reads to the end and compares both digests: the blob's, and the diff_id of what was in it. Errors: corrupt.
  Result<void> finish();

  // Compares the blob's digest alone: a damaged blob explains whatever else was found wrong in it.
  Result<void> check_blob() { return blob_.finish(); }

 private:
  PlainStream(BlobReader blob, const LayerBlob& layer);
  Result<void> start_decompressing();
  Result<std::string_view> next_raw();
  Error failure(const char* step);
  static long read_blob_callback(archive*, void* self, const void** buffer);

  BlobReader blob_;
  Compression compression_;
  Digest diff_id_;
  Hasher hasher_;
  std::uint64_t seen_ = 0;
  std::vector<char> buffer_;
  bool at_end_ = false;  // of what the decompressor gives
  std::optional<Error> blob_failure_;
  std::unique_ptr<archive, int (*)(archive*)> decompressor_;
};

}  // namespace podrun::image
