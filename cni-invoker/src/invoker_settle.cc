// What nobody has any more, by the ledger: settled, or forgotten.
#include "cancel.h"
#include "cni/base/try.h"
#include "cni/invoker.h"
#include "locks.h"
#include "recorded.h"

namespace cni {
namespace {

constexpr std::chrono::milliseconds kSettlePatience{500};

}  // namespace

void CleanUp::add_failure(const LedgerEntry& entry, Error error) {
  const bool known = !entry.last_error.empty() && entry.last_error == lasting_text(error);
  (known ? known_failures : failures)
      .push_back(std::move(error).in("container '" + entry.attachment.container_id + "'"));
}

void Invoker::let_go(LedgerEntry entry, CleanUp& report) const {
  auto gone = ledger()->remove(entry.network.name, entry.attachment.container_id, entry.attachment.ifname);
  if (!gone)
    report.failures.push_back(std::move(gone).error().in("strike the attachment off the ledger"));
  else
    report.taken_over.push_back(std::move(entry));
}

// Judged under the lock: an ADD that was under way a moment ago may have come to its end. Whoever holds the lock takes
// care of its container; nothing is done then, as for what stands.
Result<void> Invoker::settle_entry(const LedgerEntry& entry, const std::function<bool(const LedgerEntry&)>& stands,
                                   CleanUp& report, const CallOptions& call) {
  const std::string& container_id = entry.attachment.container_id;
  TRY(check_container_id(container_id));
  const auto lock = lock_container(options_.lock_dir, container_id, kSettlePatience);
  if (!lock && lock.error().kind == Kind::busy) return {};
  if (!lock) return lock.error();
  auto current = TRY(ledger()->find(entry.network.name, container_id, entry.attachment.ifname));
  if (!current || stands(*current)) return {};
  if (taken_over(*current)) {
    let_go(std::move(*current), report);
    return {};
  }
  TRY(del_locked(*current, nullptr, call));
  report.detached.push_back(std::move(*current));
  return {};
}

Result<CleanUp> Invoker::settle(const std::function<bool(const LedgerEntry&)>& alive, const CallOptions& call) {
  CleanUp report;
  const auto book = ledger();
  if (!book) return report;
  const auto stands = [&](const LedgerEntry& entry) { return is_of_this_boot(entry.boot_id) && alive(entry); };
  for (const LedgerEntry& entry : TRY(book->list())) {
    if (entry.owner != options_.owner || stands(entry)) continue;
    if (is_cancelled(cancel_fd_of(call, options_))) {
      report.failures.push_back(interrupted("settle"));
      return report;
    }
    if (auto done = settle_entry(entry, stands, report, call); !done)
      report.add_failure(entry, std::move(done).error());
  }
  const auto note = [&](Result<void> swept) {
    if (!swept) report.failures.push_back(std::move(swept).error().in("sweep"));
  };
  note(book->sweep());
  note(cache().sweep());
  note(sweep_locks(options_.lock_dir));
  return report;
}

Result<bool> Invoker::forget(const LedgerEntry& entry, const CallOptions& call) {
  const Attachment& attachment = entry.attachment;
  TRY(check_attachment(attachment));
  const auto book = ledger();
  if (!book) return false;
  const Lock lock = TRY(lock_container(options_.lock_dir, attachment.container_id, lock_patience(call, options_),
                                       cancel_fd_of(call, options_)));
  const auto current = TRY(book->find(entry.network.name, attachment.container_id, attachment.ifname));
  if (!current) return false;
  if (current->created_at != entry.created_at || current->state != entry.state)
    return Error{Kind::busy, 0,
                 "forget '" + attachment.ifname + "' of '" + attachment.container_id + "' in network '" +
                     entry.network.name + "': another operation has changed it meanwhile"};
  if (!taken_over(*current))
    TRY(cache().remove(entry.network.name, attachment.container_id, attachment.ifname).in("remove the cached result"));
  TRY(book->remove(entry.network.name, attachment.container_id, attachment.ifname)
          .in("strike the attachment off the ledger"));
  return true;
}

}  // namespace cni
