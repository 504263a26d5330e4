// What crashes and reboots leave, put right.
#include <fcntl.h>

#include <algorithm>
#include <set>

#include "base/files.h"
#include "runtime/sandbox/network.h"
#include "runtime/sandbox/runtime.h"

namespace podrun {
namespace {

std::string shown(const PodRecord& record) {
  return record.name.empty() ? "pod " + record.id.substr(0, 12) : "pod " + record.name_space + "/" + record.name;
}

// Untouched is only a pod that stands.
bool stands(const PodRecord& record) {
  return record.state == PodState::ready && record.boot_id == boot_id() && is_alive(record.shim) &&
         is_alive(record.pause);
}

}  // namespace

Result<bool> Runtime::settle(const std::string& id, std::string& what) {
  const auto seen = store_.load(id);
  if (seen && stands(*seen)) return false;
  auto box = store_.lock(id, 0);
  if (!box && (box.error().kind == Kind::busy || box.error().kind == Kind::not_found)) return false;  // in good hands
  const Box held = TRY(std::move(box));
  auto loaded = held.load();
  // A box without a record: killed before the first save, so nothing but what the id names can exist.
  PodRecord record = loaded ? std::move(*loaded) : PodRecord{};
  if (!loaded) {
    record.id = id;
    record.cgroup_parent = options_.cgroup_parent;
    record.cgroup_path = "/podrun-" + id;
  }
  if (stands(record)) return false;
  what = shown(record) + ": removed what was left of it";
  TRY(tear_down(std::move(record), held, false).in(what));
  return true;
}

Result<std::vector<Recovered>> Runtime::recover() {
  const Layout& layout = store_.layout();
  std::vector<Recovered> report;
  std::vector<std::string> ids;
  for (const auto& record : TRY(store_.list(&ids))) ids.push_back(record.id);
  for (const auto& id : ids) {
    std::string what;
    auto settled = settle(id, what);
    if (!settled)
      report.push_back({"pod " + id.substr(0, 12), std::move(settled).error()});
    else if (*settled)
      report.push_back({what, std::nullopt});
  }

  const auto has_box = [&](const std::string& id) { return base::path_exists(layout.box(id)); };
  if (auto owed = Network(options_, layout, nullptr, nullptr).settle(has_box); !owed)
    report.push_back({"attachments owed a DEL", std::move(owed).error()});
  for (const auto& id : base::list_dir(layout.pods_data()).value_or({})) {
    if (has_box(id)) continue;
    auto removed = base::remove_tree(layout.pod_data(id));
    report.push_back({"pod " + id.substr(0, 12) + ": removed its writable layers and logs",
                      removed ? std::nullopt : std::optional(std::move(removed).error())});
  }
  return report;
}

// The first command after a boot pays what the last boot owes; a file in the state directory, which a reboot empties,
// says that it has been done.
Result<void> Runtime::settle_after_boot() {
  const std::string marker = store_.layout().directories().state + "/settled";
  if (base::path_exists(marker)) return {};
  TRY(base::make_dirs(store_.layout().directories().state, 0711));
  for (const auto& done : TRY(recover()))
    if (done.error) options_.warn(done.what + ": " + done.error->what + " (`podrun recover` tries again)");
  return base::write_file_durably(marker, boot_id() + "\n");
}

Result<void> Runtime::settle_name(const std::string& name_space, const std::string& name) {
  auto id = store_.find(name_space, name);
  if (!id) return id.error().kind == Kind::not_found ? Result<void>() : std::move(id).error();
  const auto record = store_.load(*id);
  if (record && record->state == PodState::ready) return {};  // taken, also when it has failed: create says so
  std::string what;
  TRY(settle(*id, what));
  return {};
}

}  // namespace podrun
