#include "runtime/probe/task.h"

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/interruption.h"
#include "runtime/kernel/clock.h"

namespace podrun::probe {

Result<void> wait_for(Wait& wait) {
  TRY(base::check_interruption());
  wait.for_fd(base::interruption_fd(), POLLIN);
  const std::int64_t left = std::max<std::int64_t>(wait.until - boot_time(), 0);
  const timespec limit{left / 1'000'000'000, left % 1'000'000'000};
  if (::ppoll(wait.fds.data(), wait.fds.size(), wait.until == 0 ? nullptr : &limit, nullptr) < 0 && errno != EINTR)
    return Error::system(errno, "poll");
  return base::check_interruption();
}

Result<void> run_all(const std::vector<Task*>& tasks) {
  for (std::vector<Task*> left = tasks;;) {
    std::erase_if(left, [](Task* task) { return task->go_on(); });
    if (left.empty()) return {};
    Wait wait;
    for (const Task* task : left) task->await(wait);
    TRY(wait_for(wait));
  }
}

}  // namespace podrun::probe
