#include "runtime/copy/unpack.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <vector>

#include "base/files.h"
#include "runtime/copy/follow.h"
#include "runtime/copy/pack.h"
#include "runtime/image/entry_files.h"
#include "runtime/image/errors.h"
#include "runtime/image/file_copy.h"
#include "runtime/image/open_directory.h"

namespace podrun::copy {
namespace {

using image::Attributes;
using image::failed;
using image::LayerTree;
using image::Spot;

// Only files and links make room: a device, a FIFO or a socket is somebody's way to something, /dev/null for one.
Result<void> check_replaceable(mode_t mode, const std::string& shown) {
  if (S_ISREG(mode) || S_ISLNK(mode) || S_ISDIR(mode)) return {};
  return Error{Kind::exists, EEXIST,
               "'" + shown + "' is no file, and is not replaced by one ('-' as the destination is stdout, as a tar)"};
}

std::string first_part(const std::string& name) { return name.substr(0, name.find('/')); }

class Unpacker {
 public:
  Unpacker(const std::string& path, Open open, const UnpackOptions& options, Tally& tally)
      : path_(path), open_(open), options_(options), tally_(tally) {}

  Result<void> run(image::TarReader& tar) {
    if (options_.keeps_names) TRY(stand_in(TRY(open_(path_, O_RDONLY | O_DIRECTORY))));
    while (archive_entry* entry = TRY(tar.next())) {
      const char* raw = ::archive_entry_pathname(entry);
      if (raw == nullptr || *raw == '\0') return Error{Kind::corrupt, 0, "an entry has no name"};
      const std::string name = TRY(image::clean_name(raw).in("'" + std::string(raw) + "'"));
      if (!tree_) TRY(settle(name, ::archive_entry_filetype(entry) == AE_IFDIR));
      TRY(add(tar, entry, renamed(name)).in("'" + name + "'"));
    }
    return leave_until("");
  }

 private:
  struct Directory {
    std::string name;
    timespec mtime{};
  };

  Result<void> stand_in(Fd root) {
    LayerTree::Follow follow;
    if (options_.follows_links)
      follow = [this](int parent, const std::string& leaf) { return links_.directory(parent, leaf); };
    tree_.emplace(std::move(root), LayerTree::Sort::anyones, std::move(follow));
    return {};
  }

  // Where all of it goes, once its first entry says what it is: `name` is empty for what has no name of its own.
  Result<void> settle(const std::string& name, bool is_directory) {
    auto there = open_(path_, O_RDONLY | O_DIRECTORY);
    if (there) return stand_in(std::move(*there));
    const int error_number = there.error().error_number;
    if (error_number != ENOENT && error_number != ENOTDIR) return std::move(there).error();
    const Named named = split(path_);
    if (named.leaf.empty() || (named.is_directory && !is_directory)) return std::move(there).error();
    // Followed, as whoever typed it means it: /dev/stdout is a link.
    struct stat info {};
    if (const auto target = open_(path_, O_PATH); target && ::fstat(target->get(), &info) == 0)
      TRY(check_replaceable(info.st_mode, path_));
    if (error_number == ENOTDIR && is_directory)
      return Error{Kind::exists, ENOTDIR,
                   "'" + path_ + "' is there and no directory; a directory cannot take its place"};
    Fd parent = TRY(open_(named.parent, O_RDONLY | O_DIRECTORY).in("make '" + path_ + "'"));
    as_ = named.leaf;
    top_ = first_part(name);
    return stand_in(std::move(parent));
  }

  std::string renamed(const std::string& name) const {
    if (!as_) return name;
    const std::string rest = name.substr(top_.size());
    return rest.empty() || rest.starts_with('/') ? *as_ + rest : *as_ + "/" + rest;
  }

  Result<void> add(image::TarReader& tar, archive_entry* entry, const std::string& name) {
    TRY(leave_until(name));
    const Attributes attributes = attributes_of(entry);
    const auto type = ::archive_entry_filetype(entry);
    const char* hard_link = ::archive_entry_hardlink(entry);
    if (name.empty() && type == AE_IFDIR) return {};  // what is there already
    if (name.empty()) return Error{Kind::corrupt, 0, "it has no name"};
    const bool is_copied = hard_link != nullptr || type == AE_IFDIR || type == AE_IFREG || type == AE_IFLNK;
    if (!is_copied) {
      tally_.passed_over.add(name);
      return {};
    }
    const LayerTree::Place place = TRY(tree_->place(name, true));
    const bool is_directory = type == AE_IFDIR && hard_link == nullptr;
    TRY(check_room(place, is_directory));
    TRY(is_directory ? add_directory(place, attributes) : add_whole(place, [&](const Spot& spot) -> Result<void> {
      if (hard_link != nullptr) return add_name(hard_link, spot);
      if (type == AE_IFLNK) return add_link(spot, entry, attributes);
      return image::make_file(spot, tar, entry, attributes, kFileBytesLimit);
    }));
    ++tally_.entries;
    return {};
  }

  Attributes attributes_of(archive_entry* entry) const {
    Attributes attributes{.uid = options_.owner, .gid = options_.group};
    attributes.mode = ::archive_entry_mode(entry) & (options_.keeps_set_id ? 07777U : 01777U);
    if (!options_.preserves) attributes.mode &= ~022U;
    attributes.mtime = options_.preserves ? image::mtime_of(entry) : timespec{.tv_sec = 0, .tv_nsec = UTIME_NOW};
    return attributes;
  }

