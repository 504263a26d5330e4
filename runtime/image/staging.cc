#include "runtime/image/staging.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/image/open_directory.h"

namespace podrun::image {
namespace {}  // namespace

Result<Staging> Staging::make(const std::string& tmp_dir) {
  for (;;) {
    std::string path = tmp_dir + "/" + base::random_hex(16);
    auto made = base::make_exact_dir(path, 0700);
    if (!made && made.error().kind == Kind::not_found) continue;  // as below
    TRY(std::move(made));
    Fd lock(::open(path.c_str(), kOpenDirectory));
    if (!lock && errno == ENOENT) continue;  // taken for abandoned before it was locked
    if (!lock) return Error::system(errno, "open directory '" + path + "'");
    struct stat info {};
    if (::flock(lock.get(), LOCK_EX) != 0 || ::fstat(lock.get(), &info) != 0)
      return Error::system(errno, "lock '" + path + "'");
    if (info.st_nlink > 0) return Staging(std::move(path), std::move(lock));
  }
}

Staging::~Staging() {
  // If this fails the lock goes all the same, and the next call tries again.
  if (lock_) static_cast<void>(base::remove_tree(path_));
}

Result<void> Staging::sync() const {
  if (::syncfs(lock_.get()) != 0) return Error::system(errno, "sync the file system of '" + path_ + "'");
  return {};
}

void remove_abandoned(const std::string& tmp_dir) {
  const auto names = base::list_dir(tmp_dir);
  if (!names) return;
  for (const std::string& name : *names) {
    std::string path = tmp_dir;
    path += '/';
    path += name;
    const Fd lock(::open(path.c_str(), kOpenDirectory));
    if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) static_cast<void>(base::remove_tree(path));
  }
}

}  // namespace podrun::image
