// podrun cni attachments: what is attached, and what is owed a DEL.
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "runtime/cli/cni_commands.h"
#include "runtime/cli/cni_ledger_view.h"
#include "runtime/cli/print.h"
#include "runtime/cli/time_text.h"
#include "runtime/kernel/clock.h"

namespace podrun::cli {
namespace {

bool is_cached(const cni::Invoker& invoker, const cni::LedgerEntry& entry) {
  const cni::Attachment& attachment = entry.attachment;
  const auto cached = invoker.cache().load(entry.network.name, attachment.container_id, attachment.ifname);
  return cached && *cached;
}

Result<int> attachments(Context& context, const std::string& format) {
  TRY(context.require_root("cni attachments"));
  const CniTool tool(context);
  std::vector<std::string> broken;
  std::vector<AttachmentView> views;
  for (cni::LedgerEntry& entry : TRY(tool.invoker.ledger()->list(&broken))) {
    const bool cached = is_cached(tool.invoker, entry);
    const bool taken = tool.invoker.taken_over(entry).has_value();
    views.push_back({.entry = std::move(entry), .cached = cached, .taken = taken});
  }
  for (const std::string& path : broken) warn("'" + path + "' cannot be read; what it stood for is not known");
  if (is_document(format))
    print_document(context.out, format, attachment_json(views, cni::current_boot_id()));
  else if (!views.empty())
    context.out.print(attachment_table(views, cni::current_boot_id(), wall_time()));
  else
    note("Nothing is attached");
  return 0;
}

}  // namespace

void cni_attachments_command(Command& command, Context& context) {
  const auto format = std::make_shared<std::string>();
  add_output(command, *format, {"json", "yaml"});
  command.run([&context, format] { return attachments(context, *format); });
}

}  // namespace podrun::cli
