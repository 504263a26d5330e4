#include "cni/ledger.h"

#include <fcntl.h>

#include <algorithm>
#include <array>

#include "base64.h"
#include "cni/base/files.h"
#include "cni/base/try.h"
#include "disk.h"
#include "entry.h"

namespace cni {
namespace {

constexpr std::string_view kFormat = "1";
constexpr std::string_view kSuffix = ".json";
constexpr std::string_view kSeen = "seen";
constexpr std::string_view kInterim = "interim";  // in a result: not of the whole ADD
constexpr std::array<std::string_view, 3> kStates = {"adding", "attached", "deleting"};

// On one line: what an ADD comes to is written behind it, a line each time.
std::string line_of(const JsonObject& object) {
  std::string line = object.dump();
  std::replace(line.begin(), line.end(), '\n', ' ');  // between tokens: a caller's values are as he wrote them
  return line;
}

std::string entry_to_text(const LedgerEntry& entry) {
  const Attachment& attachment = entry.attachment;
  JsonObject object;
  object.set("format", std::string(kFormat));
  object.set("state", json_text(kStates[static_cast<std::size_t>(entry.state)]));
  object.set("owner", json_text(entry.owner));
  object.set("containerId", json_text(attachment.container_id));
  object.set("ifName", json_text(attachment.ifname));
  object.set("netns", json_text(attachment.netns));
  set_netns_identity(object, entry.netns_identity);
  object.set("bootId", json_text(entry.boot_id));
  object.set("createdAt", std::to_string(entry.created_at));
  object.set("cniArgs", args_json(attachment.args));
  object.set("capabilityArgs", attachment.capability_args.dump());
  object.set("args", attachment.conventional_args.dump());
  std::string dirs;
  for (const std::string& dir : entry.plugin_dirs) dirs += (dirs.empty() ? "" : ",") + json_text(dir);
  object.set("pluginDirs", "[" + dirs + "]");
  object.set("network", network_json(entry.network));
  object.set("config", json_text(to_base64(entry.network.bytes)));
  object.set("path", json_text(entry.network.path));
  if (!entry.result.empty()) object.set("result", entry.result);
  if (!entry.seen.empty()) object.set(kSeen, entry.seen);
  if (entry.add_failure) {
    JsonObject failure;
    failure.set("plugin", std::to_string(entry.add_failure->plugin));
    failure.set("code", std::to_string(entry.add_failure->code));
    object.set("addFailure", failure.dump());
  }
  if (!entry.last_error.empty()) object.set("lastError", json_text(entry.last_error));
  return line_of(object);
}

Result<LedgerEntry> entry_from_text(const std::string& text) {
  const JsonObject object = TRY(JsonObject::parse(text));
  const std::string* format = object.find("format");
  if (format == nullptr || *format != kFormat) return Error{Kind::corrupt, 0, "not an entry of format 1"};
  LedgerEntry entry;
  const std::string state_text = TRY(text_of(object, "state"));
  const auto state = std::find(kStates.begin(), kStates.end(), state_text);
  if (state == kStates.end()) return Error{Kind::corrupt, 0, "'state': unknown"};
  entry.state = static_cast<LedgerEntry::State>(state - kStates.begin());
  entry.owner = TRY(text_of(object, "owner"));
  entry.attachment.container_id = TRY(text_of(object, "containerId"));
  entry.attachment.ifname = TRY(text_of(object, "ifName"));
  entry.attachment.netns = TRY(text_of(object, "netns"));
  entry.netns_identity = TRY(netns_identity_of(object));
  entry.boot_id = TRY(text_of(object, "bootId"));
  entry.created_at = TRY(number_of<std::int64_t>(object, "createdAt"));
  if (const std::string* args = object.find("cniArgs")) entry.attachment.args = TRY(args_from_json(*args));
  entry.attachment.capability_args = TRY(object_of(object, "capabilityArgs"));
  entry.attachment.conventional_args = TRY(object_of(object, "args"));
  if (const std::string* dirs = object.find("pluginDirs")) {
    for (const JsonObject::Member& dir : TRY(parse_json_array(*dirs)))
      entry.plugin_dirs.push_back(TRY(json_string(dir.value)));
  }
  const std::string* network = object.find("network");
  if (network == nullptr) return Error{Kind::corrupt, 0, "'network' is missing"};
  entry.network = TRY(network_from_json(*network));
  const std::string config = TRY(text_of(object, "config"));
  entry.network.bytes = TRY(from_base64(config));
  entry.network.path = TRY(text_of(object, "path"));
  if (const std::string* result = object.find("result")) entry.result = *result;
  if (const std::string* seen = object.find(kSeen)) entry.seen = *seen;
  if (object.find("addFailure") != nullptr) {
    const JsonObject failure = TRY(object_of(object, "addFailure"));
    const auto plugin = TRY(number_of<std::size_t>(failure, "plugin"));
    entry.add_failure = LedgerEntry::AddFailure{plugin, TRY(number_of<unsigned>(failure, "code"))};
  }
  entry.last_error = TRY(text_of(object, "lastError"));
  return entry;
}

// Where results were before they were lines: podruns of then may have left attachments that stand.
std::string former_result(const std::string& path) { return path.substr(0, path.size() - kSuffix.size()) + ".result"; }

// What a full disk or a power cut left unfinished is none.
void add_line(LedgerEntry& entry, std::string_view text) {
  const auto object = JsonObject::parse(text);
  if (const std::string* seen = object ? object->find(kSeen) : nullptr) entry.seen = *seen;
  const std::string* result = object ? object->find("result") : nullptr;
  if (result == nullptr) return;
  const std::string* of = object->find("createdAt");  // in a file beside: it may be an older ADD's
  if (of != nullptr && *of != std::to_string(entry.created_at)) return;
  entry.result = *result;
  if (entry.state == LedgerEntry::State::adding && object->find(kInterim) == nullptr)
    entry.state = LedgerEntry::State::attached;
}

Result<LedgerEntry> load(const std::string& path) {
  const std::string text = TRY(base::read_file(path));
  std::size_t end = std::min(text.find('\n'), text.size());
  auto entry = entry_from_text(text.substr(0, end));
  if (!entry) return Error{Kind::corrupt, 0, "read ledger entry '" + path + "': " + entry.error().what};
  while (end < text.size()) {
    const std::size_t begin = end + 1;
    end = std::min(text.find('\n', begin), text.size());
    add_line(*entry, std::string_view(text).substr(begin, end - begin));
  }
  if (entry->result.empty()) add_line(*entry, base::read_file(former_result(path)).value_or(""));
  return entry;
}

}  // namespace

Result<std::string> Ledger::path_of(const std::string& network, const std::string& container_id,
                                    const std::string& ifname) const {
  // @ is in no network name or container id, so the parts cannot run together.
  return dir_ + "/" + TRY(entry_name(network, container_id, ifname, "@")) + std::string(kSuffix);
}

Result<std::string> Ledger::path_of(const LedgerEntry& entry) const {
  return path_of(entry.network.name, entry.attachment.container_id, entry.attachment.ifname);
}

Result<Fd> Ledger::begin(const LedgerEntry& entry) const {
  const std::string path = TRY(path_of(entry));
  TRY(make_entry_dir(dir_));
  return write_file_atomically(path, entry_to_text(entry));
}

Result<void> Ledger::progress(const LedgerEntry& entry) const {
  JsonObject object;
  object.set("result", entry.result);
  object.set(kInterim, "true");
  return append(entry, line_of(object));
}

Result<void> Ledger::note_seen(const LedgerEntry& entry) const {
  JsonObject object;
  object.set(kSeen, entry.seen);
  return append(entry, line_of(object));
}

Result<void> Ledger::complete(const LedgerEntry& entry) const {
  JsonObject object;
  object.set("result", entry.result);
  return append(entry, line_of(object));
}

// The end of the line before it comes first, so that one which is cut short spoils no other.
Result<void> Ledger::append(const LedgerEntry& entry, const std::string& line) const {
  const std::string path = TRY(path_of(entry));
  const Fd file = TRY(base::open_file(path, O_WRONLY | O_APPEND | O_NOFOLLOW));
  return base::write_all(file.get(), "\n" + line, path);
}

Result<void> Ledger::save(const LedgerEntry& entry) const {
  const std::string path = TRY(path_of(entry));
  TRY(make_entry_dir(dir_));
  return write_file_durably(path, entry_to_text(entry));
}

Result<std::optional<LedgerEntry>> Ledger::find(const std::string& network, const std::string& container_id,
                                                const std::string& ifname) const {
  const std::string path = TRY(path_of(network, container_id, ifname));
  auto entry = load(path);
  if (!entry && entry.error().kind == Kind::not_found) return std::optional<LedgerEntry>();
  if (!entry) return std::move(entry).error();
  if (entry->network.name != network || entry->attachment.container_id != container_id ||
      entry->attachment.ifname != ifname)
    return Error{Kind::corrupt, 0, "ledger entry '" + path + "' is of another attachment"};
  return std::optional<LedgerEntry>(std::move(*entry));
}

Result<void> Ledger::remove(const std::string& network, const std::string& container_id,
                            const std::string& ifname) const {
  const std::string path = TRY(path_of(network, container_id, ifname));
  TRY(base::remove_file(former_result(path)));
  return base::remove_file(path);
}

Result<std::vector<LedgerEntry>> Ledger::list(std::vector<std::string>* broken) const {
  return read_matching([](const std::string&) { return true; }, broken);
}

Result<std::vector<LedgerEntry>> Ledger::of_container(std::string_view container_id) const {
  // Most entries tell by their name that they are of another; only those are not even read.
  const std::string part = "@" + std::string(container_id) + "@";
  auto entries = TRY(read_matching(
      [&](const std::string& name) { return name.starts_with("hash@") || name.find(part) != std::string::npos; },
      nullptr));
  std::erase_if(entries, [&](const LedgerEntry& entry) { return entry.attachment.container_id != container_id; });
  return entries;
}

Result<void> Ledger::sweep() const {
  return sweep_temporaries(dir_, [](const std::string&) { return false; });
}

Result<std::vector<LedgerEntry>> Ledger::read_matching(const std::function<bool(const std::string&)>& matches,
                                                       std::vector<std::string>* broken) const {
  std::vector<LedgerEntry> entries;
  auto names = base::list_dir(dir_);
  if (!names && names.error().kind == Kind::not_found) return entries;
  if (!names) return std::move(names).error();
  for (const std::string& name : *names) {
    if (!name.ends_with(kSuffix) || !matches(name)) continue;  // no suffix: left by a write that was cut off
    auto entry = load(dir_ + "/" + name);
    if (entry)
      entries.push_back(std::move(*entry));
    else if (broken != nullptr && entry.error().kind != Kind::not_found)
      broken->push_back(dir_ + "/" + name);
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const LedgerEntry& a, const LedgerEntry& b) { return a.created_at < b.created_at; });
  return entries;
}

std::string current_boot_id() {
  std::string id = base::read_file("/proc/sys/kernel/random/boot_id").value_or("");
  while (!id.empty() && id.back() == '\n') id.pop_back();
  return id;
}

}  // namespace cni
