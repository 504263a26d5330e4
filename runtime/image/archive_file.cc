#include "runtime/image/archive_file.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <vector>

#include "base/files.h"
#include "base/interruption.h"

namespace podrun::image {
namespace {

constexpr std::size_t kArchiveChunk = 256U << 10U;

std::string from_the_top(std::string_view name) {
  std::string path = std::filesystem::path("/" + std::string(name)).lexically_normal().string();
  while (path.starts_with('/')) path.erase(0, 1);
  while (path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace

Result<ArchiveFile> ArchiveFile::open(const std::string& path) {
  archive* reader = ::archive_read_new();
  if (reader == nullptr) return Error::system(ENOMEM, "read '" + path + "'");
  ArchiveFile file(path, reader);
  ::archive_read_support_filter_gzip(reader);
  ::archive_read_support_filter_zstd(reader);
  ::archive_read_support_format_tar(reader);
  if (::archive_read_open_filename(reader, path.c_str(), kArchiveChunk) != ARCHIVE_OK) return file.failure();
  return file;
}

Error ArchiveFile::failure() const {
  const char* why = ::archive_error_string(reader_.get());
  const std::string what = "read '" + path_ + "': " + (why == nullptr ? "unknown error" : why);
  if (begun_) return Error{Kind::corrupt, 0, what};
  return Error{Kind::invalid, 0, what + "; expected a tar, plain or in gzip or zstd"};
}

Result<bool> ArchiveFile::next(Member& member) {
  TRY(base::check_interruption());
  archive_entry* entry = nullptr;
  int status = ARCHIVE_RETRY;
  while (status == ARCHIVE_RETRY) status = ::archive_read_next_header(reader_.get(), &entry);
  if (status == ARCHIVE_EOF) return false;
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return failure();
  begun_ = true;
  const char* name = ::archive_entry_pathname(entry);
  member = {.name = from_the_top(name == nullptr ? "" : name),
            .is_file = ::archive_entry_filetype(entry) == AE_IFREG,
            .link = {}};
  if (const char* target = ::archive_entry_symlink(entry))
    member.link = from_the_top(std::filesystem::path(member.name).parent_path().string() + "/" + target);
  else if (const char* other = ::archive_entry_hardlink(entry))
    member.link = from_the_top(other);
  return true;
}

Result<std::size_t> ArchiveFile::read_data(char* buffer, std::size_t size) {
  TRY(base::check_interruption());
  const la_ssize_t got = ::archive_read_data(reader_.get(), buffer, size);
  if (got < 0) return failure();
  return static_cast<std::size_t>(got);
}

Result<std::string> ArchiveFile::read(std::size_t limit) {
  std::string text(limit + 1, '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const std::size_t got = TRY(read_data(text.data() + used, text.size() - used));
    if (got == 0) break;
    used += got;
  }
  if (used > limit) return Error{Kind::unsupported, 0, "a member is larger than " + std::to_string(limit) + " bytes"};
  text.resize(used);
  return text;
}

Result<ArchiveFile::Written> ArchiveFile::write_to(const std::string& path) {
  const Fd fd = TRY(base::open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
  Hasher hasher(Digest::Algorithm::sha256);
  std::vector<char> chunk(kArchiveChunk);
  Written written;
  for (;;) {
    const std::size_t got = TRY(read_data(chunk.data(), chunk.size()));
    if (got == 0) break;
    hasher.update(chunk.data(), got);
    TRY(base::write_all(fd.get(), {chunk.data(), got}, path));
    written.size += got;
  }
  written.digest = hasher.finish();
  return written;
}

}  // namespace podrun::image
