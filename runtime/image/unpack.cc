#include "runtime/image/unpack.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/image/entry_writer.h"
#include "runtime/image/plain_stream.h"
#include "runtime/image/tar_reader.h"

namespace podrun::image {
namespace {

// Names are any bytes; a message is one line.
std::string shown_name(const char* name) {
  std::string shown(name == nullptr ? "" : name);
  if (shown.size() > 200) shown = shown.substr(0, 200) + "…";
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return shown;
}

Result<void> unpack_entries(PlainStream& stream, EntryWriter& writer) {
  const auto tar = TRY(TarReader::open(stream));
  for (std::size_t count = 0; archive_entry* entry = TRY(tar->next()); ++count) {
    if (count >= kEntryLimit)
      return Error{Kind::unsupported, 0, "holds more than " + std::to_string(kEntryLimit) + " entries"};
    TRY(writer.write(*tar, entry).in("entry '" + shown_name(::archive_entry_pathname(entry)) + "'"));
  }
  return writer.finish();
}

Result<void> unpack(const std::string& layout, const LayerBlob& layer, const std::string& target) {
  EntryWriter writer{LayerTree(TRY(base::open_file(target, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)))};
  const auto stream = TRY(PlainStream::open(layout, layer));
  auto unpacked = unpack_entries(*stream, writer);
  if (!unpacked) TRY(stream->check_blob());  // one flipped bit may look like anything: a bad name, a huge id
  TRY(std::move(unpacked));
  return stream->finish();
}

}  // namespace

Result<void> unpack_layer(const std::string& layout, const LayerBlob& layer, const std::string& target) {
  return unpack(layout, layer, target).in("layer " + layer.digest.text());
}

}  // namespace podrun::image
