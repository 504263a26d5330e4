#include "runtime/sandbox/recover.h"

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/sandbox/claims.h"
#include "runtime/sandbox/network.h"
#include "runtime/sandbox/own_directory.h"
#include "runtime/sandbox/settle.h"

namespace podrun {

Result<std::vector<Recovered>> recover(const Host& host) {
  TRY(claim_data_directory(host.layout()));
  const Layout& layout = host.layout();
  std::vector<Recovered> report;
  std::vector<std::string> ids;
  for (const auto& record : TRY(host.store.list(&ids))) ids.push_back(record.plan.who.id);
  const auto is_cut_short = [&report] {
    auto going_on = base::check_interruption();
    if (going_on) return false;
    report.push_back({"the rest is left as it is", std::move(going_on).error()});
    return true;
  };
  for (const auto& id : ids) {
    if (is_cut_short()) return report;
    if (auto settled = settle_pod(host, id)) report.push_back(std::move(*settled));
  }

  if (is_cut_short()) return report;
  if (auto swept = host.store.sweep(); !swept) report.push_back({"unfinished boxes", std::move(swept).error()});
  const auto has_box = [&](const std::string& id) { return base::path_exists(layout.box(id)); };
  add_clean_up(report, "attachments owed a DEL", Network(host).settle(has_box));
  for (const auto& id : base::list_dir(layout.pods_data()).value_or({})) {
    if (has_box(id)) continue;
    if (is_cut_short()) return report;
    auto removed = base::remove_tree(layout.pod_data(id));
    report.push_back({"pod " + id.substr(0, 12) + ": removed its writable layers and logs",
                      removed ? std::nullopt : std::optional(std::move(removed).error())});
  }
  auto swept = sweep_claims(layout);
  if (!swept)
    report.push_back({"volumes that were being removed", std::move(swept).error()});
  else if (*swept)
    report.push_back({"volumes: removed what was left of some", std::nullopt});
  return report;
}

}  // namespace podrun
