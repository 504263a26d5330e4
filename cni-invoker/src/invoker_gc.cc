// GC: first a DEL for each attachment of ours that is not valid, then the plugins' own GC. Of the reference set only
// host-local (1.10.0) does anything in it, and bridge does not hand it on: stale addresses come back through the first
// step.
#include <algorithm>
#include <iterator>

#include "cancel.h"
#include "cni/base/try.h"
#include "cni/invoker.h"
#include "locks.h"
#include "operation.h"
#include "request.h"

namespace cni {
namespace {

bool holds(const std::vector<ValidAttachment>& valid, const Attachment& attachment) {
  return std::any_of(valid.begin(), valid.end(), [&](const ValidAttachment& one) {
    return one.container_id == attachment.container_id && one.ifname == attachment.ifname;
  });
}

// Never null: plugins tell an empty list from none.
std::string valid_json(const std::vector<ValidAttachment>& valid) {
  std::string elements;
  for (const ValidAttachment& one : valid) {
    JsonObject object;
    object.set("containerID", json_text(one.container_id));
    object.set("ifname", json_text(one.ifname));
    elements += (elements.empty() ? "" : ",") + object.dump();
  }
  return "[" + elements + "]";
}

}  // namespace

// Attachments of this network that are ours and not valid; those of others go into `valid`, and where they were ours
// once, off the ledger.
Result<std::vector<LedgerEntry>> Invoker::stale(const NetworkList& network, std::vector<ValidAttachment>& valid,
                                                CleanUp& report) const {
  std::vector<LedgerEntry> stale;
  const auto is_meant = [&](const std::string& name, const Attachment& attachment) {
    return name == network.name && !holds(valid, attachment);
  };
  const auto leave = [&](const Attachment& attachment) {
    valid.push_back({attachment.container_id, attachment.ifname});
  };
  const auto judge = [&](LedgerEntry entry) {
    if (entry.owner == options_.owner)
      stale.push_back(std::move(entry));
    else
      leave(entry.attachment);
  };
  if (const auto book = ledger()) {
    for (LedgerEntry& entry : TRY(book->list())) {
      if (!is_meant(entry.network.name, entry.attachment)) continue;
      if (taken_over(entry)) {
        leave(entry.attachment);
        if (entry.owner == options_.owner) let_go(std::move(entry), report);
      } else {
        judge(std::move(entry));
      }
    }
  }
  for (const CachedAttachment& cached : TRY(cache().list())) {
    const auto known = [&](const LedgerEntry& entry) {
      return entry.attachment.container_id == cached.attachment.container_id &&
             entry.attachment.ifname == cached.attachment.ifname;
    };
    if (is_meant(cached.network, cached.attachment) && std::none_of(stale.begin(), stale.end(), known))
      judge(owed_entry(network, cached.attachment));
  }
  return stale;
}

Result<void> Invoker::ask_to_collect(const NetworkList& network, const PluginConfig& plugin, const Operation& operation,
                                     const std::string& valid) const {
  JsonObject request = network_request(network, plugin);
  request.set("cni.dev/valid-attachments", valid);
  request.set("cni.dev/attachments", valid);  // its name in the text tagged 1.1.0
  const std::string path = TRY(operation.find(plugin.type, options_.plugin_dirs));
  const Environment environment = plugin_environment("GC", no_attachment(), options_.plugin_dirs, options_.trace);
  TRY(operation.run(plugin.type, path, request.dump(), environment));
  return {};
}

Result<CleanUp> Invoker::collect(const NetworkList& network,
                                 const std::function<Result<std::vector<ValidAttachment>>()>& list_valid,
                                 const CallOptions& call) {
  CleanUp report;
  if (network.disable_gc) return report;
  TRY(check_network_name(network.name));
  const int cancel_fd = cancel_fd_of(call, options_);
  const Lock lock = TRY(lock_all(options_.lock_dir, lock_patience(call, options_), cancel_fd));
  std::vector<ValidAttachment> valid = TRY(list_valid());
  for (const ValidAttachment& one : valid) {
    TRY(check_container_id(one.container_id));
    TRY(check_ifname(one.ifname));
  }
  for (LedgerEntry& entry : TRY(stale(network, valid, report))) {
    if (is_cancelled(cancel_fd)) break;
    if (auto done = del_locked(entry, &network, call); done)
      report.detached.push_back(std::move(entry));
    else
      report.add_failure(entry, std::move(done).error());
  }
  if (is_cancelled(cancel_fd)) {
    report.failures.push_back(interrupted("collect"));
    return report;
  }
  if (!network.version.has_gc_and_status()) return report;
  const Operation operation(runner_, options_, call, "GC", options_.timeouts.gc);
  std::vector<Error> refusals;
  for (const PluginConfig& plugin : network.plugins)
    if (auto done = ask_to_collect(network, plugin, operation, valid_json(valid)); !done)
      refusals.push_back(std::move(done).error());
  if (!refusals.empty()) report.failures.push_back(explained(network, join_errors(std::move(refusals)), call));
  return report;
}

Result<void> Invoker::gc(const NetworkList& network, const std::vector<ValidAttachment>& valid,
                         const CallOptions& call) {
  CleanUp report = TRY(collect(
      network, [&valid] { return Result<std::vector<ValidAttachment>>(valid); }, call));
  std::vector<Error> failures = std::move(report.failures);
  std::move(report.known_failures.begin(), report.known_failures.end(), std::back_inserter(failures));
  if (failures.empty()) return {};
  return join_errors(std::move(failures));
}

}  // namespace cni
