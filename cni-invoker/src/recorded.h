// A cache entry as the ledger would have it: what DEL and CHECK work from where there is no ledger entry.
#pragma once

#include "cni/cache.h"
#include "cni/ledger.h"
#include "cni/result.h"

namespace cni {

// `fallback` is the network as it is configured now: used where the entry does not hold the one of its ADD.
LedgerEntry entry_of(CachedAttachment cached, const NetworkList& fallback);

// What its ADD told, or else what was seen of it: where the interface has to be looked for, and what with.
Result<NetworkResult> told_or_seen(const LedgerEntry& entry);

// Also where this boot's id cannot be read just now: nobody loses what is attached for want of a descriptor.
bool is_of_this_boot(const std::string& boot_id);

}  // namespace cni
