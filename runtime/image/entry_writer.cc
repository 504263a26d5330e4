#include "runtime/image/entry_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>

#include "runtime/image/whiteout.h"
#include "runtime/image/xattrs.h"

namespace podrun::image {
namespace {

constexpr std::size_t kDirectoryBytesLimit = 256U << 20U;

Error corrupt(std::string why) { return Error{Kind::corrupt, 0, std::move(why)}; }

Result<Attributes> attributes_of(archive_entry* entry) {
  const la_int64_t uid = ::archive_entry_uid(entry);
  const la_int64_t gid = ::archive_entry_gid(entry);
  if (uid < 0 || gid < 0 || uid >= kIdCount || gid >= kIdCount)
    return Error{Kind::unsupported, 0,
                 "is owned by " + std::to_string(uid) + ":" + std::to_string(gid) + "; a pod has the ids 0 to 65535"};
  Attributes attributes;
  attributes.uid = static_cast<uid_t>(uid);
  attributes.gid = static_cast<gid_t>(gid);
  attributes.mode = ::archive_entry_mode(entry) & 07777U;
  const long nanoseconds = ::archive_entry_mtime_nsec(entry);
  attributes.mtime.tv_sec = ::archive_entry_mtime(entry);
  attributes.mtime.tv_nsec = nanoseconds >= 0 && nanoseconds < 1'000'000'000 ? nanoseconds : 0;
  return attributes;
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

bool is_aufs_link(std::string_view name, archive_entry* entry) {
  return ::archive_entry_filetype(entry) == AE_IFREG && name.size() > kAufsLinks.size() &&
         name.starts_with(kAufsLinks) && name[kAufsLinks.size()] == '/';
}

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

Result<void> EntryWriter::write(TarReader& tar, archive_entry* entry) {
  const char* raw = ::archive_entry_pathname(entry);
  if (raw == nullptr || *raw == '\0') return corrupt("has no name");
  const std::string name = TRY(clean_name(raw));
  const bool aufs_link = is_aufs_link(name, entry);
  aufs_links_ = aufs_links_ || aufs_link;
  const WhiteoutName whiteout = aufs_link ? WhiteoutName{} : classify_whiteout(name);
  switch (whiteout.sort) {
    case WhiteoutName::Sort::none:
      break;
    case WhiteoutName::Sort::reserved:
      return {};
    case WhiteoutName::Sort::hostile:
      return corrupt("climbs out of the layer: it hides a directory's own entries");
    case WhiteoutName::Sort::hides:
      return write_whiteout(name, whiteout.hidden);
    case WhiteoutName::Sort::opaque:
      return make_opaque(TRY(tree_.place(name, true)).parent.get(), name);
  }
  if (const char* target = ::archive_entry_hardlink(entry); target != nullptr) return write_hard_link(name, target);
  const Attributes attributes = TRY(attributes_of(entry));
  const auto type = ::archive_entry_filetype(entry);
  if (type == AE_IFDIR) return write_directory(name, entry, attributes);
  if (type == AE_IFCHR || type == AE_IFBLK || type == AE_IFSOCK) return {};
  if (name.empty()) return corrupt("the layer's root is not a directory");
  const LayerTree::Place place = TRY(tree_.place(name, true));
  TRY(clear(place, false));
  if (type == AE_IFLNK) return write_link(place, entry, attributes);
  if (type == AE_IFIFO) return write_fifo(place, attributes);
  if (type != AE_IFREG) return corrupt("is of no type a layer may hold");
  return write_file(place, tar, entry, attributes);
}

// A whiteout speaks of the layers below only, never of its own (image-spec layer.md): what this layer has at the name
// already stays, and a directory there no longer shows what is below it.
Result<void> EntryWriter::write_whiteout(const std::string& name, std::string_view hidden) {
  LayerTree::Place place = TRY(tree_.place(name, true));
  place.leaf = hidden;
  struct stat info {};
  if (::fstatat(place.parent.get(), place.leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
    return make_whiteout(place.parent.get(), place.leaf.c_str(), place.shown);
  if (!S_ISDIR(info.st_mode)) return {};
  const Fd directory(::openat(place.parent.get(), place.leaf.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory) return Error::system(errno, "open directory '" + place.shown + "'");
  return make_opaque(directory.get(), place.shown);
}

Result<void> EntryWriter::write_directory(const std::string& name, archive_entry* entry, const Attributes& attributes) {
  if (!name.empty()) {
    const LayerTree::Place place = TRY(tree_.place(name, true));
    struct stat info {};
    // A whiteout is left for directory() to replace, which makes the new one opaque.
    const bool whiteout =
        ::fstatat(place.parent.get(), place.leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && is_whiteout(info);
    if (!whiteout) TRY(clear(place, true));
  }
  const Fd directory = TRY(tree_.directory(name, true));
  TRY(set_owner_and_mode(directory.get(), attributes, name));
  TRY(set_xattrs(directory.get(), entry, name));
  if (directories_.insert_or_assign(name, attributes).second) directory_bytes_ += name.size() + sizeof(Attributes);
  if (directory_bytes_ > kDirectoryBytesLimit)
    return Error{Kind::unsupported, ENOMEM, "the layer holds too many directories to remember their times"};
  return {};
}

Result<void> EntryWriter::write_file(const LayerTree::Place& place, TarReader& tar, archive_entry* entry,
                                     const Attributes& attributes) {
  const la_int64_t size = ::archive_entry_size(entry);
  if (size < 0 || static_cast<std::uint64_t>(size) > kLayerBytesLimit)
    return Error{Kind::unsupported, EFBIG, "is larger than " + std::to_string(kLayerBytesLimit >> 30U) + " GiB"};
  const Fd file(
      ::openat(place.parent.get(), place.leaf.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return Error::system(errno, "make file '" + place.shown + "'");
  while (const auto block = TRY(tar.next_block())) {
    if (block->offset > static_cast<std::uint64_t>(size) ||
        block->bytes.size() > static_cast<std::uint64_t>(size) - block->offset)
      return corrupt("its data goes beyond its size");
    TRY(write_block(file.get(), *block, place.shown));
  }
  if (::ftruncate(file.get(), size) != 0) return Error::system(errno, "set the size of '" + place.shown + "'");
  TRY(set_owner_and_mode(file.get(), attributes, place.shown));
  TRY(set_xattrs(file.get(), entry, place.shown));
  return set_time(file.get(), attributes, place.shown);
}

// The target is any text: it means something only inside the container, and nothing of ours follows it.
Result<void> EntryWriter::write_link(const LayerTree::Place& place, archive_entry* entry,
                                     const Attributes& attributes) {
  const char* target = ::archive_entry_symlink(entry);
  if (target == nullptr || *target == '\0') return corrupt("is a link to nothing");
  if (std::string_view(target).size() >= PATH_MAX) return corrupt("is a link to more than 4095 bytes");
  if (::symlinkat(target, place.parent.get(), place.leaf.c_str()) != 0)
    return Error::system(errno, "make link '" + place.shown + "'");
  return set_all_by_name(place, attributes, true);
}

Result<void> EntryWriter::write_fifo(const LayerTree::Place& place, const Attributes& attributes) {
  if (::mkfifoat(place.parent.get(), place.leaf.c_str(), 0600) != 0)
    return Error::system(errno, "make fifo '" + place.shown + "'");
  return set_all_by_name(place, attributes, false);
}

Result<void> EntryWriter::write_hard_link(const std::string& name, std::string_view raw_target) {
  const std::string target_name = TRY(clean_name(raw_target).in("hard link"));
  if (name.empty() || target_name.empty()) return corrupt("is a hard link to or from the layer's root");
  if (name == target_name) return {};
  const auto target = tree_.place(target_name, false);
  if (!target && target.error().error_number != ENOENT && target.error().error_number != ENOTDIR) return target.error();
  struct stat info {};
  if (!target || ::fstatat(target->parent.get(), target->leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
    return corrupt("is a hard link to a file that the layer does not have before it");
  if (!S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode) && !S_ISFIFO(info.st_mode))
    return corrupt("is a hard link to something that is no file");
  const LayerTree::Place place = TRY(tree_.place(name, true));
  TRY(clear(place, false));
  if (::linkat(target->parent.get(), target->leaf.c_str(), place.parent.get(), place.leaf.c_str(), 0) != 0)
    return Error::system(errno, "make hard link '" + place.shown + "'");
  return {};
}

Result<void> EntryWriter::finish() {
  if (aufs_links_) TRY(clear(TRY(tree_.place(std::string(kAufsLinks), false)), false));
  for (const auto& [name, attributes] : directories_) {
    const auto directory = tree_.directory(name, false);
    if (directory) TRY(set_time(directory->get(), attributes, name));  // a later entry may have replaced it
  }
  return {};
}

}  // namespace podrun::image
