// A pod's box: made, locked, saved to and erased. A recover takes a box that nobody has locked for what a crash left;
// so a new one gets its lock under another name, and is a box from the rename on. Where the lock file is missing all
// the same (a delete was killed at its end), whoever comes first makes it, and who lost such a race sees it by the
// inode check.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "base/files.h"
#include "runtime/store/format_1.h"
#include "runtime/store/names.h"
#include "runtime/store/private_dir.h"
#include "runtime/store/store.h"

namespace podrun {
namespace {

constexpr int kSweepPatience = 1000;  // milliseconds
constexpr int kSweepsInARow = 100;

std::string quoted(const std::string& verb, const std::string& object) { return verb + " '" + object + "'"; }

void sleep_ms(int ms) {
  const timespec span{0, ms * 1'000'000L};
  ::nanosleep(&span, nullptr);
}

// flock(2) has no timeout. Two attempts at least: lock_holder() may be holding the lock for the blink of its question.
Result<void> acquire(int fd, const std::string& path, int limit_ms) {
  int waited_ms = 0;
  for (int pause_ms = 1;; pause_ms = std::min(pause_ms * 2, 20)) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return Error::system(errno, quoted("lock", path));
    if (waited_ms > limit_ms)
      return Error{Kind::busy, EWOULDBLOCK, quoted("lock", path) + ": another process is at work on the pod"};
    sleep_ms(pause_ms);
    waited_ms += pause_ms;
  }
}

// Is the file at `path` still the one we have open? Else its box was erased, and perhaps made anew, meanwhile.
bool still_there(int fd, const std::string& path) {
  struct stat ours {};
  struct stat there {};
  return ::fstat(fd, &ours) == 0 && ::lstat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
         ours.st_dev == there.st_dev;
}

// Over the last holder's, which is as long: that needs no block, so a full disk keeps nobody from taking a lock.
Result<void> write_holder(int fd, const std::string& path) {
  std::array<char, 16> text{};
  const int size = std::snprintf(text.data(), text.size(), "%-10d\n", ::getpid());
  if (::pwrite(fd, text.data(), static_cast<std::size_t>(size), 0) == size) return {};
  Error failure = Error::system(errno, quoted("write", path));
  // Where it needs one all the same, nobody is told who holds the lock, rather than a wrong one.
  if (::ftruncate(fd, 0) != 0 || !base::is_out_of_space(failure)) return failure;
  return {};
}

enum class Holder { named, unnamed };

Result<Fd> take(const std::string& path, int limit_ms, Holder holder = Holder::named) {
  Fd fd = TRY(base::open_file(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  TRY(acquire(fd.get(), path, limit_ms));
  if (!still_there(fd.get(), path)) return Error{Kind::not_found, ENOENT, quoted("lock", path) + ": the pod is gone"};
  if (holder == Holder::named)
    TRY(write_holder(fd.get(), path));
  else if (::ftruncate(fd.get(), 0) != 0)  // the last one's pid is not ours
    return Error::system(errno, quoted("write", path));
  return fd;
}

// Kind::not_found when a sweep has come before the lock.
Result<Fd> make_and_take(const std::string& box) {
  if (::mkdir(box.c_str(), 0700) != 0 && errno != EEXIST) return Error::system(errno, quoted("make directory", box));
  return take(box + "/lock", kSweepPatience);
}

}  // namespace

Result<Box> Store::create(const std::string& id) const {
  if (!is_pod_id(id)) return Error{Kind::invalid, 0, quoted("make a box for pod", id) + ": that is no pod id"};
  TRY(make_private_dir(layout_.pods()));
  const std::string box = layout_.box(id);
  const std::string unlocked = layout_.unlocked_box(id);
  auto taken = make_and_take(unlocked);
  for (int again = 0; !taken && taken.error().kind == Kind::not_found && again < kSweepsInARow; ++again)
    taken = make_and_take(unlocked);
  if (taken && ::rename(unlocked.c_str(), box.c_str()) == 0) return Box(layout_, id, std::move(*taken));
  Error failure = taken ? Error::system(errno, quoted("make directory", box)) : std::move(taken).error();
  (void)base::remove_tree(unlocked);  // the first failure is the one to tell
  return failure;
}

Result<void> Store::sweep() const {
  auto names = base::list_dir(layout_.pods());
  if (!names && names.error().kind == Kind::not_found) return {};
  for (const std::string& name : TRY(std::move(names))) {
    if (!name.starts_with('.')) continue;
    const std::string dir = layout_.pods() + "/" + name;
    const auto lock = base::open_file(dir + "/lock", O_RDWR | O_NOFOLLOW);
    if (lock && ::flock(lock->get(), LOCK_EX | LOCK_NB) != 0) continue;  // about to be a box
    // Only under the lock. Without one the directory is removed only if it has got none meanwhile.
    if (lock) TRY(base::remove_file(dir + "/lock"));
    if (::rmdir(dir.c_str()) != 0 && errno != ENOENT && errno != ENOTEMPTY)
      return Error::system(errno, quoted("remove directory", dir));
  }
  return {};
}

Result<Box> Store::lock(const std::string& id, int limit_ms) const {
  if (!is_pod_id(id)) return Error{Kind::invalid, 0, quoted("lock pod", id) + ": that is no pod id"};
  return Box(layout_, id, TRY(take(layout_.lock(id), limit_ms)));
}

Result<Box> Store::lock_unnamed(const std::string& id, int limit_ms) const {
  if (!is_pod_id(id)) return Error{Kind::invalid, 0, quoted("lock pod", id) + ": that is no pod id"};
  return Box(layout_, id, TRY(take(layout_.lock(id), limit_ms, Holder::unnamed)));
}

Result<pid_t> Store::lock_holder(const std::string& id) const {
  if (!is_pod_id(id)) return Error{Kind::invalid, 0, quoted("ask who holds pod", id) + ": that is no pod id"};
  const std::string path = layout_.lock(id);
  const Fd fd = TRY(base::open_file(path, O_RDONLY | O_NOFOLLOW));
  if (::flock(fd.get(), LOCK_SH | LOCK_NB) == 0) return 0;  // nobody does; closing lets go again
  if (errno != EWOULDBLOCK) return Error::system(errno, quoted("lock", path));
  const std::string text = TRY(base::read_all(fd.get(), path, 64));
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  // Empty for the moment between taking the lock and writing the pid.
  return error == std::errc() && pid > 0 ? pid : 0;
}

// A pod of format 1 goes over to this one whole: its containers first, so that a crash in between leaves it as it was.
Result<void> Box::save(const PodRecord& record) const {
  const std::string old = format_1::record_path(layout_, id_);
  const bool is_old = base::path_exists(old);
  if (is_old)
    for (const ContainerRecord& container : TRY(load_containers())) TRY(save(container));
  TRY(base::write_file_durably(layout_.record(id_), to_json(record)));
  return is_old ? base::remove_file(old) : Result<void>();
}

Result<void> Box::save(const ContainerRecord& record) const {
  const std::string path = layout_.container_record(id_, record.plan.key());
  const std::string text = to_json(record);
  auto saved = base::write_file_durably(path, text);
  if (saved || saved.error().kind != Kind::not_found) return saved;
  TRY(base::make_dirs(layout_.containers(id_), 0700));  // the pod's first
  return base::write_file_durably(path, text);
}

Result<PodRecord> Box::load() const { return Store(layout_).load(id_); }

Result<std::vector<ContainerRecord>> Box::load_containers(std::vector<std::string>* broken) const {
  return Store(layout_).load_containers(id_, broken);
}

Result<void> Box::empty() const {
  const std::string box = layout_.box(id_);
  auto entries = base::list_dir(box);
  if (!entries) return entries.error().kind == Kind::not_found ? Result<void>{} : std::move(entries).error();
  for (const std::string& entry : *entries)
    if (entry != "lock" && entry != "pod.json" && entry != "record.json") TRY(base::remove_tree(box + "/" + entry));
  return {};
}

Result<void> Box::erase() const {
  const std::string box = layout_.box(id_);
  TRY(empty());
  TRY(base::remove_file(layout_.record(id_)));
  TRY(base::remove_file(format_1::record_path(layout_, id_)));
  if (base::remove_tree(box)) return {};
  return base::remove_tree(box);  // again: someone who came to lock it made the lock file anew before the rmdir
}

}  // namespace podrun
