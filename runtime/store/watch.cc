#include "runtime/store/watch.h"

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/files.h"
#include "runtime/store/boxes.h"
#include "runtime/store/names.h"

namespace podrun {
namespace {

// What is written first under another name is no event of its own: IN_CREATE tells of directories alone that matter.
constexpr std::uint32_t kComings = IN_CREATE | IN_MOVED_TO | IN_ONLYDIR;
constexpr std::uint32_t kEverything = kComings | IN_DELETE | IN_MOVED_FROM;

Error used_up(int error_number, const char* what, const char* setting) {
  return {Kind::busy, error_number,
          std::string("watch the pods: this user's inotify ") + what + " are used up: raise the sysctl " + setting};
}

std::string parent_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> poll_also(int epoll, int fd) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0) return {};
  return Error::system(errno, "watch the pods: epoll_ctl");
}

}  // namespace

Result<Watch> Watch::on(Layout layout, std::size_t most_followed) {
  Fd ready(::epoll_create1(EPOLL_CLOEXEC));
  if (!ready) return Error::system(errno, "watch the pods: epoll_create1");
  Fd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!inotify && errno == EMFILE) return used_up(errno, "instances", "fs.inotify.max_user_instances");
  if (!inotify) return Error::system(errno, "watch the pods: inotify_init1");
  TRY(poll_also(ready.get(), inotify.get()));
  Watch watch(std::move(layout), most_followed, std::move(ready), std::move(inotify));
  watch.find_pods();
  return watch;
}

void Watch::note(Result<void> result) {
  if (!result) gap_ = std::move(result).error();
}

void Watch::find_pods() {
  sees_pods_ = false;
  note(find_directories());
}

// The pods' directory; until it is made, the nearest one above it that is there.
Result<void> Watch::find_directories() {
  while (!TRY(add(layout_.pods(), {.place = Place::pods, .id = {}}))) {
    std::string missing = layout_.pods();
    std::string above = parent_of(missing);
    while (!TRY(add(above, {.place = Place::above, .id = {}}))) {
      missing = above;
      above = parent_of(missing);
    }
    if (::access(missing.c_str(), F_OK) != 0) return {};  // else it was made just before the watch
  }
  sees_pods_ = true;
  for (const auto& [descriptor, watched] : watched_)
    if (watched.place == Place::above) ::inotify_rm_watch(inotify_.get(), descriptor);
  for (const std::string& id : TRY(boxes(layout_))) note(add_box(id));  // none where it is gone again: an event
  return {};
}

// Where the containers are made between the two, the first has seen it.
Result<void> Watch::add_box(const std::string& id) {
  const std::string containers = layout_.containers(id);
  if (!TRY(add(layout_.box(id), {.place = Place::box, .id = id}))) return {};
  if (!TRY(add(containers, {.place = Place::containers, .id = id}))) return {};
  auto names = base::list_dir(containers);
  if (!names && names.error().kind == Kind::not_found) return {};
  for (const std::string& name : TRY(std::move(names)))
    if (name.find('.') == std::string::npos)  // a directory of format 1, whose shim writes the exit file there
      TRY(add(containers + "/" + name, {.place = Place::containers, .id = id}));
  return {};
}

Result<bool> Watch::add(const std::string& path, Watched watched) {
  const std::uint32_t mask = watched.place == Place::above ? kComings : kEverything;
  const int descriptor = ::inotify_add_watch(inotify_.get(), path.c_str(), mask);
  if (descriptor >= 0) {
    watched_[descriptor] = std::move(watched);
    return true;
  }
  if (errno == ENOENT) return false;
  if (errno == ENOSPC) return used_up(errno, "watches", "fs.inotify.max_user_watches");
  return Error::system(errno, "watch '" + path + "'");
}

Result<Changes> Watch::take() {
  Changes changes;
  if (std::exchange(gap_, std::nullopt)) {
    find_pods();
    changes.everything = !gap_;
  }
  std::array<epoll_event, 16> events{};
  for (;;) {
    const int count = ::epoll_wait(ready_.get(), events.data(), events.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error::system(errno, "watch the pods: epoll_wait");
    if (count == 0) return changes;
    for (int i = 0; i < count; ++i) {
      const int fd = events.at(static_cast<std::size_t>(i)).data.fd;
      if (fd == inotify_.get()) {
        TRY(take_files(changes));
      } else if (const auto ended = followed_.find(fd); ended != followed_.end()) {
        changes.pods.insert(ended->second.key.first);
        is_followed_.erase(ended->second.key);
        // To close it is not enough: a child that has yet to exec has it, too, and it would be told of again.
        ::epoll_ctl(ready_.get(), EPOLL_CTL_DEL, fd, nullptr);
        followed_.erase(ended);
      }
    }
  }
}

Result<void> Watch::take_files(Changes& changes) {
  alignas(inotify_event) std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t size = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return {};
    if (size < 0) return Error::system(errno, "watch the pods: read");
    for (const char* at = buffer.data(); at < buffer.data() + size;) {
      const auto* const event = reinterpret_cast<const inotify_event*>(at);
      take_event(event->wd, event->mask, event->len > 0 ? event->name : "", changes);
      at += sizeof(inotify_event) + event->len;
    }
  }
}

void Watch::take_event(int descriptor, std::uint32_t mask, const std::string& name, Changes& changes) {
  if ((mask & IN_Q_OVERFLOW) != 0) return come_down(changes);
  const auto found = watched_.find(descriptor);
  if (found == watched_.end()) return;
  const Watched watched = found->second;
  const bool is_gone = (mask & IN_IGNORED) != 0;
  if (is_gone) watched_.erase(found);
  const bool is_new_directory = (mask & (IN_CREATE | IN_MOVED_TO)) != 0 && (mask & IN_ISDIR) != 0;
  switch (watched.place) {
    case Place::above:
      if (!sees_pods_) come_down(changes);
      return;
    case Place::pods:
      if (is_gone) return come_down(changes);
      if (!is_pod_id(name)) return;  // no box yet
      changes.pods.insert(name);
      if (is_new_directory) note(add_box(name));
      return;
    case Place::box:
      if (is_gone || (mask & (IN_CREATE | IN_ISDIR)) == IN_CREATE) return;  // of a file: it is to be renamed
      changes.pods.insert(watched.id);
      if (is_new_directory) note(add_box(watched.id));
      return;
    case Place::containers:
      if (!is_gone && (mask & IN_CREATE) == 0) changes.pods.insert(watched.id);
      return;
  }
}

// From the top: what is watched already stays so.
void Watch::come_down(Changes& changes) {
  const bool saw_pods = sees_pods_;
  find_pods();
  if (saw_pods || sees_pods_) changes.everything = true;
}

Result<bool> Watch::follow(const std::string& id, const ProcessId& process, std::size_t spare) {
  std::pair<std::string, pid_t> key{id, process.pid};
  if (is_followed_.contains(key)) return true;
  if (followed_.size() + spare >= most_followed_)
    return Error{Kind::busy, EMFILE, "watch the pods: " + std::to_string(followed_.size()) + " processes are followed"};
  auto opened = open_process(process);
  if (!opened && opened.error().kind == Kind::not_found) return false;
  Fd pidfd = TRY(std::move(opened));
  TRY(poll_also(ready_.get(), pidfd.get()));
  is_followed_.insert(key);
  const int fd = pidfd.get();
  followed_[fd] = {.process = std::move(pidfd), .key = std::move(key)};
  return true;
}

}  // namespace podrun
