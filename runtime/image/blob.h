// Blobs of an OCI layout, read once and hashed as they are read. What a blob says may be used before its end is known
// only for things that can be thrown away: call finish() before anything becomes visible.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/image/digest.h"
#include "runtime/kernel/types.h"

namespace podrun::image {

// Which blob an error of Kind::corrupt is about.
struct CorruptBlob : base::ErrorDetail {
  explicit CorruptBlob(Digest bad) : digest(std::move(bad)) {}
  Digest digest;
};

class BlobReader {
 public:
  // Opens <layout>/blobs/<algorithm>/<hex>. Errors: not_found; corrupt when the size is not `size` bytes or it is no
  // regular file.
  static Result<BlobReader> open(const std::string& layout, const Digest& digest, std::uint64_t size);

  // Up to `size` bytes; 0 at the end. Errors: corrupt, when the blob grows beyond its size while it is read.
  Result<std::size_t> read(void* buffer, std::size_t size);

  // Reads what is left and compares size and digest. Errors: corrupt.
  Result<void> finish();

  const Digest& digest() const { return digest_; }

 private:
  BlobReader(Fd fd, Digest digest, std::uint64_t size);
  Fd fd_;
  Digest digest_;
  std::uint64_t size_;
  std::uint64_t seen_ = 0;
  Hasher hasher_;
};

// A small blob, whole and verified. Errors: as above; unsupported when it is larger than `limit`.
Result<std::string> read_blob(const std::string& layout, const Digest& digest, std::uint64_t size, std::uint64_t limit);

}  // namespace podrun::image
