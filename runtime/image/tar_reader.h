// The entries of a tar (ustar, pax and GNU forms), by libarchive. Nothing else of libarchive is used to make
// files: it would work by path names.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "runtime/image/byte_stream.h"

namespace podrun::image {

class TarReader {
 public:
  enum class Compressed { no, maybe };  // in gzip or zstd
  static Result<std::unique_ptr<TarReader>> open(ByteStream& stream, Compressed compressed = Compressed::no);
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  // The next header, owned by the reader and valid until the next call; null at the end. Errors: corrupt.
  Result<archive_entry*> next();

  struct Block {
    std::string_view bytes;
    std::uint64_t offset = 0;  // in the file; between blocks are holes
  };
  // The current entry's next block; nullopt at its end.
  Result<std::optional<Block>> next_block();

 private:
  explicit TarReader(ByteStream& stream) : stream_(stream), reader_(::archive_read_new(), ::archive_read_free) {}
  Error failure();
  static la_ssize_t read_callback(archive*, void* self, const void** buffer);

  ByteStream& stream_;
  bool stream_ended_ = false;
  std::uint64_t expected_ = 0;   // the current entry's size,
  std::uint64_t delivered_ = 0;  // and how far its blocks have come
  bool unpadded_ = false;        // the tar ended with the last file's last byte
  std::optional<Error> stream_failure_;
  std::unique_ptr<archive, int (*)(archive*)> reader_;
};

}  // namespace podrun::image
