// What takes its time beside other things that do, in one thread and one poll(2).
#pragma once

#include <poll.h>

#include <cstdint>
#include <vector>

#include "runtime/kernel/types.h"

namespace podrun::probe {

// What tasks wait for, together.
struct Wait {
  std::vector<pollfd> fds;
  std::int64_t until = 0;  // CLOCK_BOOTTIME, nanoseconds; 0: as long as it takes

  void for_fd(int fd, short events) { fds.push_back({fd, events, 0}); }
  void at_most_until(std::int64_t time) { until = until == 0 || time < until ? time : until; }
};

// Until one of them is ready or the time has come; a signal that asks podrun to end ends it with EINTR.
Result<void> wait_for(Wait& wait);

class Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;  // gives up what is under way

  virtual void await(Wait& wait) const = 0;
  // Does what can be done without waiting. True once there is nothing left; not to be called again then.
  virtual bool go_on() = 0;
};

// Goes on with them until the last is over, or as wait_for().
Result<void> run_all(const std::vector<Task*>& tasks);

}  // namespace podrun::probe
