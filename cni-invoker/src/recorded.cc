#include "recorded.h"

namespace cni {
namespace {

bool stands(const std::string& path, const std::string& boot_id, const base::NetnsIdentity& then) {
  if (!boot_id.empty() && !is_of_this_boot(boot_id)) return false;
  const auto now = base::identify_netns(path);
  if (now) return then.is(*now);
  // What cannot be asked just now (no descriptor, no memory) is not gone.
  return now.error().kind != Kind::not_found && now.error().kind != Kind::invalid;
}

}  // namespace

Result<NetworkResult> told_or_seen(const LedgerEntry& entry) {
  return parse_result(entry.result.empty() ? entry.seen : entry.result, entry.network.version);
}

bool is_of_this_boot(const std::string& boot_id) {
  const std::string current = current_boot_id();
  return current.empty() || boot_id == current;
}

bool netns_stands(const LedgerEntry& entry) {
  return stands(entry.attachment.netns, entry.boot_id, entry.netns_identity);
}

bool netns_stands(const CachedAttachment& entry) {
  return stands(entry.attachment.netns, entry.boot_id, entry.netns_identity);
}

LedgerEntry entry_of(CachedAttachment cached, const NetworkList& fallback) {
  LedgerEntry entry;
  entry.state = LedgerEntry::State::attached;
  entry.attachment = std::move(cached.attachment);
  entry.result = std::move(cached.result);
  entry.owner = std::move(cached.owner);
  entry.boot_id = std::move(cached.boot_id);
  entry.netns_identity = cached.netns_identity;
  if (cached.effective) {
    entry.network = std::move(*cached.effective);
    return entry;
  }
  // The list as it was, if it was cached: but libcni caches no plugins from a sub-directory.
  auto then = parse_network_list(cached.config, "cached configuration");
  if (!then) then = parse_single_config(cached.config, "cached configuration");
  entry.network = then && then->plugins.size() >= fallback.plugins.size() ? std::move(*then) : fallback;
  return entry;
}

}  // namespace cni
