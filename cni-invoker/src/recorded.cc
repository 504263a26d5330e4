#include "recorded.h"

namespace cni {

LedgerEntry entry_of(CachedAttachment cached, const NetworkList& fallback) {
  LedgerEntry entry;
  entry.state = LedgerEntry::State::attached;
  entry.attachment = std::move(cached.attachment);
  entry.result = std::move(cached.result);
  entry.owner = std::move(cached.owner);
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
