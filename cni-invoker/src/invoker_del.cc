// DEL, and what else settles the ledger.
#include <algorithm>

#include "as_added.h"
#include "cancel.h"
#include "cni/base/try.h"
#include "cni/invoker.h"
#include "locks.h"
#include "operation.h"
#include "recorded.h"
#include "request.h"

namespace cni {
namespace {

constexpr std::chrono::milliseconds kSettlePatience{500};

// The path as plugins may have it: empty once the namespace of the ADD is gone. What stands at the path then is a plain
// file, which plugins refuse, or a namespace of somebody else, who would lose an interface.
std::string netns_for_del(const LedgerEntry& entry) {
  const std::string& netns = entry.attachment.netns;
  return netns_stands(entry) && !base::is_own_netns(netns).value_or(true) ? netns : "";
}

// The result of the ADD in the network's version; empty below 0.4.0, and where there is none that can be read.
std::string previous_result(const LedgerEntry& entry, const InvokerOptions& options) {
  if (entry.result.empty() || !entry.network.version.has_check()) return {};
  const auto result = parse_result(entry.result, entry.network.version);
  auto json = result ? to_json(*result, entry.network.version) : Result<std::string>(result.error());
  if (json) return std::move(*json);
  if (options.warn) options.warn("DEL without the result of the ADD: " + json.error().what);
  return {};
}

bool masquerades(const NetworkList& network) {
  return std::any_of(network.plugins.begin(), network.plugins.end(), [](const PluginConfig& plugin) {
    const std::string* masquerade = plugin.object.find("ipMasq");
    return masquerade != nullptr && *masquerade == "true";
  });
}

// Never a reason not to run the plugins; what they cannot find then is told. True where another interface stands in.
bool put_back(const LedgerEntry& entry, const std::string& netns, const InvokerOptions& options) {
  const auto result = parse_result(entry.result.empty() ? "null" : entry.result, entry.network.version);
  if (!result) return false;
  bool stands_in = false;
  std::string why;
  if (!netns.empty()) {
    auto done = put_as_added(netns, entry.attachment.ifname, *result);
    stands_in = done && *done;
    if (!done) why = "its interface '" + entry.attachment.ifname + "' could not be put as it was: " + done.error().what;
  } else if (entry.boot_id == current_boot_id()) {  // else the rules are gone too
    why = "its network namespace is gone";
  }
  if (why.empty() || !masquerades(entry.network) || !options.warn) return stands_in;
  for (const std::string& ip : pod_ips(*result))
    options.warn("DEL of '" + entry.attachment.container_id + "' from network '" + entry.network.name + "': " + why +
                 "; the masquerading rule of " + ip + " may stay");
  return stands_in;
}

// Where the plugins were at ADD, then where they are now: a package may have moved them.
std::vector<std::string> dirs_for_del(const LedgerEntry& entry, const InvokerOptions& options) {
  std::vector<std::string> dirs = entry.plugin_dirs;
  for (const std::string& dir : options.plugin_dirs)
    if (std::find(dirs.begin(), dirs.end(), dir) == dirs.end()) dirs.push_back(dir);
  return dirs;
}

}  // namespace

Result<void> Invoker::del(const NetworkList& network, const Attachment& attachment, const CallOptions& call) {
  TRY(check_network_name(network.name));
  TRY(check_attachment(attachment));
  const Lock lock =
      TRY(lock_container(options_.lock_dir, attachment.container_id, lock_patience(call, options_), call.cancel_fd));
  return del_locked(owed_entry(network, attachment), call);
}

// Ledger, else cache, else what the caller says.
LedgerEntry Invoker::owed_entry(const NetworkList& network, const Attachment& attachment) const {
  const auto warn = [&](const Error& error) {
    if (options_.warn) options_.warn(error.what);
  };
  if (const auto book = ledger()) {
    auto entry = book->find(network.name, attachment.container_id, attachment.ifname);
    if (entry && *entry) return std::move(**entry);
    if (!entry) warn(entry.error());
  }
  auto cached = cache().load(network.name, attachment.container_id, attachment.ifname);
  if (!cached) warn(cached.error());
  LedgerEntry entry;
  if (cached && *cached) {
    entry = entry_of(std::move(**cached), network);
    if (entry.attachment.netns.empty()) entry.attachment.netns = attachment.netns;
  } else {
    entry.network = network;
    entry.attachment = attachment;
  }
  entry.state = LedgerEntry::State::attached;  // what has no entry in the ledger is none that we cut short
  return entry;
}

Result<void> Invoker::del_locked(LedgerEntry entry, const CallOptions& call) {
  auto done = run_del(entry, call);
  // Once more for an ADD that came to no end: where bridge was killed before it had made its chain, its first DEL takes
  // the interface and fails for want of the chain, and the second succeeds.
  if (!done && entry.state == LedgerEntry::State::adding && done.error().kind != Kind::timeout)
    done = run_del(entry, call);
  if (done) done = strike(entry);
  if (done) return {};
  // Only what is in the ledger already: an attachment that was never ours is not owed by us.
  const auto book = ledger();
  const auto known = book ? book->find(entry.network.name, entry.attachment.container_id, entry.attachment.ifname)
                          : std::optional<LedgerEntry>();
  if (known && *known) {
    entry.state = LedgerEntry::State::deleting;
    entry.last_error = done.error().what;
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

Result<void> Invoker::run_del(const LedgerEntry& entry, const CallOptions& call) const {
  const std::vector<std::string> dirs = dirs_for_del(entry, options_);
  Attachment attachment = entry.attachment;
  bool stands_in = false;
  if (options_.verify_netns) {
    attachment.netns = netns_for_del(entry);
    stands_in = put_back(entry, attachment.netns, options_);
  }
  auto done = run_del_plugins(entry, attachment, dirs, call);
  // It was an earlier DEL that took the interface, and the rules with it: bridge fails where they are gone, and has
  // nothing to look for without an interface.
  if (!done && stands_in) done = run_del_plugins(entry, attachment, dirs, call);
  return done;
}

Result<void> Invoker::run_del_plugins(const LedgerEntry& entry, const Attachment& attachment,
                                      const std::vector<std::string>& dirs, const CallOptions& call) const {
  Operation operation(runner_, options_, call, "DEL", options_.timeouts.del);
  const std::string previous = previous_result(entry, options_);
  const Environment environment = plugin_environment("DEL", attachment, dirs, options_.trace);
  std::vector<Error> errors;
  for (auto plugin = entry.network.plugins.rbegin(); plugin != entry.network.plugins.rend(); ++plugin) {
    const auto run = [&]() -> Result<void> {
      const std::string path = TRY(operation.find(plugin->type, dirs));
      TRY(operation.run(
          plugin->type, path,
          attachment_request(entry.network, *plugin, attachment, previous, options_.keep_capabilities_key),
          environment));
      return {};
    };
    auto done = run();
    if (done) continue;
    const PluginFailure* failure = plugin_failure(done.error());
    if (failure != nullptr && failure->remedy() == Remedy::nothing_to_do) continue;
    errors.push_back(std::move(done).error());
    if (options_.del_policy == DelPolicy::stop) break;
    operation.restart_clock();  // a plugin that hangs takes no time from the others
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
    auto current = TRY(book->find(entry.network.name, attachment.container_id, attachment.ifname));
    if (!current) return {};
    return del_locked(std::move(*current), call);
  }
  return del_locked(entry, call);
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

// Judged under the lock: an ADD that was under way a moment ago may have come to its end. Whoever holds the lock takes
// care of its container; false then, as for what stands.
Result<bool> Invoker::settle_entry(const LedgerEntry& entry, const std::function<bool(const LedgerEntry&)>& stands,
                                   const CallOptions& call) {
  const std::string& container_id = entry.attachment.container_id;
  TRY(check_container_id(container_id));
  const auto lock = lock_container(options_.lock_dir, container_id, kSettlePatience);
  if (!lock && lock.error().kind == Kind::busy) return false;
  if (!lock) return lock.error();
  auto current = TRY(ledger()->find(entry.network.name, container_id, entry.attachment.ifname));
  if (!current || stands(*current)) return false;
  TRY(del_locked(std::move(*current), call));
  return true;
}

Result<CleanUp> Invoker::settle(const std::function<bool(const LedgerEntry&)>& alive, const CallOptions& call) {
  CleanUp report;
  const auto book = ledger();
  if (!book) return report;
  const auto stands = [&](const LedgerEntry& entry) { return entry.boot_id == current_boot_id() && alive(entry); };
  for (LedgerEntry& entry : TRY(book->list())) {
    if (entry.owner != options_.owner || stands(entry)) continue;
    if (is_cancelled(cancel_fd_of(call, options_))) {
      report.failures.push_back(interrupted("settle"));
      return report;
    }
    if (auto done = settle_entry(entry, stands, call); !done)
      report.failures.push_back(std::move(done).error().in("container '" + entry.attachment.container_id + "'"));
    else if (*done)
      report.detached.push_back(std::move(entry));
  }
  const auto note = [&](Result<void> swept) {
    if (!swept) report.failures.push_back(std::move(swept).error().in("sweep"));
  };
  note(book->sweep());
  note(cache().sweep());
  note(sweep_locks(options_.lock_dir));
  return report;
}

}  // namespace cni
