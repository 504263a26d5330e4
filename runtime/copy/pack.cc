#include "runtime/copy/pack.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <map>
#include <utility>
#include <vector>

#include "base/dir_stack.h"
#include "runtime/image/open_directory.h"

namespace podrun::copy {
namespace {

constexpr std::size_t kChunk = 256U << 10U;
constexpr std::size_t kNamesLimit = 32U << 20U;  // bytes; who has more files with several names gets copies
constexpr std::size_t kExtentsLimit = 4096;      // of one file; behind them holes are zeros

Error failed_with(int error_number, const char* verb, std::string_view shown) {
  return Error::system(error_number, std::string(verb) + " '" + std::string(shown) + "'");
}

// What was a file or a directory when it was looked at, and is not any more.
bool has_changed(int error_number) {
  return error_number == ENOENT || error_number == ELOOP || error_number == ENOTDIR || error_number == ENXIO;
}

// Made up by the kernel: no end of it, and no file as others are.
bool is_kernels(int directory) {
  constexpr std::array<long, 9> kMagics{PROC_SUPER_MAGIC,    SYSFS_MAGIC,   CGROUP_SUPER_MAGIC,
                                        CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
                                        DEVPTS_SUPER_MAGIC,  BPF_FS_MAGIC,  0x19800202 /* mqueue */};
  struct statfs info {};
  return ::fstatfs(directory, &info) == 0 && std::find(kMagics.begin(), kMagics.end(), info.f_type) != kMagics.end();
}

Error not_copied(const std::string& path) {
  return {Kind::invalid, 0,
          "'" + path + "' is made up by the kernel as it is read, and no file to be copied (read it with exec)"};
}

struct Extent {
  off_t at = 0;
  off_t end = 0;
};

// Where a file of that size has data.
std::vector<Extent> data_of(int file, const struct stat& info) {
  if (info.st_blocks * 512 >= info.st_size) return {{0, info.st_size}};
  std::vector<Extent> extents;
  for (off_t hole = 0; hole < info.st_size;) {
    const off_t data = ::lseek(file, hole, SEEK_DATA);
    if (data < 0 && errno != ENXIO) return {{0, info.st_size}};  // a file system that cannot say
    if (data < 0 || data >= info.st_size) break;
    hole = ::lseek(file, data, SEEK_HOLE);
    if (hole < 0 || hole > info.st_size || extents.size() + 1 == kExtentsLimit) hole = info.st_size;
    extents.push_back({data, hole});
  }
  return extents;
}

class Packer {
 public:
  Packer(TarWriter& tar, Tally& tally) : tar_(tar), tally_(tally), buffer_(kChunk) {}

