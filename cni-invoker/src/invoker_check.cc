// CHECK, STATUS, and what is known of an attachment.
#include "cancel.h"
#include "cni/base/try.h"
#include "cni/invoker.h"
#include "locks.h"
#include "operation.h"
#include "recorded.h"
#include "request.h"

namespace cni {
namespace {

Result<void> check_same_netns(const LedgerEntry& entry) {
  if (netns_stands(entry)) return {};
  TRY(base::identify_netns(entry.attachment.netns));  // what is none at all
  return Error{Kind::not_found, 0,
               "'" + entry.attachment.netns + "' is no longer the network namespace that was attached"};
}

}  // namespace

// Since then, because an ADD is refused where the cache has an entry. One that cannot be read says nothing.
std::optional<CachedAttachment> Invoker::taken_over(const LedgerEntry& entry) const {
  const Attachment& attachment = entry.attachment;
  auto cached = cache().load(entry.network.name, attachment.container_id, attachment.ifname);
  return cached && *cached && (*cached)->owner != entry.owner ? std::move(*cached) : std::nullopt;
}

Result<std::optional<CachedAttachment>> Invoker::attachment(const std::string& network, const std::string& container_id,
                                                            const std::string& ifname) const {
  if (const auto book = ledger()) {
    if (auto entry = TRY(book->find(network, container_id, ifname))) {
      if (auto theirs = taken_over(*entry)) return theirs;
      CachedAttachment known;
      known.network = network;
      known.attachment = std::move(entry->attachment);
      known.config = entry->network.bytes;
      known.effective = std::move(entry->network);
      known.result = std::move(entry->result);
      known.owner = std::move(entry->owner);
      return std::optional<CachedAttachment>(std::move(known));
    }
  }
  return cache().load(network, container_id, ifname);
}

Result<LedgerEntry> Invoker::attached_entry(const NetworkList& network, const Attachment& attachment) const {
  if (const auto book = ledger()) {
    auto entry = TRY(book->find(network.name, attachment.container_id, attachment.ifname));
    auto theirs = entry ? taken_over(*entry) : std::nullopt;
    if (theirs) return entry_of(std::move(*theirs), network);
    if (entry && !entry->owed()) return std::move(*entry);
    if (entry)
      return Error{Kind::not_found, 0,
                   "container '" + attachment.container_id + "' is owed a DEL of network '" + network.name + "'"};
  }
  auto cached = TRY(cache().load(network.name, attachment.container_id, attachment.ifname));
  if (cached) return entry_of(std::move(*cached), network);
  return Error{Kind::not_found, 0,
               "container '" + attachment.container_id + "' is not attached to network '" + network.name + "' as '" +
                   attachment.ifname + "'"};
}

Result<void> Invoker::check(const NetworkList& network, const Attachment& attachment, const CallOptions& call) {
  // In this order: below 0.4.0 it is an error even where checking is switched off, as in libcni.
  if (!network.version.has_check())
    return Error{Kind::unsupported, 0,
                 "network '" + network.name + "' of version " + network.version.to_text() +
                     " does not support the CHECK command: it came with 0.4.0"};
  if (network.disable_check) return {};
  TRY(check_network_name(network.name));
  TRY(check_attachment(attachment));
  const Lock lock = TRY(lock_container(options_.lock_dir, attachment.container_id, lock_patience(call, options_),
                                       cancel_fd_of(call, options_)));
  LedgerEntry entry = TRY(attached_entry(network, attachment));
  // Plugins compare the path with the one in the result, letter by letter.
  if (entry.attachment.netns.empty()) entry.attachment.netns = attachment.netns;
  if (options_.verify_netns) TRY(check_same_netns(entry));
  const NetworkList& then = entry.network;
  const NetworkResult result = TRY(parse_result(entry.result, then.version).in("result of the ADD"));
  const std::string previous = TRY(to_json(result, then.version).in("result of the ADD"));

  const Operation operation(runner_, options_, call, "CHECK", options_.timeouts.check);
  const Environment environment = plugin_environment("CHECK", entry.attachment, options_.plugin_dirs, options_.trace);
  for (const PluginConfig& plugin : then.plugins) {
    const std::string path = TRY(operation.find(plugin.type, options_.plugin_dirs));
    auto same = operation.run(
        plugin.type, path, attachment_request(then, plugin, entry.attachment, previous, options_.keep_capabilities_key),
        environment);
    if (!same) return explained(then, std::move(same).error(), call);
  }
  return {};
}

// Takes no lock: whether a network is ready must never have to wait for an ADD.
Result<void> Invoker::status(const NetworkList& network, const CallOptions& call) {
  if (!network.version.has_gc_and_status()) return {};
  const Operation operation(runner_, options_, call, "STATUS", options_.timeouts.status);
  const Environment environment = plugin_environment("STATUS", no_attachment(), options_.plugin_dirs, options_.trace);
  for (const PluginConfig& plugin : network.plugins) {
    const std::string path = TRY(operation.find(plugin.type, options_.plugin_dirs));
    auto ready = operation.run(plugin.type, path, network_request(network, plugin).dump(), environment);
    if (!ready) return explained(network, std::move(ready).error(), call);
  }
  return {};
}

}  // namespace cni
