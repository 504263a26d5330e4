// Runtime::remove: a pod ends in good order, or at once.
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "runtime/kernel/process.h"
#include "runtime/sandbox/runtime.h"

namespace podrun {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kLockPatience = 60'000;  // milliseconds: a create may be waiting for a plugin

// SIGTERM to every container, then as long as they were promised.
Result<void> stop_containers(const PodRecord& pod, std::chrono::seconds grace) {
  std::vector<Fd> running;
  for (const auto& container : pod.containers) {
    auto pidfd = open_process(container.process);
    if (!pidfd) continue;
    ::syscall(SYS_pidfd_send_signal, pidfd->get(), SIGTERM, nullptr, 0);
    running.push_back(std::move(*pidfd));
  }
  const auto deadline = steady_clock::now() + grace;
  for (const Fd& pidfd : running) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    TRY(wait_for_exit(pidfd.get(), std::max(left, milliseconds(0))));
  }
  return {};
}

// `delete --force` ends a create or delete that is under way, by ending the podrun that holds the lock.
Result<Box> take_by_force(const Store& store, const std::string& id) {
  auto box = store.lock(id, 0);
  if (box || box.error().kind != Kind::busy) return box;
  const pid_t holder = TRY(store.lock_holder(id));
  const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, holder, 0)));
  // Still the holder, now that the pid cannot be reused any more?
  if (pidfd && holder != 0 && store.lock_holder(id).value_or(0) == holder)
    ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
  return store.lock(id, 5000);
}

}  // namespace

Result<void> Runtime::remove(const std::string& id, const DeleteOptions& options) {
  const Box box = TRY(options.force ? take_by_force(store_, id) : store_.lock(id, kLockPatience));
  auto loaded = box.load();
  // No record is the last moment of a delete that was stopped; an unreadable one is somebody else's doing.
  if (!loaded && loaded.error().kind != Kind::not_found && !options.force)
    return std::move(loaded).error().in(
        "read the pod's record (`podrun delete --force` and `podrun recover` need none)");
  PodRecord record = loaded ? std::move(*loaded) : record_of_broken(id);
  if (record.state == PodState::ready) {
    const auto grace = options.grace_period.value_or(std::chrono::seconds(record.grace_period));
    if (grace.count() > 0 && !options.force) TRY(stop_containers(record, grace).in("stop containers"));
  }
  record.state = PodState::deleting;
  TRY(box.save(record).in("record the delete"));
  return tear_down(std::move(record), box, options.force);
}

}  // namespace podrun