  Result<void> add_link(const Spot& spot, archive_entry* entry, const Attributes& attributes) {
    TRY(image::make_link(spot, entry, attributes));
    struct stat info {};
    if (options_.follows_links && ::fstatat(spot.parent, spot.leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
      links_.is_ours(info);
    return {};
  }

  // One more name of a file that came before it. Where that is on another mount, which no file is on twice: a copy.
  Result<void> add_name(const char* of, const Spot& spot) {
    const std::string target = renamed(TRY(image::clean_name(of).in("hard link")));
    auto made = image::make_hard_link(*tree_, target, spot);
    const bool is_elsewhere = !made && (made.error().error_number == EXDEV || made.error().error_number == EMLINK);
    return is_elsewhere ? copy_of(target, spot) : std::move(made);
  }

  Result<void> copy_of(const std::string& name, const Spot& spot) {
    const LayerTree::Place source = TRY(tree_->place(name, false));
    const Fd from(::openat(source.parent.get(), source.leaf.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat info {};
    if (!from || ::fstat(from.get(), &info) != 0) return failed("open", name);
    if (!S_ISREG(info.st_mode)) return Error{Kind::corrupt, 0, "is a hard link to something that is no file"};
    const Fd to(::openat(spot.parent, spot.leaf.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!to) return failed("make", spot.shown);
    TRY(image::copy_content(from.get(), to.get(), static_cast<std::uint64_t>(info.st_size), spot.shown));
    const Attributes attributes{
        .uid = info.st_uid, .gid = info.st_gid, .mode = info.st_mode & 07777U, .mtime = info.st_mtim};
    TRY(image::set_owner_and_mode(to.get(), attributes, spot.shown));
    return image::set_time(to.get(), attributes, spot.shown);
  }

  Result<void> check_room(const Spot& spot, bool for_directory) const {
    struct stat info {};
    if (::fstatat(spot.parent, spot.leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      return errno == ENOENT ? Result<void>() : failed("stat", spot.shown);
    if (S_ISDIR(info.st_mode) && for_directory) return {};
    if (S_ISLNK(info.st_mode) && for_directory && options_.follows_links) {
      auto there = links_.directory(spot.parent, spot.leaf);
      if (there || there.error().kind == Kind::corrupt) return there ? Result<void>() : std::move(there).error();
    }
    if (S_ISDIR(info.st_mode))
      return Error{Kind::exists, EISDIR, "a directory is there; what is no directory cannot take its place"};
    if (for_directory)
      return Error{Kind::exists, ENOTDIR, "something is there and no directory; a directory cannot take its place"};
    return check_replaceable(info.st_mode, spot.shown);
  }

  // Beside its place first: what was there stays until the new one is whole, and half a file has nobody's name.
  static Result<void> add_whole(const LayerTree::Place& place, const std::function<Result<void>(const Spot&)>& make) {
    const std::string name = ".podrun-cp-" + base::random_hex(8);
    const Spot beside{place.parent.get(), name, place.shown};
    auto made = make(beside);
    if (made && ::renameat(beside.parent, beside.leaf.c_str(), beside.parent, place.leaf.c_str()) != 0)
      made = errno == EBUSY ? Error{Kind::busy, EBUSY, "it is mounted there and cannot be replaced"}
                            : failed("replace", place.shown);
    // Also after a rename that did nothing, both being names of one file.
    ::unlinkat(beside.parent, beside.leaf.c_str(), 0);
    return made;
  }

  // One that is there stays whose it is, and as open or closed as somebody has made it.
  Result<void> add_directory(const LayerTree::Place& place, const Attributes& attributes) {
    if (::mkdirat(place.parent.get(), place.leaf.c_str(), 0700) != 0)
      return errno == EEXIST ? Result<void>() : failed("make directory", place.shown);
    const Fd made(::openat(place.parent.get(), place.leaf.c_str(), image::kOpenDirectory));
    if (!made) return failed("open directory", place.shown);
    TRY(image::set_owner_and_mode(made.get(), attributes, place.shown));
    if (options_.preserves) entered_.push_back({place.shown, attributes.mtime});
    return {};
  }

  // Directories get their times when nothing more is put into them: as soon as an entry is not below them. In a tar
  // that comes back to one later that one has the time of then.
  Result<void> leave_until(const std::string& name) {
    while (!entered_.empty() && !name.starts_with(entered_.back().name + "/")) {
      const Directory directory = std::move(entered_.back());
      entered_.pop_back();
      const auto opened = tree_->directory(directory.name, false);
      if (!opened) continue;  // somebody has changed it
      TRY(image::set_time(opened->get(), {.mtime = directory.mtime}, directory.name));
    }
    return {};
  }

  const std::string& path_;
  Open open_;
  const UnpackOptions& options_;
  Tally& tally_;
  std::optional<LayerTree> tree_;
  std::optional<std::string> as_;  // what stands for
  std::string top_;                // the first part of each name
  std::vector<Directory> entered_;
  LinkFollower links_;
};

}  // namespace

Result<void> unpack(image::ByteStream& stream, const std::string& path, Open open, const UnpackOptions& options,
                    Tally& tally) {
  const auto tar = TRY(image::TarReader::open(stream));
  auto unpacked = Unpacker(path, open, options, tally).run(*tar);
  if (!unpacked && tally.entries > 0) {
    Error error = std::move(unpacked).error();
    error.what += "; what came before it is there (" + std::to_string(tally.entries) + " entries)";
    return error;
  }
  TRY(std::move(unpacked));
  while (!TRY(stream.next()).empty()) continue;  // what pads the tar: who writes it is not to fail
  return {};
}

}  // namespace podrun::copy
