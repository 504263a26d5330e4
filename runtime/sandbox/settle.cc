#include "runtime/sandbox/settle.h"

#include "base/files.h"
#include "base/interruption.h"
#include "cni/invoker.h"
#include "runtime/sandbox/own_directory.h"
#include "runtime/sandbox/recover.h"
#include "runtime/sandbox/stands.h"
#include "runtime/sandbox/take_down.h"
#include "runtime/sandbox/update_pod.h"

namespace podrun {
namespace {

std::string shown_pod(const Identity& who) {
  return who.name.empty() ? "pod " + who.id.substr(0, 12) : "pod " + who.name_space + "/" + who.name;
}

// Untouched is only a pod that stands, or is stopped.
bool is_settled(const PodRecord& pod) {
  return pod.life.state == PodState::stopped || (stands(pod) && !is_overdue(pod) && !pod.life.resizing);
}

bool is_to_be_updated(const PodRecord& pod) { return stands(pod) && !is_overdue(pod); }  // and is not settled

// A stop that was cut short is finished, a start taken back.
bool is_to_be_stopped(const PodRecord& pod) {
  return pod.life.state == PodState::stopping || pod.life.state == PodState::starting;
}

// Its stop waits, without the lock.
bool is_given_time(const PodRecord& pod) {
  return pod.life.state == PodState::stopping && pod.life.deadline != 0 && !is_overdue(pod) && is_alive(pod.life.shim);
}

}  // namespace

std::optional<Recovered> settle_pod(const Host& host, const std::string& id) {
  const auto seen = host.store.load(id);
  if (seen && is_settled(*seen)) return std::nullopt;
  // A little patience: a shim that has just been cloned holds its podrun's lock until it execs, also when that podrun
  // is dead.
  auto box = host.store.lock(id, 500);
  if (!box && (box.error().kind == Kind::busy || box.error().kind == Kind::not_found))
    return std::nullopt;  // in good hands
  if (!box) return Recovered{"pod " + id.substr(0, 12), std::move(box).error()};
  PodRecord remains = remains_of(host, *box);
  if (is_settled(remains) || is_given_time(remains)) return std::nullopt;
  if (is_to_be_updated(remains)) {
    const std::string what = shown_pod(remains.plan.who) + ": finished its update";
    auto finished = finish_update(host, *box, std::move(remains));
    return Recovered{what, finished ? std::nullopt : std::optional(std::move(finished).error())};
  }
  const Landing until = is_to_be_stopped(remains) ? landing_of_stop(remains.plan) : Landing::gone;
  const std::string pod = shown_pod(remains.plan.who);
  const std::string before = remains.life.failure;
  auto gone = take_down(host, *box, std::move(remains), {.until = until});
  if (gone)
    return Recovered{pod + (until == Landing::gone ? ": removed what was left of it" : ": stopped"), std::nullopt};
  const bool told_before = cni::lasting_text(gone.error()) == before;
  return Recovered{pod, std::move(gone).error(), told_before};
}

// A file in the state directory, which a reboot empties, says that it has been done.
Result<void> settle_after_boot(const Host& host) {
  const std::string marker = host.layout().settled();
  if (base::read_file(marker).value_or("") == boot_id() + "\n") return {};
  TRY(make_own_directory(host.layout().directories().state, Directories().state));
  const auto report = TRY(recover(host));
  TRY(base::check_interruption().in("recover what the last boot left"));
  for (const auto& done : report)
    if (done.error) host.warn(done.what + ": " + done.error->what + " (`podrun recover` tries again)");
  return base::write_file_durably(marker, boot_id() + "\n");
}

Result<void> settle_name(const Host& host, const std::string& name_space, const std::string& name) {
  auto id = host.store.find(name_space, name);
  if (!id) return id.error().kind == Kind::not_found ? Result<void>() : std::move(id).error();
  const auto record = host.store.load(*id);
  // Taken, also when it has failed: create says so.
  if (record && record->life.state == PodState::ready && !is_overdue(*record)) return {};
  if (record && (record->life.state == PodState::stopped || is_to_be_stopped(*record))) return {};
  auto settled = settle_pod(host, *id);
  if (settled && settled->error) return std::move(*settled->error).in(settled->what);
  return {};
}

}  // namespace podrun
