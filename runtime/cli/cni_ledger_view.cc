#include "runtime/cli/cni_ledger_view.h"

#include <chrono>
#include <nlohmann/json.hpp>

#include "runtime/cli/console.h"
#include "runtime/cli/table.h"
#include "runtime/cli/time_text.h"

namespace podrun::cli {
namespace {

std::string remark(const AttachmentView& view) {
  if (view.taken) return "another tool has attached it since, and is to detach it";
  if (!view.entry.last_error.empty()) return one_line(view.entry.last_error);
  return view.cached || view.entry.owed() ? "" : "not in the cache: another tool may have deleted it";
}

}  // namespace

std::string state_word(const AttachmentView& view, const std::string& boot_id) {
  if (view.taken) return "taken";
  if (view.entry.owed()) return "owed";
  return view.entry.boot_id == boot_id ? "attached" : "stale";
}

std::string attachment_table(const std::vector<AttachmentView>& views, const std::string& boot_id, std::int64_t now) {
  std::vector<Row> rows{{"NETWORK", "CONTAINER", "INTERFACE", "STATE", "AGE", "NETNS", "REMARK"}};
  for (const AttachmentView& view : views) {
    const cni::Attachment& attachment = view.entry.attachment;
    const auto passed =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds(now - view.entry.created_at));
    Row row = {
        view.entry.network.name, attachment.container_id, attachment.ifname, state_word(view, boot_id), age(passed),
        attachment.netns};
    if (std::string text = remark(view); !text.empty()) row.push_back(std::move(text));
    rows.push_back(std::move(row));
  }
  return table(rows);
}

Json attachment_json(const std::vector<AttachmentView>& views, const std::string& boot_id) {
  Json attachments = Json::array();
  for (const AttachmentView& view : views) {
    const cni::LedgerEntry& entry = view.entry;
    Json one = {{"network", entry.network.name},
                {"version", entry.network.version.to_text()},
                {"containerID", entry.attachment.container_id},
                {"ifname", entry.attachment.ifname},
                {"netns", entry.attachment.netns},
                {"args", cni::join_args(entry.attachment.args)},
                {"capabilityArgs", Json::parse(entry.attachment.capability_args.dump(), nullptr, false)},
                {"state", state_word(view, boot_id)},
                {"cached", view.cached},
                {"owner", entry.owner},
                {"createdAt", rfc3339(entry.created_at)}};
    if (!entry.result.empty()) one["result"] = Json::parse(entry.result, nullptr, false);
    if (!entry.seen.empty()) one["seen"] = Json::parse(entry.seen, nullptr, false);
    if (!entry.last_error.empty()) one["lastError"] = entry.last_error;
    attachments.push_back(std::move(one));
  }
  return {{"attachments", std::move(attachments)}};
}

}  // namespace podrun::cli
