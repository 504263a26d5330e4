// What crashes and reboots leave, put right.
#include <unistd.h>

#include <array>
#include <climits>
#include <tuple>

#include "base/files.h"
#include "base/interruption.h"
#include "runtime/kernel/filesystem.h"
#include "runtime/sandbox/network.h"
#include "runtime/sandbox/runtime.h"
#include "runtime/store/private_dir.h"

namespace podrun {
namespace {

std::string shown(const PodRecord& record) {
  return record.name.empty() ? "pod " + record.id.substr(0, 12) : "pod " + record.name_space + "/" + record.name;
}

// Untouched is only a pod that stands.
bool stands(const PodRecord& record) {
  return record.state == PodState::ready && record.boot_id == boot_id() && !is_overdue(record) &&
         is_alive(record.shim) && is_alive(record.pause);
}

// A directory that somebody chose may hold other things of theirs: what podrun makes below it is closed to others, it
// itself is not changed.
Result<void> make_own_directory(const std::string& chosen, const std::string& usual) {
  return chosen == usual ? make_private_dir(chosen) : base::make_dirs(chosen, 0700);
}

}  // namespace

// Without a readable record there is what the id names, and the name it reserved: enough for every step of tear_down().
PodRecord Runtime::record_of_broken(const std::string& id) const {
  PodRecord record;
  record.id = id;
  record.cgroup_parent = options_.cgroup_parent;
  record.cgroup_path = "/podrun-" + id;
  if (auto name = store_.name_of(id)) {
    std::tie(record.name_space, record.name) = *name;
    record.netns_path = store_.layout().netns(record.name_space, record.name);
    record.namespaces["net"] = 0;  // whichever is pinned under the reserved name
  }
  return record;
}

std::optional<Recovered> Runtime::settle(const std::string& id) {
  const auto seen = store_.load(id);
  if (seen && stands(*seen)) return std::nullopt;
  // A little patience: a shim that has just been cloned holds its podrun's lock until it execs, also when that podrun
  // is dead.
  auto box = store_.lock(id, 500);
  if (!box && (box.error().kind == Kind::busy || box.error().kind == Kind::not_found))
    return std::nullopt;  // in good hands
  if (!box) return Recovered{"pod " + id.substr(0, 12), std::move(box).error()};
  auto loaded = box->load();
  PodRecord record = loaded ? std::move(*loaded) : record_of_broken(id);
  if (stands(record)) return std::nullopt;
  const std::string pod = shown(record);
  const std::string before = record.failure;
  auto gone = tear_down(std::move(record), *box, false);
  if (gone) return Recovered{pod + ": removed what was left of it", std::nullopt};
  const bool told_before = cni::lasting_text(gone.error()) == before;
  return Recovered{pod, std::move(gone).error(), told_before};
}

// What is in the data directory and in no box is taken for the rest of a pod. That is true only for one state
// directory, so a data directory belongs to the first it was used with.
Result<void> Runtime::claim_data_directory() {
  const Layout& layout = store_.layout();
  const std::string& state = layout.directories().state;
  TRY(make_own_directory(layout.directories().data, Directories().data));
  const std::string link = layout.data_owner();
  if (::symlink(state.c_str(), link.c_str()) == 0) return {};
  if (errno == EPERM || errno == EOPNOTSUPP)
    return Error{Kind::unsupported, errno,
                 "use data directory '" + layout.directories().data + "': its filesystem (" +
                     filesystem_type(layout.directories().data) +
                     ") has no links or owners; choose another --data-dir"};
  if (errno != EEXIST) return Error::system(errno, "make '" + link + "'");
  std::array<char, PATH_MAX> owner{};
  const ssize_t size = ::readlink(link.c_str(), owner.data(), owner.size());
  if (size < 0) return Error::system(errno, "read '" + link + "'");
  if (std::string_view(owner.data(), static_cast<std::size_t>(size)) == state) return {};
  return Error{Kind::invalid, 0,
               "use data directory '" + layout.directories().data + "' with state directory '" + state +
                   "': it belongs to '" + std::string(owner.data(), static_cast<std::size_t>(size)) +
                   "' (give both --state-dir and --data-dir)"};
}

Result<std::vector<Recovered>> Runtime::recover() {
  TRY(claim_data_directory());
  const Layout& layout = store_.layout();
  std::vector<Recovered> report;
  std::vector<std::string> ids;
  for (const auto& record : TRY(store_.list(&ids))) ids.push_back(record.id);
  const auto is_cut_short = [&report] {
    auto going_on = base::check_interruption();
    if (going_on) return false;
    report.push_back({"the rest is left as it is", std::move(going_on).error()});
    return true;
  };
  for (const auto& id : ids) {
    if (is_cut_short()) return report;
    if (auto settled = settle(id)) report.push_back(std::move(*settled));
  }

  if (is_cut_short()) return report;
  if (auto swept = store_.sweep(); !swept) report.push_back({"unfinished boxes", std::move(swept).error()});
  const auto has_box = [&](const std::string& id) { return base::path_exists(layout.box(id)); };
  add_clean_up(report, "attachments owed a DEL", Network(options_, layout).settle(has_box));
  for (const auto& id : base::list_dir(layout.pods_data()).value_or({})) {
    if (has_box(id)) continue;
    if (is_cut_short()) return report;
    auto removed = base::remove_tree(layout.pod_data(id));
    report.push_back({"pod " + id.substr(0, 12) + ": removed its writable layers and logs",
                      removed ? std::nullopt : std::optional(std::move(removed).error())});
  }
  return report;
}

// The first command after a boot pays what the last boot owes; a file in the state directory, which a reboot empties,
// says that it has been done.
Result<void> Runtime::settle_after_boot() {
  const std::string marker = store_.layout().settled();
  if (base::read_file(marker).value_or("") == boot_id() + "\n") return {};
  TRY(make_own_directory(store_.layout().directories().state, Directories().state));
  const auto report = TRY(recover());
  TRY(base::check_interruption().in("recover what the last boot left"));
  for (const auto& done : report)
    if (done.error) options_.warn(done.what + ": " + done.error->what + " (`podrun recover` tries again)");
  return base::write_file_durably(marker, boot_id() + "\n");
}

Result<void> Runtime::settle_name(const std::string& name_space, const std::string& name) {
  auto id = store_.find(name_space, name);
  if (!id) return id.error().kind == Kind::not_found ? Result<void>() : std::move(id).error();
  const auto record = store_.load(*id);
  // Taken, also when it has failed: create says so.
  if (record && record->state == PodState::ready && !is_overdue(*record)) return {};
  auto settled = settle(*id);
  if (settled && settled->error) return std::move(*settled->error).in(settled->what);
  return {};
}

}  // namespace podrun
