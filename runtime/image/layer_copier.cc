#include "runtime/image/layer_copier.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <climits>
#include <memory>

#include "base/interruption.h"
#include "runtime/image/file_copy.h"
#include "runtime/image/whiteout.h"
#include "runtime/image/xattrs.h"

namespace podrun::image {
namespace {

Error failed(std::string_view verb, std::string_view shown) {
  return Error::system(errno, std::string(verb) + " '" + std::string(shown) + "'");
}

Result<std::vector<std::string>> names_in(int directory, const std::string& shown) {
  Fd own(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));  // closedir closes it
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(own ? ::fdopendir(own.get()) : nullptr, ::closedir);
  if (!stream) return failed("read directory", shown);
  static_cast<void>(own.release());
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

// Calls `visit` for each name in `listed`, with its place in the directory `parent`.
template <class Visit>
Result<void> each_place(int listed, Fd parent, const std::string& name, const Visit& visit) {
  LayerTree::Place place;
  place.parent = std::move(parent);
  for (std::string& child : TRY(names_in(listed, name))) {
    place.shown = name;
    if (!name.empty()) place.shown += '/';
    place.shown += child;
    place.leaf = std::move(child);
    TRY(visit(place));
  }
  return {};
}

}  // namespace

Result<void> LayerCopier::run() {
  queue_.emplace_back();
  while (!queue_.empty()) {
    const std::string name = std::move(queue_.front());
    queue_.pop_front();
    TRY(copy_directory(name));
  }
  for (const auto& [name, attributes] : done_) {
    const Fd directory = TRY(target_.directory(name, false));
    TRY(set_time(directory.get(), attributes, name));
  }
  return {};
}

Result<void> LayerCopier::copy_directory(const std::string& name) {
  auto source = source_.directory(name, false);
  if (!source && source.error().error_number == EXDEV) return {};  // something is mounted there: no part of the layer
  const Fd from = TRY(std::move(source));
  Fd to = TRY(target_.directory(name, false));
  struct stat info {};
  if (::fstat(from.get(), &info) != 0) return failed("stat", name);
  const Attributes attributes = TRY(shifted(info, name));
  TRY(set_owner_and_mode(to.get(), attributes, name));
  TRY(copy_xattrs(from.get(), to.get(), id_base_, name));
  done_.emplace_back(name, attributes);
  if (is_opaque(from.get())) {
    const auto remove = [](const LayerTree::Place& place) -> Result<void> {
      TRY(LayerTree::clear(place, false));
      return {};
    };
    Fd emptied = TRY(target_.directory(name, false));
    TRY(each_place(to.get(), std::move(emptied), name, remove));
  }
  return each_place(from.get(), std::move(to), name,
                    [&](const LayerTree::Place& place) { return copy_entry(from.get(), place); });
}

Result<void> LayerCopier::copy_entry(int from, const LayerTree::Place& place) {
  TRY(base::check_interruption());
  struct stat info {};
  if (::fstatat(from, place.leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return failed("stat", place.shown);
  const bool file = S_ISREG(info.st_mode) || S_ISLNK(info.st_mode) || S_ISFIFO(info.st_mode);
  if (!file && !S_ISDIR(info.st_mode) && !is_whiteout(info)) return {};
  TRY(LayerTree::clear(place, S_ISDIR(info.st_mode)));
  if (S_ISDIR(info.st_mode)) return make_directory(place);
  if (!file || TRY(linked_to_copy(info, place))) return {};
  if (S_ISLNK(info.st_mode)) return copy_link(from, info, place);
  if (S_ISFIFO(info.st_mode)) return copy_fifo(info, place);
  return copy_file(from, info, place);
}

Result<void> LayerCopier::make_directory(const LayerTree::Place& place) {
  if (::mkdirat(place.parent.get(), place.leaf.c_str(), 0700) != 0 && errno != EEXIST)
    return failed("make directory", place.shown);
  queue_.push_back(place.shown);
  return {};
}

Result<bool> LayerCopier::linked_to_copy(const struct stat& info, const LayerTree::Place& place) {
  if (info.st_nlink < 2) return false;
  const auto [first, is_new] = linked_.try_emplace({info.st_dev, info.st_ino}, place.shown);
  if (is_new) return false;
  const LayerTree::Place source = TRY(target_.place(first->second, false));
  if (::linkat(source.parent.get(), source.leaf.c_str(), place.parent.get(), place.leaf.c_str(), 0) != 0)
    return failed("make hard link", place.shown);
  return true;
}

Result<void> LayerCopier::copy_file(int from, const struct stat& info, const LayerTree::Place& place) {
  const Attributes attributes = TRY(shifted(info, place.shown));
  const Fd source(::openat(from, place.leaf.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!source) return failed("open", place.shown);
  const Fd copy(
      ::openat(place.parent.get(), place.leaf.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!copy) return failed("make file", place.shown);
  TRY(copy_content(source.get(), copy.get(), static_cast<std::uint64_t>(info.st_size), place.shown));
  TRY(set_owner_and_mode(copy.get(), attributes, place.shown));
  TRY(copy_xattrs(source.get(), copy.get(), id_base_, place.shown));
  return set_time(copy.get(), attributes, place.shown);
}

Result<void> LayerCopier::copy_link(int from, const struct stat& info, const LayerTree::Place& place) {
  const Attributes attributes = TRY(shifted(info, place.shown));
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlinkat(from, place.leaf.c_str(), target.data(), target.size());
  if (size < 0) return failed("read link", place.shown);
  target.resize(static_cast<std::size_t>(size));
  if (::symlinkat(target.c_str(), place.parent.get(), place.leaf.c_str()) != 0) return failed("make link", place.shown);
  return set_all_by_name(place, attributes, true);
}

Result<void> LayerCopier::copy_fifo(const struct stat& info, const LayerTree::Place& place) {
  const Attributes attributes = TRY(shifted(info, place.shown));
  if (::mkfifoat(place.parent.get(), place.leaf.c_str(), 0600) != 0) return failed("make fifo", place.shown);
  return set_all_by_name(place, attributes, false);
}

Result<Attributes> LayerCopier::shifted(const struct stat& info, const std::string& shown) const {
  if (info.st_uid >= kIdCount || info.st_gid >= kIdCount)
    return Error{Kind::unsupported, 0,
                 "'" + shown + "': is owned by " + std::to_string(info.st_uid) + ":" + std::to_string(info.st_gid) +
                     "; a pod has the ids 0 to 65535"};
  return Attributes{id_base_ + info.st_uid, id_base_ + info.st_gid, info.st_mode & 07777U, info.st_mtim};
}

}  // namespace podrun::image
