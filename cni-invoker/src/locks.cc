#include "locks.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "cancel.h"
#include "cni/base/files.h"
#include "cni/base/try.h"
#include "cni/ledger.h"
#include "entry.h"

namespace cni {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::string_view kPrefix = "container.";
constexpr milliseconds kLongestFirst{5000};

struct Patience {
  Clock::time_point deadline;
  int cancel_fd;
};

// flock knows no time limit, and a signal to end the wait is not a library's to use: hence tries, at growing distance.
Result<void> take(const Fd& fd, int how, const Patience& patience, const std::string& path) {
  for (milliseconds pause{1};; pause = std::min(pause * 2, milliseconds(50))) {
    if (::flock(fd.get(), how | LOCK_NB) == 0) return {};
    if (errno != EWOULDBLOCK && errno != EINTR) return Error::system(errno, "lock '" + path + "'");
    if (Clock::now() >= patience.deadline)
      return Error{Kind::busy, EWOULDBLOCK, "lock '" + path + "': another operation is under way"};
    if (cancelled_within(patience.cancel_fd, pause)) return interrupted("lock '" + path + "'");
  }
}

Result<Fd> take_file(const std::string& path, int how, const Patience& patience) {
  Fd fd = TRY(base::open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  TRY(take(fd, how, patience, path));
  return fd;
}

bool still_at(const Fd& fd, const std::string& path) {
  struct stat held {};
  struct stat there {};
  return ::fstat(fd.get(), &held) == 0 && ::stat(path.c_str(), &there) == 0 && held.st_dev == there.st_dev &&
         held.st_ino == there.st_ino;
}

std::string file_of(const std::string& dir, const std::string& container_id) {
  constexpr std::size_t kLongest = 200;  // two ids that share a lock because of their length only wait for each other
  return dir + "/" + std::string(kPrefix) +
         (container_id.size() <= kLongest ? container_id : std::to_string(std::hash<std::string>{}(container_id)));
}

}  // namespace

Lock::~Lock() {
  // Under the lock; whoever waits for this inode finds that it is no longer the file, and starts again. Tried twice,
  // because nobody hears of a failure here, and what is left is in the way of nobody until the next sweep.
  if (container_ && ::unlink(container_path_.c_str()) != 0) ::unlink(container_path_.c_str());
}

Result<Lock> lock_container(const std::string& dir, const std::string& container_id, milliseconds limit,
                            int cancel_fd) {
  const Patience patience{Clock::now() + limit, cancel_fd};
  TRY(make_entry_dir(dir));
  Lock lock;
  {
    const Fd turn = TRY(take_file(dir + "/turn", LOCK_EX, patience));
    lock.all_ = TRY(take_file(dir + "/all", LOCK_SH, patience));
  }
  const std::string path = file_of(dir, container_id);
  auto container = take_file(path, LOCK_EX, patience);
  while (container && !still_at(*container, path)) container = take_file(path, LOCK_EX, patience);
  if (!container && base::is_out_of_space(container.error())) {
    // No room for a lock of its own, and a DEL may be what makes some: the one of all stands in for it.
    lock.all_.reset();
    return lock_all(dir, std::chrono::duration_cast<milliseconds>(patience.deadline - Clock::now()), cancel_fd);
  }
  if (!container) {
    (void)sweep_locks(dir);  // the file may be one that we have just made
    return std::move(container).error();
  }
  lock.container_path_ = path;
  lock.container_ = std::move(*container);
  return lock;
}

Result<Lock> lock_all(const std::string& dir, milliseconds limit, int cancel_fd) {
  const Patience patience{Clock::now() + limit, cancel_fd};
  TRY(make_entry_dir(dir));
  Lock lock;
  const Fd turn = TRY(take_file(dir + "/turn", LOCK_EX, patience));
  lock.all_ = TRY(take_file(dir + "/all", LOCK_EX, patience));
  return lock;
}

FirstAdd::FirstAdd(const std::string& dir, const std::string& boot_id, const std::string& kind, milliseconds limit,
                   int cancel_fd)
    : marks_(dir + "/made"), mark_(marks_ + "/" + boot_id + "." + kind), is_marked_(base::path_exists(mark_)) {
  if (is_marked_) return;
  const Patience patience{Clock::now() + std::min(limit, kLongestFirst), cancel_fd};
  auto held = take_file(dir + "/first", LOCK_EX, patience);
  if (held) held_ = std::move(*held);
  is_marked_ = base::path_exists(mark_);
  if (is_marked_) held_.reset();
}

void FirstAdd::succeeded() const {
  // Where it cannot be made the next one is the first again.
  if (!is_marked_ && make_entry_dir(marks_)) (void)base::open_file(mark_, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);
}

void FirstAdd::failed() const {
  if (is_marked_) ::unlink(mark_.c_str());
}

Result<void> sweep_locks(const std::string& dir) {
  auto names = base::list_dir(dir);
  if (!names && names.error().kind == Kind::not_found) return {};
  if (!names) return std::move(names).error();
  for (const std::string& name : *names) {
    if (!name.starts_with(kPrefix)) continue;
    const std::string path = dir + "/" + name;
    auto file = base::open_file(path, O_RDWR | O_NOFOLLOW);
    if (!file || ::flock(file->get(), LOCK_EX | LOCK_NB) != 0 || !still_at(*file, path)) continue;
    Lock ours;  // like any holder's, whose end removes the file
    ours.container_path_ = path;
    ours.container_ = std::move(*file);
  }
  const std::string marks = dir + "/made";
  for (const std::string& name : base::list_dir(marks).value_or({}))
    if (!name.starts_with(current_boot_id())) ::unlink((marks + "/" + name).c_str());
  return {};
}

}  // namespace cni
