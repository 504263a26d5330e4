#include "runtime/image/plain_stream.h"

#include <archive.h>
#include <archive_entry.h>

#include <type_traits>

namespace podrun::image {
namespace {

constexpr std::size_t kStreamChunk = 256U << 10U;

}  // namespace

PlainStream::PlainStream(BlobReader blob, const LayerBlob& layer)
    : blob_(std::move(blob)),
      compression_(layer.compression),
      diff_id_(layer.diff_id),
      hasher_(layer.diff_id.algorithm),
      buffer_(kStreamChunk),
      decompressor_(nullptr, ::archive_read_free) {}

Result<std::unique_ptr<PlainStream>> PlainStream::open(const std::string& layout, const LayerBlob& layer) {
  BlobReader blob = TRY(BlobReader::open(layout, layer.digest, layer.size));
  return std::unique_ptr<PlainStream>(new PlainStream(std::move(blob), layer));
}

// libarchive's "raw" format: one entry whose data is the decompressed stream. Only the filter the media type names is
// switched on; guessing among all of them would open every decompressor to every blob.
Result<void> PlainStream::start_decompressing() {
  static_assert(std::is_same_v<long, la_ssize_t>);
  decompressor_.reset(::archive_read_new());
  archive* reader = decompressor_.get();
  if (reader == nullptr) return Error::system(ENOMEM, "start decompressing");
  ::archive_read_support_format_raw(reader);
  ::archive_read_support_format_empty(reader);
  if (compression_ == Compression::gzip)
    ::archive_read_support_filter_gzip(reader);
  else
    ::archive_read_support_filter_zstd(reader);
  if (::archive_read_open(reader, this, nullptr, read_blob_callback, nullptr) != ARCHIVE_OK)
    return failure("decompress");
  archive_entry* entry = nullptr;
  const int status = ::archive_read_next_header(reader, &entry);
  if (status != ARCHIVE_OK && status != ARCHIVE_EOF) return failure("decompress");  // EOF: nothing, compressed
  at_end_ = status == ARCHIVE_EOF;
  return {};
}

long PlainStream::read_blob_callback(archive* reader, void* self, const void** buffer) {
  auto* stream = static_cast<PlainStream*>(self);
  auto got = stream->blob_.read(stream->buffer_.data(), stream->buffer_.size());
  if (!got) {
    stream->blob_failure_ = std::move(got).error();
    ::archive_set_error(reader, EIO, "the blob cannot be read");
    return ARCHIVE_FATAL;
  }
  *buffer = stream->buffer_.data();
  return static_cast<long>(*got);
}

Error PlainStream::failure(const char* step) {
  if (blob_failure_) return *blob_failure_;
  const char* why = ::archive_error_string(decompressor_.get());
  return Error{Kind::corrupt, 0, std::string(step) + ": " + (why == nullptr ? "unknown error" : why)};
}

Result<std::string_view> PlainStream::next_raw() {
  if (compression_ == Compression::none) {
    const std::size_t got = TRY(blob_.read(buffer_.data(), buffer_.size()));
    return std::string_view(buffer_.data(), got);
  }
  if (!decompressor_) TRY(start_decompressing());
  while (!at_end_) {
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int status = ::archive_read_data_block(decompressor_.get(), &data, &size, &offset);
    at_end_ = status == ARCHIVE_EOF;
    if (status != ARCHIVE_OK && !at_end_) return failure("decompress");
    if (!at_end_ && size > 0) return std::string_view(static_cast<const char*>(data), size);
  }
  return std::string_view();
}

Result<std::string_view> PlainStream::next() {
  const std::string_view chunk = TRY(next_raw());
  hasher_.update(chunk.data(), chunk.size());
  seen_ += chunk.size();
  if (seen_ > kLayerBytesLimit)
    return Error{Kind::unsupported, EFBIG, "holds more than " + std::to_string(kLayerBytesLimit >> 30U) + " GiB"};
  return chunk;
}

Result<void> PlainStream::finish() {
  while (!TRY(next()).empty()) continue;
  TRY(blob_.finish());
  const Digest found = hasher_.finish();
  if (found == diff_id_) return {};
  return Error{Kind::corrupt, 0,
               "its uncompressed content has the digest " + found.text() + ", the config says " + diff_id_.text()};
}

}  // namespace podrun::image
