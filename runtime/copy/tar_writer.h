// A tar in the pax form, by libarchive.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <optional>
#include <string_view>

#include "runtime/kernel/types.h"

namespace podrun::copy {

class ByteSink {
 public:
  ByteSink() = default;
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;
  virtual ~ByteSink() = default;
  virtual Result<void> write(std::string_view bytes) = 0;
};

using Entry = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;
inline Entry make_entry() { return {::archive_entry_new(), ::archive_entry_free}; }

class TarWriter {
 public:
  enum class Names {
    bytes,  // as they are. Nothing asks the C library for a conversion, which it would load from the root it stands in
            // (CVE-2019-14271)
    text    // as other programs like them: in UTF-8 where they are
  };
  static Result<std::unique_ptr<TarWriter>> open(ByteSink& sink, Names names);
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  Result<void> begin(archive_entry* entry);
  // Of the entry that was begun; its holes too, as zeros.
  Result<void> data(std::string_view bytes);
  Result<void> zeros(std::uint64_t count);
  Result<void> finish();

 private:
  explicit TarWriter(ByteSink& sink) : sink_(sink), writer_(::archive_write_new(), ::archive_write_free) {}
  Error failure();
  static la_ssize_t write_callback(archive*, void* self, const void* bytes, std::size_t size);

  ByteSink& sink_;
  std::optional<Error> sink_failure_;
  std::unique_ptr<archive, int (*)(archive*)> writer_;  // after what its end still writes to
};

}  // namespace podrun::copy
