#include "cni/base/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "cni/base/try.h"

namespace cni::base {
namespace {

std::string quoted(std::string_view verb, std::string_view object) {
  std::string text(verb);
  text += " '";
  text += object;
  text += '\'';
  return text;
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A new directory has its parent's set-group-id bit and group, and its default access control list, and hands them
// down.
Result<void> forget_parent(const std::string& path, mode_t mode) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return Error::system(errno, quoted("stat", path));
  const bool has_list = ::lgetxattr(path.c_str(), "system.posix_acl_default", nullptr, 0) > 0;
  if ((info.st_mode & S_ISGID) == 0 && !has_list) return {};
  for (const char* list : {"system.posix_acl_default", "system.posix_acl_access"})
    if (has_list && ::lremovexattr(path.c_str(), list) != 0 && errno != ENODATA)
      return Error::system(errno, quoted("remove the access control list of", path));
  if (::lchown(path.c_str(), static_cast<uid_t>(-1), ::getegid()) != 0 || ::chmod(path.c_str(), mode) != 0)
    return Error::system(errno, quoted("set the mode of", path));
  return {};
}

}  // namespace

Result<Fd> open_file(const std::string& path, int flags, mode_t mode) {
  Fd fd(::open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd) return Error::system(errno, quoted("open", path));
  return fd;
}

Result<std::string> read_all(int fd, std::string_view name, std::size_t limit) {
  std::string bytes;
  std::size_t used = 0;
  for (;;) {
    if (bytes.size() - used < 2048) bytes.resize(std::max<std::size_t>(4096, bytes.size() * 2));
    const ssize_t got = ::read(fd, bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error::system(errno, quoted("read", name));
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used > limit)
      return Error{Kind::invalid, EFBIG, quoted("read", name) + ": larger than " + std::to_string(limit) + " bytes"};
  }
  bytes.resize(used);
  return bytes;
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const Fd fd = TRY(open_file(path, O_RDONLY));
  return read_all(fd.get(), path, limit);
}

Result<void> write_all(int fd, std::string_view bytes, std::string_view name) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Error::system(errno, quoted("write", name));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<void> write_file_durably(const std::string& path, std::string_view bytes, mode_t mode) {
  const std::string parent = parent_of(path);
  const std::string temporary = path + ".tmp." + random_hex(4);
  const auto write_temporary = [&]() -> Result<void> {
    const Fd fd = TRY(open_file(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode));
    TRY(write_all(fd.get(), bytes, temporary));
    if (::fsync(fd.get()) != 0) return Error::system(errno, quoted("fsync", temporary));
    if (::rename(temporary.c_str(), path.c_str()) != 0) return Error::system(errno, quoted("rename to", path));
    return {};
  };
  if (auto written = write_temporary(); !written) {
    ::unlink(temporary.c_str());
    return written;
  }
  const Fd dir = TRY(open_file(parent, O_RDONLY | O_DIRECTORY));
  if (::fsync(dir.get()) != 0) return Error::system(errno, quoted("fsync", parent));
  return {};
}

Result<void> write_in_place(const std::string& path, std::string_view bytes) {
  const Fd fd = TRY(open_file(path, O_WRONLY | O_NOFOLLOW));
  const ssize_t put = ::write(fd.get(), bytes.data(), bytes.size());
  if (put < 0) return Error::system(errno, quoted("write '" + std::string(bytes.substr(0, 40)) + "' to", path));
  if (static_cast<std::size_t>(put) != bytes.size())
    return Error{Kind::internal, EIO, quoted("write", path) + ": only a part was taken"};
  return {};
}

Result<void> make_dirs(const std::string& path, mode_t mode) {
  const auto make = [&](std::size_t length) -> Result<void> {
    const std::string one = path.substr(0, length);
    const mode_t its_mode = path.find_first_not_of('/', length) == std::string::npos ? mode : 0755;
    if (::mkdir(one.c_str(), its_mode) != 0) return Error::system(errno, quoted("make directory", path));
    return forget_parent(one, its_mode);
  };
  const auto failed_by = [](const Result<void>& done, int why) { return !done && done.error().error_number == why; };
  // Back to the first directory that can be made or is there, and from there on to the last.
  std::size_t length = path.size();
  auto made = make(length);
  while (failed_by(made, ENOENT) && (length = path.find_last_of('/', length - 1)) != std::string::npos && length > 0)
    made = make(length);
  while ((made || failed_by(made, EEXIST)) && length < path.size()) {
    length = std::min(path.find('/', length + 1), path.size());
    made = make(length);
  }
  struct stat info {};
  if (!failed_by(made, EEXIST)) return made;
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return {};
  return Error::system(ENOTDIR, quoted("make directory", path));
}

Result<void> make_exact_dir(const std::string& path, mode_t mode) {
  TRY(make_dirs(path, mode));
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return Error::system(errno, quoted("stat", path));
  if ((info.st_mode & 07777U) != mode && ::chmod(path.c_str(), mode) != 0)
    return Error::system(errno, quoted("set the mode of", path));
  return {};
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENAMETOOLONG) return {};
  return Error::system(errno, quoted("remove", path));
}

Result<std::vector<std::string>> list_dir(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(path.c_str()), ::closedir);
  if (!stream) return Error::system(errno, quoted("read directory", path));
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool path_exists(const std::string& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool is_out_of_space(const Error& error) { return error.error_number == ENOSPC || error.error_number == EDQUOT; }

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  for (std::size_t have = 0; have < bytes;) {
    const ssize_t got = ::getrandom(raw.data() + have, bytes - have, 0);
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes * 2);
  for (const char c : raw) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

}  // namespace cni::base
