// The result cache in libcni's format, so that cnitool and others can read and delete what we attached and the other
// way round: DIR/results/NETWORK-CONTAINER-IFNAME, JSON of kind cniCacheV1. Derived from the ledger, never the
// authority.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cni/attachment.h"
#include "cni/base/netns.h"
#include "cni/base/result.h"
#include "cni/config.h"
#include "cni/result.h"

namespace cni {

struct CachedAttachment {
  std::string network;
  Attachment attachment;
  std::string config;                    // bytes of the list as loaded; empty in entries of libcni before 0.7.2
  std::optional<NetworkList> effective;  // with sub-directory plugins; only entries of ours have it
  std::string result;                    // JSON of the final result
  std::string owner;                     // empty: made by somebody else
  // Only entries of ours have the next two (LedgerEntry).
  std::string boot_id;
  base::NetnsIdentity netns_identity;
};

// As of a LedgerEntry. Of an entry that is not ours no more is known than its path.
bool netns_stands(const CachedAttachment& entry);

class Cache {
 public:
  explicit Cache(std::string dir) : dir_(std::move(dir)) {}

  // Readers see the old entry or the new one. Directory 0700, file 0600. Flushed to the disk if `durable`; else a power
  // cut may leave the old entry, none, or one that cannot be read, which counts as none: for whoever keeps a ledger.
  Result<void> save(const CachedAttachment& entry, bool durable = true) const;
  // nullopt when there is none. Kind::corrupt: unreadable, or an entry of another attachment (the file name is
  // ambiguous).
  Result<std::optional<CachedAttachment>> load(const std::string& network, const std::string& container_id,
                                               const std::string& ifname) const;
  Result<void> remove(const std::string& network, const std::string& container_id, const std::string& ifname) const;
  // By file name; of one container, or of all. Unreadable, foreign and incomplete entries are left out.
  Result<std::vector<CachedAttachment>> list(std::string_view container_id = {}) const;

  // Removes what writers of this library that were killed left.
  Result<void> sweep() const;

  // Kind::invalid when a part cannot be in a file name.
  Result<std::string> path(const std::string& network, const std::string& container_id,
                           const std::string& ifname) const;

 private:
  std::string dir_;
};

}  // namespace cni
