// Sees pods change: a change of a file is the event (layout.h). Records and exit files are renamed into place, a box
// becomes one by a rename; so inotify on the pods' directory, on each box and on its containers sees all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "runtime/kernel/process.h"
#include "runtime/kernel/types.h"
#include "runtime/model/layout.h"

namespace podrun {

// What may have changed. Whoever is told looks at the pods, since several changes come as one.
struct Changes {
  bool everything = false;     // more has happened than the kernel keeps: any pod may have come, changed or gone
  std::set<std::string> pods;  // ids of those that have come, changed or gone

  bool empty() const { return !everything && pods.empty(); }
};

class Watch {
 public:
  // Whoever looks at the pods after this and follows the changes misses nothing. The pods' directory, and what it is
  // in, need not be there yet. Kind::busy where the user's inotify instances are used up.
  static Result<Watch> on(Layout layout, std::size_t most_followed = SIZE_MAX);

  int fd() const { return ready_.get(); }  // to be polled for POLLIN: something may have changed
  Result<Changes> take();                  // since the last time; does not wait
  // Why not every pod is watched, for as long as that is so: Kind::busy where the user's watches are used up. take()
  // tries again, and once it has succeeded everything may have changed.
  const std::optional<Error>& gap() const { return gap_; }

  // From now on the end of that process is a change of the pod, too: of no file is it seen when its shim was killed.
  // False: it has ended already, and this is the only word of it. Kind::busy where as many are followed as may be, but
  // for `spare` that are left to others: each takes a descriptor.
  Result<bool> follow(const std::string& id, const ProcessId& process, std::size_t spare = 0);

 private:
  enum class Place { above, pods, box, containers };
  struct Watched {
    Place place = Place::above;
    std::string id;  // of a box and of containers
  };

  Watch(Layout layout, std::size_t most_followed, Fd ready, Fd inotify)
      : layout_(std::move(layout)),
        most_followed_(most_followed),
        ready_(std::move(ready)),
        inotify_(std::move(inotify)) {}

  void find_pods();
  Result<void> find_directories();
  Result<void> add_box(const std::string& id);
  // False where there is no such directory.
  Result<bool> add(const std::string& path, Watched watched);
  Result<void> take_files(Changes& changes);
  void take_event(int descriptor, std::uint32_t mask, const std::string& name, Changes& changes);
  void come_down(Changes& changes);
  void note(Result<void> result);

  Layout layout_;
  std::size_t most_followed_;
  Fd ready_;  // epoll, over inotify and the processes
  Fd inotify_;
  bool sees_pods_ = false;
  std::optional<Error> gap_;
  std::map<int, Watched> watched_;  // by inotify's watch descriptors
  struct Followed {
    Fd process;
    std::pair<std::string, pid_t> key;
  };
  std::map<int, Followed> followed_;                     // by descriptor
  std::set<std::pair<std::string, pid_t>> is_followed_;  // a process at once
};

}  // namespace podrun
