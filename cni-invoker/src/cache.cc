#include "cni/cache.h"

#include "base64.h"
#include "cni/base/files.h"
#include "cni/base/try.h"
#include "disk.h"
#include "entry.h"

namespace cni {
namespace {

constexpr std::string_view kKind = "cniCacheV1";
constexpr std::string_view kExtension = "cniInvoker";  // what libcni does not have; it ignores the key

std::string attachment_to_text(const CachedAttachment& entry) {
  JsonObject object;
  object.set("kind", json_text(kKind));
  object.set("containerId", json_text(entry.attachment.container_id));
  object.set("config", json_text(to_base64(entry.config)));
  object.set("ifName", json_text(entry.attachment.ifname));
  object.set("networkName", json_text(entry.network));
  if (!entry.attachment.netns.empty()) object.set("netns", json_text(entry.attachment.netns));
  if (!entry.attachment.args.empty()) object.set("cniArgs", args_json(entry.attachment.args));
  if (!entry.attachment.capability_args.empty()) object.set("capabilityArgs", entry.attachment.capability_args.dump());
  object.set("result", entry.result);
  JsonObject extension;
  extension.set("owner", json_text(entry.owner));
  extension.set("bootId", json_text(entry.boot_id));
  set_netns_identity(extension, entry.netns_identity);
  if (entry.effective) extension.set("network", network_json(*entry.effective));
  if (!entry.attachment.conventional_args.empty()) extension.set("args", entry.attachment.conventional_args.dump());
  object.set(kExtension, extension.dump());
  return object.dump();
}

Result<CachedAttachment> attachment_from_text(const std::string& text) {
  const JsonObject object = TRY(JsonObject::parse(text));
  CachedAttachment entry;
  if (find_any_case(object, "kind") == nullptr) {  // libcni 0.7.0 and 0.7.1 wrote the bare result
    TRY(parse_result(text, Version{}));
    entry.result = object.dump();
    return entry;
  }
  if (const std::string kind = TRY(text_of(object, "kind")); kind != kKind)
    return Error{Kind::corrupt, 0, "an entry of kind '" + kind + "'"};
  entry.network = TRY(text_of(object, "networkName"));
  entry.attachment.container_id = TRY(text_of(object, "containerId"));
  entry.attachment.ifname = TRY(text_of(object, "ifName"));
  entry.attachment.netns = TRY(text_of(object, "netns"));
  const std::string config = TRY(text_of(object, "config"));
  entry.config = TRY(from_base64(config));
  if (const std::string* args = find_any_case(object, "cniArgs")) entry.attachment.args = TRY(args_from_json(*args));
  entry.attachment.capability_args = TRY(object_of(object, "capabilityArgs"));
  const std::string* result = find_any_case(object, "result");
  if (result == nullptr) return Error{Kind::corrupt, 0, "'result' is missing"};
  entry.result = *result;
  const JsonObject extension = TRY(object_of(object, kExtension));
  entry.owner = TRY(text_of(extension, "owner"));
  entry.boot_id = TRY(text_of(extension, "bootId"));
  entry.netns_identity = TRY(netns_identity_of(extension));
  if (const std::string* network = extension.find("network")) {
    entry.effective = TRY(network_from_json(*network));
    entry.effective->bytes = entry.config;
  }
  entry.attachment.conventional_args = TRY(object_of(extension, "args"));
  return entry;
}

bool is_called(const std::string& name, const CachedAttachment& entry) {
  const auto expected = entry_name(entry.network, entry.attachment.container_id, entry.attachment.ifname, "-");
  return expected && *expected == name;
}

}  // namespace

Result<std::string> Cache::path(const std::string& network, const std::string& container_id,
                                const std::string& ifname) const {
  return dir_ + "/results/" + TRY(entry_name(network, container_id, ifname, "-"));
}

Result<void> Cache::save(const CachedAttachment& entry, bool durable) const {
  const std::string file = TRY(path(entry.network, entry.attachment.container_id, entry.attachment.ifname));
  TRY(make_entry_dir(dir_ + "/results"));
  if (durable) return write_file_durably(file, attachment_to_text(entry));
  TRY(write_file_atomically(file, attachment_to_text(entry)));
  return {};
}

Result<std::optional<CachedAttachment>> Cache::load(const std::string& network, const std::string& container_id,
                                                    const std::string& ifname) const {
  const std::string file = TRY(path(network, container_id, ifname));
  const auto corrupt = [&](const std::string& why) {
    return Error{Kind::corrupt, 0, "read cache '" + file + "': " + why};
  };
  auto text = base::read_file(file);
  if (!text && text.error().kind == Kind::not_found) return std::optional<CachedAttachment>();
  if (!text) return corrupt(text.error().what);
  auto entry = attachment_from_text(*text);
  if (!entry) return corrupt(entry.error().what);
  if (entry->network.empty()) {  // a bare result says nothing about itself
    entry->network = network;
    entry->attachment.container_id = container_id;
    entry->attachment.ifname = ifname;
  }
  if (entry->network != network || entry->attachment.container_id != container_id || entry->attachment.ifname != ifname)
    return corrupt("it is of network '" + entry->network + "', container '" + entry->attachment.container_id +
                   "', interface '" + entry->attachment.ifname + "'");
  return std::optional<CachedAttachment>(std::move(*entry));
}

Result<void> Cache::remove(const std::string& network, const std::string& container_id,
                           const std::string& ifname) const {
  const std::string file = TRY(path(network, container_id, ifname));
  auto removed = base::remove_file(file);
  if (!removed && !base::path_exists(file)) return {};  // no directory, or read-only: then too it is not there
  return removed;
}

// An interface may be named so that its entry looks like a temporary file; but then it is an entry.
Result<void> Cache::sweep() const {
  return sweep_temporaries(dir_ + "/results", [&](const std::string& name) {
    const auto text = base::read_file(dir_ + "/results/" + name);
    const auto entry = text ? attachment_from_text(*text) : Result<CachedAttachment>(text.error());
    return entry && is_called(name, *entry);
  });
}

Result<std::vector<CachedAttachment>> Cache::list(std::string_view container_id) const {
  std::vector<CachedAttachment> entries;
  auto names = base::list_dir(dir_ + "/results");
  if (!names && names.error().kind == Kind::not_found) return entries;
  if (!names) return std::move(names).error();
  for (const std::string& name : *names) {
    const auto text = base::read_file(dir_ + "/results/" + name);
    if (!text) continue;
    auto entry = attachment_from_text(*text);
    if (!entry || entry->config.empty()) continue;
    if (!is_called(name, *entry)) continue;  // a temporary file, renamed by hand, or a bare result
    if (container_id.empty() || entry->attachment.container_id == container_id) entries.push_back(std::move(*entry));
  }
  return entries;
}

}  // namespace cni
