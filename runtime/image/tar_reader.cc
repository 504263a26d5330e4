#include "runtime/image/tar_reader.h"

#include <string>

namespace podrun::image {

Result<std::unique_ptr<TarReader>> TarReader::open(ByteStream& stream, Compressed compressed) {
  std::unique_ptr<TarReader> tar(new TarReader(stream));
  archive* reader = tar->reader_.get();
  if (reader == nullptr) return Error::system(ENOMEM, "read tar");
  if (compressed == Compressed::maybe) {
    ::archive_read_support_filter_gzip(reader);
    ::archive_read_support_filter_zstd(reader);
  }
  ::archive_read_support_format_tar(reader);
  ::archive_read_support_format_empty(reader);  // an empty blob is an empty layer
  if (::archive_read_open(reader, tar.get(), nullptr, read_callback, nullptr) != ARCHIVE_OK) return tar->failure();
  return tar;
}

la_ssize_t TarReader::read_callback(archive* reader, void* self, const void** buffer) {
  auto* tar = static_cast<TarReader*>(self);
  auto chunk = tar->stream_.next();
  if (!chunk) {
    tar->stream_failure_ = std::move(chunk).error();
    ::archive_set_error(reader, EIO, "it cannot be read");
    return ARCHIVE_FATAL;
  }
  tar->stream_ended_ = chunk->empty();
  *buffer = chunk->data();
  return static_cast<la_ssize_t>(chunk->size());
}

Error TarReader::failure() {
  if (stream_failure_) return *stream_failure_;
  const char* why = ::archive_error_string(reader_.get());
  return Error{Kind::corrupt, 0, std::string("read tar: ") + (why == nullptr ? "unknown error" : why)};
}

// A warning is what libarchive says of a name that the locale has no letters for; the name is then given as it is in
// the tar, byte by byte, which is what a file system wants.
Result<archive_entry*> TarReader::next() {
  if (unpadded_) return nullptr;
  archive_entry* entry = nullptr;
  int status = ARCHIVE_RETRY;
  while (status == ARCHIVE_RETRY) status = ::archive_read_next_header(reader_.get(), &entry);
  if (status == ARCHIVE_EOF) return nullptr;
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return failure();
  expected_ = static_cast<std::uint64_t>(::archive_entry_size(entry));
  delivered_ = 0;
  return entry;
}

// "umoci insert" (0.4.7) ends its tars with the last file's last byte: no padding to 512, no end mark. Nothing of the
// file is missing, other runtimes take it, and the digest vouches for it.
Result<std::optional<TarReader::Block>> TarReader::next_block() {
  const void* data = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int status = ::archive_read_data_block(reader_.get(), &data, &size, &offset);
  if (status == ARCHIVE_EOF) return std::optional<Block>();
  unpadded_ = status == ARCHIVE_FATAL && stream_ended_ && !stream_failure_ && delivered_ == expected_;
  if (unpadded_) return std::optional<Block>();
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return failure();
  if (offset < 0) return Error{Kind::corrupt, 0, "read tar: a block before the start of its file"};
  delivered_ = static_cast<std::uint64_t>(offset) + size;
  return std::optional<Block>(
      {std::string_view(static_cast<const char*>(data), size), static_cast<std::uint64_t>(offset)});
}

}  // namespace podrun::image
