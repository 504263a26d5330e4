#include "disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <system_error>

#include "cni/base/files.h"
#include "cni/base/try.h"

namespace cni {

namespace {

constexpr std::string_view kMark = ".tmp.";
constexpr std::size_t kMarkDigits = 8;

bool is_temporary(std::string_view name) {
  if (name.size() <= kMark.size() + kMarkDigits) return false;
  const std::string_view digits = name.substr(name.size() - kMarkDigits);
  return name.substr(name.size() - kMarkDigits - kMark.size(), kMark.size()) == kMark &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_linked(const Fd& fd) {
  struct stat info {};
  return ::fstat(fd.get(), &info) == 0 && info.st_nlink > 0;
}

// Made and locked. A sweep that came in between has the lock, or has had it and unlinked the file: then another one.
Result<Fd> make_temporary(const std::string& path, std::string& temporary) {
  while (true) {
    temporary = path + std::string(kMark) + base::random_hex(kMarkDigits / 2);
    Fd fd = TRY(base::open_file(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    const int locked = ::flock(fd.get(), LOCK_EX | LOCK_NB);
    if (locked == 0 && is_linked(fd)) return fd;
    const int why = locked == 0 ? EWOULDBLOCK : errno;
    ::unlink(temporary.c_str());
    if (why != EWOULDBLOCK) return Error::system(why, "lock '" + temporary + "'");
  }
}

// `before_rename` has its last word while readers still see the old content.
Result<Fd> replace(const std::string& path, std::string_view bytes,
                   const std::function<Result<void>(const Fd&)>& before_rename) {
  std::string temporary;
  Fd fd = TRY(make_temporary(path, temporary));
  const auto write = [&]() -> Result<void> {
    TRY(base::write_all(fd.get(), bytes, temporary));
    TRY(before_rename(fd));
    if (::rename(temporary.c_str(), path.c_str()) != 0) return Error::system(errno, "rename to '" + path + "'");
    return {};
  };
  if (auto written = write(); !written) {
    ::unlink(temporary.c_str());
    return std::move(written).error();
  }
  return fd;
}

Result<void> flush(const Fd& fd, const std::string& path) {
  if (::fsync(fd.get()) != 0) return Error::system(errno, "fsync '" + path + "'");
  return {};
}

Result<void> flush_dir_of(const std::string& path) {
  const Fd dir = TRY(base::open_file(path.substr(0, path.rfind('/') + 1), O_RDONLY | O_DIRECTORY));
  return flush(dir, path);
}

}  // namespace

Result<Fd> write_file_atomically(const std::string& path, std::string_view bytes) {
  return replace(path, bytes, [](const Fd&) { return Result<void>(); });
}

Result<void> write_file_durably(const std::string& path, std::string_view bytes) {
  TRY(replace(path, bytes, [&](const Fd& fd) { return flush(fd, path); }));
  return flush_dir_of(path);
}

Result<void> sweep_temporaries(const std::string& dir, const std::function<bool(const std::string&)>& spare) {
  auto names = base::list_dir(dir);
  if (!names && names.error().kind == Kind::not_found) return {};
  if (!names) return std::move(names).error();
  for (const std::string& name : *names) {
    if (!is_temporary(name) || spare(name)) continue;
    const std::string path = dir + "/" + name;
    const auto fd = base::open_file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!fd || ::flock(fd->get(), LOCK_EX | LOCK_NB) != 0) continue;  // gone, or being written
    // Renamed since it was opened: then the name is nobody's, and there is nothing to unlink.
    TRY(base::remove_file(path));
  }
  return {};
}

Result<BackgroundSync> BackgroundSync::start(Fd file, const std::string& path) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error::system(errno, "make pipe");
  Fd done(ends[0]);
  struct Work {
    Fd file;
    Fd tell;
  };
  const auto work = std::make_shared<Work>(Work{std::move(file), Fd(ends[1])});
  const auto sync = [work, path]() -> Result<void> {
    const Fd tell = std::move(work->tell);  // closed when this ends, whatever the end
    TRY(flush(work->file, path));
    TRY(flush_dir_of(path));
    return base::write_all(tell.get(), "1", "pipe");
  };
  std::future<Result<void>> outcome;
  try {
    outcome = std::async(std::launch::async, sync);
  } catch (const std::system_error&) {
    outcome = std::async(std::launch::deferred, sync);
    outcome.wait();
  }
  return BackgroundSync(std::move(done), std::move(outcome));
}

}  // namespace cni
