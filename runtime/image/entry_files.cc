#include "runtime/image/entry_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>

#include "runtime/image/errors.h"
#include "runtime/image/xattrs.h"

namespace podrun::image {
namespace {

Result<void> write_block(int fd, TarReader::Block block, const std::string& shown) {
  while (!block.bytes.empty()) {
    const ssize_t put = ::pwrite(fd, block.bytes.data(), block.bytes.size(), static_cast<off_t>(block.offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Error::system(errno, "write '" + shown + "'");
    block.bytes.remove_prefix(static_cast<std::size_t>(put));
    block.offset += static_cast<std::uint64_t>(put);
  }
  return {};
}

}  // namespace

timespec mtime_of(archive_entry* entry) {
  const long nanoseconds = ::archive_entry_mtime_nsec(entry);
  return {.tv_sec = ::archive_entry_mtime(entry),
          .tv_nsec = nanoseconds >= 0 && nanoseconds < 1'000'000'000 ? nanoseconds : 0};
}

Result<void> set_xattrs(int fd, archive_entry* entry, const std::string& shown) {
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  ::archive_entry_xattr_reset(entry);
  while (::archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK)
    if (name != nullptr && kept_xattr(name))
      TRY(set_xattr(fd, name, std::string_view(static_cast<const char*>(value), size), shown));
  return {};
}

Result<void> make_file(const Spot& spot, TarReader& tar, archive_entry* entry, const Attributes& attributes,
                       std::uint64_t limit) {
  const la_int64_t size = ::archive_entry_size(entry);
  if (size < 0 || static_cast<std::uint64_t>(size) > limit)
    return Error{Kind::unsupported, EFBIG, "is larger than " + std::to_string(limit >> 30U) + " GiB"};
  const Fd file(::openat(spot.parent, spot.leaf.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return Error::system(errno, "make file '" + spot.shown + "'");
  while (const auto block = TRY(tar.next_block())) {
    if (block->offset > static_cast<std::uint64_t>(size) ||
        block->bytes.size() > static_cast<std::uint64_t>(size) - block->offset)
      return corrupt("its data goes beyond its size");
    TRY(write_block(file.get(), *block, spot.shown));
  }
  if (::ftruncate(file.get(), size) != 0) return Error::system(errno, "set the size of '" + spot.shown + "'");
  TRY(set_owner_and_mode(file.get(), attributes, spot.shown));
  TRY(set_xattrs(file.get(), entry, spot.shown));
  return set_time(file.get(), attributes, spot.shown);
}

Result<void> make_link(const Spot& spot, archive_entry* entry, const Attributes& attributes) {
  const char* target = ::archive_entry_symlink(entry);
  if (target == nullptr || *target == '\0') return corrupt("is a link to nothing");
  if (std::string_view(target).size() >= PATH_MAX) return corrupt("is a link to more than 4095 bytes");
  if (::symlinkat(target, spot.parent, spot.leaf.c_str()) != 0)
    return Error::system(errno, "make link '" + spot.shown + "'");
  return set_all_by_name(spot, attributes, true);
}

Result<void> make_fifo(const Spot& spot, const Attributes& attributes) {
  if (::mkfifoat(spot.parent, spot.leaf.c_str(), 0600) != 0)
    return Error::system(errno, "make fifo '" + spot.shown + "'");
  return set_all_by_name(spot, attributes, false);
}

Result<void> make_hard_link(const LayerTree& tree, std::string_view raw_target, const Spot& spot) {
  const std::string target_name = TRY(clean_name(raw_target).in("hard link"));
  if (target_name.empty()) return corrupt("is a hard link to the root");
  const auto target = tree.place(target_name, false);
  if (!target && target.error().error_number != ENOENT && target.error().error_number != ENOTDIR) return target.error();
  struct stat info {};
  if (!target || ::fstatat(target->parent.get(), target->leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
    return corrupt("is a hard link to a file that is not there before it");
  if (!S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode) && !S_ISFIFO(info.st_mode))
    return corrupt("is a hard link to something that is no file");
  if (::linkat(target->parent.get(), target->leaf.c_str(), spot.parent, spot.leaf.c_str(), 0) != 0)
    return Error::system(errno, "make hard link '" + spot.shown + "'");
  return {};
}

}  // namespace podrun::image
