// The ledger: which attachments exist or may exist, and all that their DEL needs. An entry is on the disk before the
// first plugin of an ADD runs and is removed only after a DEL has succeeded; so a crash, a power cut or a reboot
// forgets nothing. A directory with one file an attachment: a line of JSON, written whole and durably, and behind it a
// line for each result that the ADD has come to, the last of which counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cni/attachment.h"
#include "cni/base/fd.h"
#include "cni/base/netns.h"
#include "cni/base/result.h"
#include "cni/config.h"

namespace cni {

struct LedgerEntry {
  enum class State {
    adding,    // an ADD is under way, or did not come to its end: a DEL is owed
    attached,  // the ADD succeeded
    deleting,  // a DEL is under way, or failed: it is owed still
  };
  State state = State::adding;
  NetworkList network;    // of the ADD, whole
  Attachment attachment;  // of the ADD
  std::vector<std::string> plugin_dirs;
  std::string result;  // JSON of the final result; of the plugins so far until attached; empty: none has ended
  // Where it has no result: JSON of one that tells what the interface had before the first DEL came to take it away.
  // For those who put it back; no plugin is told what none has said.
  std::string seen;
  std::string owner;
  std::string boot_id;                 // of the boot in which the ADD ran: the netns of an older one is gone
  base::NetnsIdentity netns_identity;  // as far as it was looked at
  std::int64_t created_at = 0;         // nanoseconds since the epoch
  // The plugin that ended the ADD: its place in the list, and what it answered. Those behind it have not run.
  struct AddFailure {
    std::size_t plugin = 0;
    unsigned code = 0;
  };
  std::optional<AddFailure> add_failure;
  std::string last_error;  // why the last DEL failed: lasting_text()

  bool owed() const { return state != State::attached; }
};

// Whether the namespace of the ADD is behind its path still: another may have come in its place, under the same inode
// number even. By all that is known of it; of an older boot nothing stands.
bool netns_stands(const LedgerEntry& entry);

class Ledger {
 public:
  explicit Ledger(std::string dir) : dir_(std::move(dir)) {}

  // Writes the entry of an ADD that is to begin, state adding. It is visible at once, so that a crash of this process
  // forgets nothing; for a power cut it must be flushed: BackgroundSync::start takes the descriptor.
  Result<Fd> begin(const LedgerEntry& entry) const;
  // Adds the result of the plugins that have run, for the DEL that is owed if the ADD comes to no end: there are
  // plugins that find nothing to delete without one. The state stays adding. Not flushed.
  Result<void> progress(const LedgerEntry& entry) const;
  // Adds the result of that ADD: the state is attached from here. Not flushed.
  Result<void> complete(const LedgerEntry& entry) const;
  // Adds what was seen. Not flushed.
  Result<void> note_seen(const LedgerEntry& entry) const;
  // Writes an entry whole and durably.
  Result<void> save(const LedgerEntry& entry) const;

  Result<std::optional<LedgerEntry>> find(const std::string& network, const std::string& container_id,
                                          const std::string& ifname) const;
  Result<void> remove(const std::string& network, const std::string& container_id, const std::string& ifname) const;
  // Oldest first. An unreadable entry is left out; `broken`, when not null, receives the paths of those.
  Result<std::vector<LedgerEntry>> list(std::vector<std::string>* broken = nullptr) const;
  Result<std::vector<LedgerEntry>> of_container(std::string_view container_id) const;
  // Removes what writers that were killed left.
  Result<void> sweep() const;

 private:
  Result<void> append(const LedgerEntry& entry, const std::string& line) const;
  Result<std::vector<LedgerEntry>> read_matching(const std::function<bool(const std::string&)>& matches,
                                                 std::vector<std::string>* broken) const;
  Result<std::string> path_of(const std::string& network, const std::string& container_id,
                              const std::string& ifname) const;
  Result<std::string> path_of(const LedgerEntry& entry) const;
  std::string dir_;
};

std::string current_boot_id();

}  // namespace cni
