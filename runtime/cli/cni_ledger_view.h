// What `podrun cni attachments` shows: the ledger.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cni/ledger.h"
#include "runtime/cli/kube_json.h"

namespace podrun::cli {

struct AttachmentView {
  cni::LedgerEntry entry;
  bool cached = true;  // other tools see it too; a cache entry that has gone was taken by one of them
  bool taken = false;  // by another tool, which has detached it and attached it again
};

// One word: "attached"; "owed" a DEL; "stale": of an older boot, and so owed too; "taken".
std::string state_word(const AttachmentView& view, const std::string& boot_id);

std::string attachment_table(const std::vector<AttachmentView>& views, const std::string& boot_id, std::int64_t now);
Json attachment_json(const std::vector<AttachmentView>& views, const std::string& boot_id);

}  // namespace podrun::cli
