// DEL.
#include <algorithm>

#include "as_added.h"
#include "cancel.h"
#include "cni/base/try.h"
#include "cni/invoker.h"
#include "locks.h"
#include "plugin_del.h"
#include "recorded.h"

namespace cni {
namespace {

// The path as plugins may have it: empty once the namespace of the ADD is gone. What stands at the path then is a plain
// file, which plugins refuse, or a namespace of somebody else, who would lose an interface.
std::string netns_for_del(const LedgerEntry& entry) {
  const std::string& netns = entry.attachment.netns;
  return netns_stands(entry) && !base::is_own_netns(netns).value_or(true) ? netns : "";
}

bool masquerades(const NetworkList& network) {
  return std::any_of(network.plugins.begin(), network.plugins.end(), [](const PluginConfig& plugin) {
    const std::string* masquerade = plugin.object.find("ipMasq");
    return masquerade != nullptr && *masquerade == "true";
  });
}

// Never a reason not to run the plugins; what they cannot find then is told. True where another interface stands in.
bool put_back(const LedgerEntry& entry, const std::string& netns, const InvokerOptions& options) {
  const auto result = told_or_seen(entry);
  if (!result) return false;
  bool stands_in = false;
  std::string why;
  if (!netns.empty()) {
    auto done = put_as_added(netns, entry.attachment.ifname, *result);
    stands_in = done && *done;
    if (!done) why = "its interface '" + entry.attachment.ifname + "' could not be put as it was: " + done.error().what;
  } else if (is_of_this_boot(entry.boot_id)) {  // else the rules are gone too
    why = "its network namespace is gone";
  }
  if (why.empty() || !masquerades(entry.network) || !options.warn) return stands_in;
  for (const std::string& ip : pod_ips(*result))
    options.warn("DEL of '" + entry.attachment.container_id + "' from network '" + entry.network.name + "': " + why +
                 "; the masquerading rule of " + ip + " may stay");
  return stands_in;
}

// What an ADD that told nothing has given the interface: the DEL that begins may be killed when it has taken the
// interface and not yet the rules, and the next one has nothing to look for them with.
void note_what_is_seen(LedgerEntry& entry, const Ledger& book, const InvokerOptions& options) {
  const std::string netns = netns_for_del(entry);
  if (!entry.seen.empty() || netns.empty() || !masquerades(entry.network)) return;
  auto noted = [&]() -> Result<void> {
    const NetworkResult seen = TRY(as_it_is(netns, entry.attachment.ifname));
    if (seen.ips.empty()) return {};
    entry.seen = TRY(to_json(seen, kNewestVersion));
    return book.note_seen(entry);
  }();
  if (noted || !options.warn) return;
  options.warn("note what '" + entry.attachment.ifname + "' of '" + entry.attachment.container_id + "' in network '" +
               entry.network.name + "' has: " + noted.error().what);
}

bool came_to_its_end(const Error& error) {
  const auto& failures = plugin_failures(error);
  return std::none_of(failures.begin(), failures.end(),
                      [](const PluginFailure& one) { return one.signal != 0 || one.timed_out; });
}

}  // namespace

Result<void> Invoker::del(const NetworkList& network, const Attachment& attachment, const CallOptions& call) {
  TRY(check_network_name(network.name));
  TRY(check_attachment(attachment));
  const Lock lock =
      TRY(lock_container(options_.lock_dir, attachment.container_id, lock_patience(call, options_), call.cancel_fd));
  return del_locked(owed_entry(network, attachment), &network, call);
}

// Ledger, unless another has attached it since; else cache, else what the caller says.
LedgerEntry Invoker::owed_entry(const NetworkList& network, const Attachment& attachment) const {
  const auto warn = [&](const Error& error) {
    if (options_.warn) options_.warn(error.what);
  };
  const auto of_cache = [&](CachedAttachment cached) {
    LedgerEntry entry = entry_of(std::move(cached), network);
    if (entry.attachment.netns.empty()) entry.attachment.netns = attachment.netns;
    return entry;
  };
  if (const auto book = ledger()) {
    auto entry = book->find(network.name, attachment.container_id, attachment.ifname);
    if (!entry) warn(entry.error());
    if (entry && *entry) {
      auto theirs = taken_over(**entry);
      return theirs ? of_cache(std::move(*theirs)) : std::move(**entry);
    }
  }
  auto cached = cache().load(network.name, attachment.container_id, attachment.ifname);
  if (cached && *cached) return of_cache(std::move(**cached));
  if (!cached) warn(cached.error());
  LedgerEntry entry;
  entry.network = network;
  entry.attachment = attachment;
  entry.state = LedgerEntry::State::attached;  // what has no entry in the ledger is none that we cut short
  return entry;
}

Result<void> Invoker::del_locked(LedgerEntry entry, const NetworkList* now, const CallOptions& call) {
  // Only what is in the ledger already, of this ADD: an attachment that was never ours is not owed by us.
  const auto book = ledger();
  const auto is_ours = [&] {
    if (!book) return false;
    const auto known = book->find(entry.network.name, entry.attachment.container_id, entry.attachment.ifname);
    return known && *known && (*known)->created_at == entry.created_at;
  };
  if (options_.verify_netns && entry.result.empty() && is_ours()) note_what_is_seen(entry, *book, options_);
  auto done = run_del(entry, now, call);
  // Once more for an ADD that came to no end: where bridge was killed before it had made its chain, its first DEL takes
  // the interface and fails for want of the chain, and the second succeeds.
  if (!done && entry.state == LedgerEntry::State::adding && done.error().kind != Kind::timeout)
    done = run_del(entry, now, call);
  if (done) done = strike(entry);
  if (done) return {};
  if (is_ours()) {
    entry.state = LedgerEntry::State::deleting;
    entry.last_error = lasting_text(done.error());
    if (auto saved = book->save(entry); !saved && options_.warn) options_.warn(saved.error().what);
  }
  return done;
}

// The ledger last: as long as anything is left, a DEL is owed that removes it.
Result<void> Invoker::strike(const LedgerEntry& entry) const {
  const std::string& network = entry.network.name;
  const auto& [container_id, netns, ifname, args, capability_args, conventional_args] = entry.attachment;
  TRY(cache().remove(network, container_id, ifname).in("remove the cached result"));
  if (const auto book = ledger())
    TRY(book->remove(network, container_id, ifname).in("strike the attachment off the ledger"));
  return {};
}

Result<void> Invoker::run_del(const LedgerEntry& entry, const NetworkList* now, const CallOptions& call) const {
  Attachment attachment = entry.attachment;
  bool stands_in = false;
  if (options_.verify_netns) {
    attachment.netns = netns_for_del(entry);
    stands_in = put_back(entry, attachment.netns, options_);
  }
  auto done = run_del_plugins(entry, attachment, now, call);
  // It was an earlier DEL that took the interface, and the rules with it: bridge fails where they are gone, and has
  // nothing to look for without an interface. One that was ended said nothing of the kind.
  if (!done && stands_in && came_to_its_end(done.error())) done = run_del_plugins(entry, attachment, now, call);
  return done;
}

Result<void> Invoker::run_del_plugins(const LedgerEntry& entry, const Attachment& attachment, const NetworkList* now,
                                      const CallOptions& call) const {
  PluginDel del(runner_, options_, call, entry, attachment, now);
  std::vector<Error> errors;
  for (std::size_t i = entry.network.plugins.size(); i-- > 0;) {
    auto done = del.run(i);
    if (done) continue;
    errors.push_back(std::move(done).error());
    if (options_.del_policy == DelPolicy::stop) break;
    del.restart_clock();
  }
  if (errors.empty()) return {};
  return join_errors(std::move(errors));
}

Result<void> Invoker::del_entry(const LedgerEntry& entry, const CallOptions& call) {
  const Attachment& attachment = entry.attachment;
  TRY(check_attachment(attachment));
  const Lock lock =
      TRY(lock_container(options_.lock_dir, attachment.container_id, lock_patience(call, options_), call.cancel_fd));
  if (const auto book = ledger()) {
    // As it is now: another may have done it meanwhile.
    const auto current = TRY(book->find(entry.network.name, attachment.container_id, attachment.ifname));
    if (!current) return {};
    return del_locked(owed_entry(current->network, current->attachment), nullptr, call);
  }
  return del_locked(entry, nullptr, call);
}

Result<void> Invoker::del_container(std::string_view container_id, const CallOptions& call) {
  TRY(check_container_id(container_id));
  const auto book = ledger();
  if (!book) return {};
  std::vector<LedgerEntry> owed = TRY(book->of_container(container_id));
  std::reverse(owed.begin(), owed.end());
  // Again as long as it helps: two interfaces in one network share bridge's masquerading chain, which goes only with
  // the last of them, and the DEL of the other fails until then.
  while (true) {
    std::vector<LedgerEntry> failed;
    std::vector<Error> errors;
    for (LedgerEntry& entry : owed) {
      auto done = del_entry(entry, call);
      if (done) continue;
      errors.push_back(std::move(done).error().in("network '" + entry.network.name + "'"));
      failed.push_back(std::move(entry));
    }
    if (failed.empty()) return {};
    if (failed.size() == owed.size()) return join_errors(std::move(errors));
    owed = std::move(failed);
  }
}

}  // namespace cni
