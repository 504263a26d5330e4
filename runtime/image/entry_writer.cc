#include "runtime/image/entry_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/image/entry_files.h"
#include "runtime/image/errors.h"
#include "runtime/image/open_directory.h"
#include "runtime/image/plain_stream.h"
#include "runtime/image/whiteout.h"

namespace podrun::image {
namespace {

constexpr std::size_t kDirectoryBytesLimit = 256U << 20U;

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
  attributes.mtime = mtime_of(entry);
  return attributes;
}

bool is_aufs_link(std::string_view name, archive_entry* entry) {
  return ::archive_entry_filetype(entry) == AE_IFREG && name.size() > kAufsLinks.size() &&
         name.starts_with(kAufsLinks) && name[kAufsLinks.size()] == '/';
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
      return corrupt("climbs out of its root: it hides a directory's own entries");
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
  if (type == AE_IFLNK) return make_link(place, entry, attributes);
  if (type == AE_IFIFO) return make_fifo(place, attributes);
  if (type != AE_IFREG) return corrupt("is of no type a layer may hold");
  return make_file(place, tar, entry, attributes, kLayerBytesLimit);
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
  const Fd directory(::openat(place.parent.get(), place.leaf.c_str(), kOpenDirectory));
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

Result<void> EntryWriter::write_hard_link(const std::string& name, std::string_view target) {
  if (name.empty()) return corrupt("is a hard link from the layer's root");
  if (name == TRY(clean_name(target).in("hard link"))) return {};
  const LayerTree::Place place = TRY(tree_.place(name, true));
  TRY(clear(place, false));
  return make_hard_link(tree_, target, place);
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
