#include "runtime/sandbox/take_box.h"

#include <chrono>
#include <csignal>

#include "base/interruption.h"
#include "runtime/kernel/process.h"

namespace podrun {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kBoxPatience{60};   // a create may be waiting for a plugin
constexpr std::chrono::seconds kUndoPatience{5};   // with one that has been asked to end
constexpr std::chrono::seconds kDeathPatience{5};  // with one that has been killed

// `between` is called before each pause; Kind::busy when the patience is over.
template <class Between>
Result<std::optional<Box>> wait_for_box(const Store& store, const std::string& id, std::chrono::seconds patience,
                                        Between between) {
  const auto deadline = steady_clock::now() + patience;
  for (bool seen = false;; seen = true) {
    auto box = store.lock(id, 0);
    if (box) return std::optional(std::move(*box));
    if (seen && box.error().kind == Kind::not_found) return std::optional<Box>();
    if (box.error().kind != Kind::busy || steady_clock::now() > deadline) return std::move(box).error();
    TRY(base::check_interruption());
    between();
    base::sleep_unless_interrupted(10);
  }
}

void signal_holder(const Store& store, const std::string& id, int signal) {
  const pid_t holder = store.lock_holder(id).value_or(0);
  if (holder == 0) return;
  const Fd pidfd = open_pidfd(holder);
  // Still the holder, now that the pid cannot be reused any more?
  if (pidfd && store.lock_holder(id).value_or(0) == holder) send_signal(pidfd.get(), signal);
}

}  // namespace

Result<std::optional<Box>> take_box(const Store& store, const std::string& id) {
  return wait_for_box(store, id, kBoxPatience, [] {});
}

Result<std::optional<Box>> take_box_by_force(const Store& store, const std::string& id) {
  auto box = store.lock(id, 0);
  if (box) return std::optional(std::move(*box));
  if (box.error().kind != Kind::busy) return std::move(box).error();
  signal_holder(store, id, SIGTERM);
  auto given = wait_for_box(store, id, kUndoPatience, [] {});
  if (!given && given.error().kind == Kind::not_found) return std::optional<Box>();
  if (given || given.error().kind != Kind::busy) return given;
  return wait_for_box(store, id, kDeathPatience, [&] { signal_holder(store, id, SIGKILL); });
}

}  // namespace podrun
