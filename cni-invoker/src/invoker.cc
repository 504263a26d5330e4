// ADD. The other operations have files of their own: invoker_del.cc, invoker_check.cc, invoker_gc.cc,
// invoker_version.cc.
#include "cni/invoker.h"

#include <filesystem>
#include <functional>

#include "cancel.h"
#include "cni/base/netns.h"
#include "cni/base/try.h"
#include "disk.h"
#include "locks.h"
#include "loopback_guard.h"
#include "operation.h"
#include "plugin_answer.h"
#include "request.h"

namespace cni {
namespace {

Result<base::NetnsIdentity> usable_netns(const std::string& path) {
  if (path.empty()) return Error{Kind::invalid, 0, "network namespace path is empty"};
  const base::NetnsIdentity identity = TRY(base::identify_netns(path));
  if (TRY(base::is_own_netns(path)))
    return Error{Kind::invalid, 0, "'" + path + "' is the network namespace we run in: plugins would change the host"};
  return identity;
}

std::string absolute(const std::string& path) {
  std::error_code error;
  const std::filesystem::path full = std::filesystem::absolute(path, error);
  return path.empty() || error ? path : full.string();
}

// What plugins make for all containers depends on their configurations, and on which capabilities they are given.
std::string kind_of(const LedgerEntry& entry) {
  std::string kind = entry.network.bytes;
  for (const JsonObject::Member& given : entry.attachment.capability_args.members()) kind += '\n' + given.key;
  return std::to_string(std::hash<std::string>{}(kind));
}

// From what an ADD owes a DEL: the plugin that was not started, and where it is the first, all.
void leave_out(std::size_t not_started, std::vector<PluginConfig>& plugins) {
  if (not_started == 0)
    plugins.clear();
  else
    plugins.erase(plugins.begin() + static_cast<std::ptrdiff_t>(not_started));
}

}  // namespace

Invoker::Invoker(Runner& runner, InvokerOptions options) : runner_(runner), options_(std::move(options)) {
  if (options_.lock_dir.empty()) options_.lock_dir = options_.cache_dir + "/locks";
  // Plugins run in /, so a relative directory would mean another one to them.
  for (std::string& plugin_dir : options_.plugin_dirs) plugin_dir = absolute(plugin_dir);
}

std::optional<Ledger> Invoker::ledger() const {
  if (options_.ledger_dir.empty()) return std::nullopt;
  return Ledger(options_.ledger_dir);
}

Result<NetworkResult> Invoker::add(const NetworkList& network, const Attachment& attachment, const CallOptions& call) {
  const Operation operation(runner_, options_, call, "ADD", options_.timeouts.add);
  std::vector<std::string> binaries;
  for (const PluginConfig& plugin : network.plugins)
    binaries.push_back(TRY(operation.find(plugin.type, options_.plugin_dirs)));
  TRY(check_network_name(network.name));
  TRY(check_attachment(attachment));
  TRY(guard_loopback(network, attachment));
  LedgerEntry entry = TRY(intent(network, attachment));

  const Lock lock = TRY(lock_container(options_.lock_dir, attachment.container_id, lock_patience(call, options_),
                                       cancel_fd_of(call, options_)));
  TRY(refuse_second_add(network, attachment, call));
  auto result = [&] {
    const FirstAdd first(options_.lock_dir, entry.boot_id, kind_of(entry), lock_patience(call, options_),
                         cancel_fd_of(call, options_));
    auto ended = run_recorded(operation, entry, binaries);
    ended ? first.succeeded() : first.failed();
    return ended;
  }();
  if (!result) return explained(network, give_up(std::move(entry), std::move(result).error(), call), call);
  return result;
}

// Intent, plugins, result. From the intent on a DEL is owed.
Result<NetworkResult> Invoker::run_recorded(const Operation& operation, LedgerEntry& entry,
                                            const std::vector<std::string>& binaries) const {
  std::optional<BackgroundSync> sync;
  if (const auto book = ledger()) {
    Fd file = TRY(book->begin(entry).in("record the intent"));
    sync = TRY(BackgroundSync::start(std::move(file), options_.ledger_dir + "/"));
  }
  const bool hold = sync && options_.intent_sync == IntentSync::hold_config;
  auto result = run_chain(operation, entry, binaries, hold ? sync->done_fd() : -1);
  if (sync) TRY(sync->wait().in("record the intent"));  // says more than a plugin that was not given its input
  if (result) TRY(keep(entry));
  return result;
}

Result<LedgerEntry> Invoker::intent(const NetworkList& network, const Attachment& attachment) const {
  LedgerEntry entry;
  entry.network = network;
  entry.attachment = attachment;
  entry.plugin_dirs = options_.plugin_dirs;
  entry.owner = options_.owner;
  entry.boot_id = current_boot_id();
  entry.created_at = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  if (options_.verify_netns) entry.netns_identity = TRY(usable_netns(attachment.netns));
  return entry;
}

// An entry of the cache alone was made by somebody else, whose attachment our clean-up would take down. What an ADD of
// ours still owes is paid first.
Result<void> Invoker::refuse_second_add(const NetworkList& network, const Attachment& attachment,
                                        const CallOptions& call) {
  const std::string what =
      "attach '" + attachment.container_id + "' to network '" + network.name + "' as '" + attachment.ifname + "': ";
  const Error attached{Kind::exists, 0, what + "it is attached already; delete it first"};
  if (const auto book = ledger()) {
    auto entry = TRY(book->find(network.name, attachment.container_id, attachment.ifname));
    if (entry && (!entry->owed() || taken_over(*entry))) return attached;
    if (entry) {
      auto paid = del_locked(std::move(*entry), &network, {.on_stderr = call.on_stderr});  // a DEL is not cut short
      if (!paid) return Error{Kind::exists, 0, what + "it is owed a DEL, which fails: " + paid.error().what};
    }
  }
  const auto cached = cache().load(network.name, attachment.container_id, attachment.ifname);
  if (cached && *cached) return attached;
  return {};
}

// Each result is in the entry before the next plugin runs, here and on file: whenever this ends, the DEL that is owed
// knows of what the plugins so far have made.
Result<NetworkResult> Invoker::run_chain(const Operation& operation, LedgerEntry& entry,
                                         const std::vector<std::string>& binaries, int gate) const {
  const NetworkList& network = entry.network;
  const auto book = ledger();
  const Environment environment = plugin_environment("ADD", entry.attachment, entry.plugin_dirs, options_.trace);
  const auto run = [&](std::size_t i) -> Result<std::string> {
    const PluginConfig& plugin = network.plugins[i];
    const RunOutcome outcome = TRY(operation.run(
        plugin.type, binaries[i],
        attachment_request(network, plugin, entry.attachment, entry.result, options_.keep_capabilities_key),
        environment, i == 0 ? gate : -1));
    const NetworkResult result = TRY(result_of_add(plugin.type, network.version, outcome));
    // Plugins refuse a prevResult of another version than their configuration's.
    return to_json(result, network.version).in("convert the result of plugin '" + plugin.type + "'");
  };
  for (std::size_t i = 0; i < network.plugins.size(); ++i) {
    if (book && i > 0) TRY(book->progress(entry).in("record the result so far"));
    auto result = run(i);
    if (!result) {
      if (never_started(result.error())) leave_out(i, entry.network.plugins);
      if (const PluginFailure* failure = plugin_failure(result.error()))
        entry.add_failure = LedgerEntry::AddFailure{i, failure->code};
      return std::move(result).error();
    }
    entry.result = std::move(*result);
  }
  return parse_result(entry.result, network.version);
}

Result<void> Invoker::keep(const LedgerEntry& entry) const {
  CachedAttachment cached;
  cached.network = entry.network.name;
  cached.attachment = entry.attachment;
  cached.config = entry.network.bytes;
  cached.effective = entry.network;
  cached.result = entry.result;
  cached.owner = options_.owner;
  cached.boot_id = entry.boot_id;
  cached.netns_identity = entry.netns_identity;
  const auto book = ledger();
  TRY(cache().save(cached, !book.has_value()).in("cache the result"));
  if (book) TRY(book->complete(entry).in("record the attachment"));
  return {};
}

// A failed ADD owes a DEL of the whole list, also to plugins that never ran: with the result of those that did, without
// which some do nothing (firewall looks there for the addresses whose rules it made). But one that could not be started
// (run_chain has left it out) could not be started for its DEL either; and where that was the first nothing was made.
Error Invoker::give_up(LedgerEntry entry, Error error, const CallOptions& call) {
  // A plugin that exited by itself said all it knows: for one that was cut short, DEL is tried once more (del_locked).
  if (const PluginFailure* failure = plugin_failure(error); failure != nullptr && failure->exit_code >= 0)
    entry.state = LedgerEntry::State::deleting;
  const auto undo = [&]() -> Result<void> {
    if (entry.network.plugins.empty()) return strike(entry);
    if (options_.clean_up_failed_add)
      return del_locked(std::move(entry), nullptr, {.on_stderr = call.on_stderr});  // in time of its own
    if (const auto book = ledger(); book && (never_started(error) || entry.add_failure)) return book->save(entry);
    return {};
  };
  if (auto undone = undo(); !undone)
    error.what += "; cleaning up failed too, a DEL is still owed: " + undone.error().what;
  return error;
}

}  // namespace cni
