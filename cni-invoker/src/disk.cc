#include "disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <system_error>

#include "base/files.h"

namespace cni {

using base::Error;
using base::Fd;
using base::Result;

Result<Fd> write_file_atomically(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp." + base::random_hex(4);
  const auto write = [&]() -> Result<Fd> {
    Fd fd = TRY(base::open_file(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    TRY(base::write_all(fd.get(), bytes, temporary));
    // Only a hint: ext4 then has the data on disk before it commits the rename.
    ::sync_file_range(fd.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    if (::rename(temporary.c_str(), path.c_str()) != 0) return Error::system(errno, "rename to '" + path + "'");
    return fd;
  };
  auto written = write();
  if (!written) ::unlink(temporary.c_str());
  return written;
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
    const Fd dir = TRY(base::open_file(path.substr(0, path.rfind('/') + 1), O_RDONLY | O_DIRECTORY));
    for (const int fd : {work->file.get(), dir.get()})
      if (::fsync(fd) != 0) return Error::system(errno, "fsync '" + path + "'");
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
