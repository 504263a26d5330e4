#include "runtime/copy/tar_writer.h"

#include <string>
#include <vector>

namespace podrun::copy {
namespace {

constexpr int kBlock = 64 << 10;

}  // namespace

Result<std::unique_ptr<TarWriter>> TarWriter::open(ByteSink& sink, Names names) {
  std::unique_ptr<TarWriter> tar(new TarWriter(sink));
  archive* writer = tar->writer_.get();
  if (writer == nullptr) return Error::system(ENOMEM, "write tar");
  if (names == Names::bytes)
    ::archive_write_set_format_pax(writer);  // with all of a time
  else
    ::archive_write_set_format_pax_restricted(writer);
  ::archive_write_set_bytes_per_block(writer, kBlock);
  ::archive_write_set_bytes_in_last_block(writer, 1);
  if (names == Names::bytes && ::archive_write_set_options(writer, "hdrcharset=BINARY") != ARCHIVE_OK)
    return tar->failure();
  if (::archive_write_open(writer, tar.get(), nullptr, write_callback, nullptr) != ARCHIVE_OK) return tar->failure();
  return tar;
}

la_ssize_t TarWriter::write_callback(archive* writer, void* self, const void* bytes, std::size_t size) {
  auto* tar = static_cast<TarWriter*>(self);
  // What closes after a failure would write the rest.
  auto written = tar->sink_failure_ ? Result<void>(*tar->sink_failure_)
                                    : tar->sink_.write({static_cast<const char*>(bytes), size});
  if (written) return static_cast<la_ssize_t>(size);
  tar->sink_failure_ = std::move(written).error();
  ::archive_set_error(writer, EIO, "it cannot be written");
  return -1;
}

Error TarWriter::failure() {
  if (sink_failure_) return *sink_failure_;
  const char* why = ::archive_error_string(writer_.get());
  return Error{Kind::internal, 0, std::string("write tar: ") + (why == nullptr ? "unknown error" : why)};
}

// A warning: the name is no UTF-8, and is written as it is.
Result<void> TarWriter::begin(archive_entry* entry) {
  const int status = ::archive_write_header(writer_.get(), entry);
  return status == ARCHIVE_OK || status == ARCHIVE_WARN ? Result<void>() : failure();
}

Result<void> TarWriter::data(std::string_view bytes) {
  while (!bytes.empty()) {
    const la_ssize_t put = ::archive_write_data(writer_.get(), bytes.data(), bytes.size());
    if (put <= 0) return failure();
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> TarWriter::zeros(std::uint64_t count) {
  static const std::vector<char> kZeros(1U << 20U);
  for (; count > 0; count -= std::min<std::uint64_t>(count, kZeros.size()))
    TRY(data({kZeros.data(), std::min<std::uint64_t>(count, kZeros.size())}));
  return {};
}

Result<void> TarWriter::finish() {
  return ::archive_write_close(writer_.get()) == ARCHIVE_OK ? Result<void>() : failure();
}

}  // namespace podrun::copy