  Result<void> add(int parent, const std::string& leaf, std::string name) {
    struct stat info {};
    if (::fstatat(parent, leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return failed_with(errno, "find", leaf);
    name_ = std::move(name);
    if (S_ISREG(info.st_mode)) return add_file(parent, leaf);
    if (S_ISLNK(info.st_mode)) return add_link(parent, leaf, info);
    if (!S_ISDIR(info.st_mode))
      return Error{Kind::invalid, 0, "'" + leaf + "' is no file, directory or link; nothing else is copied"};
    Fd directory(::openat(parent, leaf.c_str(), image::kOpenDirectory));
    if (!directory) return failed_with(errno, "open directory", leaf);
    return is_kernels(directory.get()) ? not_copied(leaf) : add_tree(std::move(directory), name_);
  }

  Result<void> add_tree(Fd root, std::string name) {
    base::DirStack stack(std::move(root), base::DirStack::Mounts::are_entered);
    name_ = std::move(name);
    TRY(add_directory(stack.fd()));
    for (;;) {
      if (const dirent64* entry = TRY(stack.next())) {
        TRY(add_below(stack, entry->d_name));
        continue;
      }
      if (stack.at_root()) return {};
      TRY(stack.leave());
      name_.resize(name_.rfind('/'));
    }
  }

 private:
  // On return name_ is that of the directory that the stack stands in.
  Result<void> add_below(base::DirStack& stack, const std::string& leaf) {
    struct stat info {};
    if (::fstatat(stack.fd(), leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      return errno == ENOENT ? skip(tally_.changed, name_ + "/" + leaf) : failed_with(errno, "stat", stack.shown(leaf));
    const std::size_t above = name_.size();
    name_ += "/" + leaf;
    if (name_.size() >= PATH_MAX)
      return Error{Kind::unsupported, ENAMETOOLONG, "'" + stack.shown(leaf) + "': its path is longer than 4095 bytes"};
    if (S_ISDIR(info.st_mode)) return enter(stack, leaf, above);
    auto added = S_ISREG(info.st_mode)   ? add_file(stack.fd(), leaf)
                 : S_ISLNK(info.st_mode) ? add_link(stack.fd(), leaf, info)
                                         : skip(tally_.passed_over, name_);
    name_.resize(above);
    return added;
  }

  Result<void> enter(base::DirStack& stack, const std::string& leaf, std::size_t above) {
    auto entered = stack.enter(leaf);
    if (!entered) {
      const std::string name = name_;
      name_.resize(above);
      return has_changed(entered.error().error_number) ? skip(tally_.changed, name) : std::move(entered);
    }
    TRY(add_directory(stack.fd()));
    if (!is_kernels(stack.fd())) return {};
    tally_.passed_over.add(name_);
    name_.resize(above);
    return stack.leave();
  }

  static Result<void> skip(LeftOut& left_out, const std::string& name) {
    left_out.add(name);
    return {};
  }

  Entry described(const struct stat& info, unsigned type) const {
    Entry entry = make_entry();
    ::archive_entry_set_pathname(entry.get(), name_.c_str());
    ::archive_entry_set_filetype(entry.get(), type);
    ::archive_entry_set_perm(entry.get(), info.st_mode & 07777U);
    ::archive_entry_set_uid(entry.get(), info.st_uid);
    ::archive_entry_set_gid(entry.get(), info.st_gid);
    ::archive_entry_set_mtime(entry.get(), info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    ::archive_entry_set_size(entry.get(), 0);
    return entry;
  }

  Result<void> begin(const Entry& entry) {
    ++tally_.entries;
    return tar_.begin(entry.get());
  }

  Result<void> add_directory(int directory) {
    struct stat info {};
    if (::fstat(directory, &info) != 0) return failed_with(errno, "stat", name_);
    return begin(described(info, AE_IFDIR));
  }

  Result<void> add_link(int parent, const std::string& leaf, const struct stat& info) {
    std::array<char, PATH_MAX> target;
    const ssize_t size = ::readlinkat(parent, leaf.c_str(), target.data(), target.size() - 1);
    if (size < 0)
      return errno == ENOENT || errno == EINVAL ? skip(tally_.changed, name_) : failed_with(errno, "read link", name_);
    target.at(static_cast<std::size_t>(size)) = '\0';
    const Entry entry = described(info, AE_IFLNK);
    ::archive_entry_set_symlink(entry.get(), target.data());
    return begin(entry);
  }

  // What became a fifo or a device meanwhile is not waited for: nothing is read of it.
  Result<void> add_file(int parent, const std::string& leaf) {
    const Fd file(::openat(parent, leaf.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) return has_changed(errno) ? skip(tally_.changed, name_) : failed_with(errno, "open", name_);
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) return failed_with(errno, "stat", name_);
    if (!S_ISREG(info.st_mode)) return skip(tally_.changed, name_);
    if (static_cast<std::uint64_t>(info.st_size) > kFileBytesLimit)
      return Error{Kind::unsupported, EFBIG, "'" + name_ + "' is larger than 16 TiB"};
    if (const std::string* const first = first_name(info)) return add_name(info, *first);
    const std::vector<Extent> extents = data_of(file.get(), info);
    const Entry entry = described(info, AE_IFREG);
    ::archive_entry_set_size(entry.get(), info.st_size);
    const bool is_whole = extents.size() == 1 && extents[0].at == 0 && extents[0].end == info.st_size;
    if (!is_whole) {
      for (const Extent& one : extents) ::archive_entry_sparse_add_entry(entry.get(), one.at, one.end - one.at);
      if (info.st_size > 0 && extents.empty()) ::archive_entry_sparse_add_entry(entry.get(), info.st_size, 0);
    }
    TRY(begin(entry));
    off_t at = 0;
    for (const Extent& one : extents) {
      TRY(tar_.zeros(static_cast<std::uint64_t>(one.at - at)));
      TRY(add_data(file.get(), one));
      at = one.end;
    }
    return tar_.zeros(static_cast<std::uint64_t>(info.st_size - at));
  }

  // Of a file that is in the tar already; else this name is remembered.
  const std::string* first_name(const struct stat& info) {
    if (info.st_nlink < 2) return nullptr;
    const auto found = names_.find({info.st_dev, info.st_ino});
    if (found != names_.end()) return &found->second;
    if (bytes_of_names_ + name_.size() > kNamesLimit) return nullptr;
    bytes_of_names_ += name_.size();
    names_.emplace(std::pair(info.st_dev, info.st_ino), name_);
    return nullptr;
  }

  Result<void> add_name(const struct stat& info, const std::string& first) {
    const Entry entry = described(info, AE_IFREG);
    ::archive_entry_set_hardlink(entry.get(), first.c_str());
    return begin(entry);
  }

  Result<void> add_data(int file, Extent extent) {
    while (extent.at < extent.end) {
      const auto wanted = std::min(buffer_.size(), static_cast<std::size_t>(extent.end - extent.at));
      const ssize_t got = ::pread(file, buffer_.data(), wanted, extent.at);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed_with(errno, "read", name_);
      if (got == 0) {  // it has become shorter
        tally_.changed.add(name_);
        return tar_.zeros(static_cast<std::uint64_t>(extent.end - extent.at));
      }
      TRY(tar_.data({buffer_.data(), static_cast<std::size_t>(got)}));
      extent.at += got;
    }
    return {};
  }

  TarWriter& tar_;
  Tally& tally_;
  std::vector<char> buffer_;
  std::string name_;                                      // of the entry at hand, as the tar has it
  std::map<std::pair<dev_t, ino_t>, std::string> names_;  // the first of files that have several
  std::size_t bytes_of_names_ = 0;
};

}  // namespace

Result<void> pack(const std::string& path, Open open, ByteSink& sink, Tally& tally) {
  const Named named = split(path);
  const auto tar = TRY(TarWriter::open(sink, TarWriter::Names::bytes));
  Packer packer(*tar, tally);
  if (named.leaf.empty() || named.is_directory) {
    Fd root = TRY(open(path, O_RDONLY | O_DIRECTORY));
    if (is_kernels(root.get())) return not_copied(path);
    TRY(packer.add_tree(std::move(root), named.leaf.empty() ? "." : named.leaf));
  } else {
    const Fd parent = TRY(open(named.parent, O_PATH | O_DIRECTORY));
    if (is_kernels(parent.get())) return not_copied(path);
    TRY(packer.add(parent.get(), named.leaf, named.leaf).in("'" + path + "'"));
  }
  return tar->finish();
}

}  // namespace podrun::copy
