#include "runtime/copy/repack.h"

#include "runtime/copy/pack.h"
#include "runtime/image/tar_reader.h"

namespace podrun::copy {
namespace {

Result<void> add(TarWriter& to, image::TarReader& from, archive_entry* entry) {
  ::archive_entry_xattr_clear(entry);
  ::archive_entry_acl_clear(entry);
  ::archive_entry_unset_atime(entry);
  ::archive_entry_unset_ctime(entry);
  ::archive_entry_unset_birthtime(entry);
  const auto size = static_cast<std::uint64_t>(std::max<la_int64_t>(::archive_entry_size(entry), 0));
  if (size > kFileBytesLimit) return Error{Kind::unsupported, EFBIG, "an entry is larger than 16 TiB"};
  TRY(to.begin(entry));
  std::uint64_t at = 0;
  while (const auto block = TRY(from.next_block())) {
    if (block->offset < at || block->offset > size) return Error{Kind::corrupt, 0, "an entry's data is out of order"};
    TRY(to.zeros(block->offset - at));
    TRY(to.data(block->bytes.substr(0, size - block->offset)));
    at = block->offset + block->bytes.size();
  }
  return ::archive_entry_filetype(entry) == AE_IFREG && at < size ? to.zeros(size - at) : Result<void>();
}

}  // namespace

Result<void> repack(image::ByteStream& from, ByteSink& to, TarWriter::Names names) {
  const auto reader = TRY(image::TarReader::open(from, image::TarReader::Compressed::maybe));
  const auto writer = TRY(TarWriter::open(to, names));
  while (archive_entry* entry = TRY(reader->next())) TRY(add(*writer, *reader, entry));
  TRY(writer->finish());
  while (!TRY(from.next()).empty()) continue;  // as unpack() does
  return {};
}

}  // namespace podrun::copy
