#include "entry.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "any_case.h"
#include "cni/base/files.h"
#include "cni/base/try.h"

namespace cni {
namespace {

constexpr std::size_t kLongestName = 240;  // NAME_MAX is 255; a temporary file's name is longer by 13

// FNV-1a, twice from different starts. Not against forgery: readers compare the entry's content.
std::string hash_of(std::string_view text) {
  constexpr std::array<std::uint64_t, 2> kStarts = {0xcbf29ce484222325U, 0x84222325cbf29ce4U};
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (std::uint64_t hash : kStarts) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    for (int shift = 60; shift >= 0; shift -= 4) hex += kDigits[hash >> static_cast<unsigned>(shift) & 15U];
  }
  return hex;
}

const char* boolean(bool value) { return value ? "true" : "false"; }

// Their names in an entry. Inode and device were all there was in entries of earlier versions.
constexpr std::array<std::pair<std::string_view, std::uint64_t base::NetnsIdentity::*>, 4> kNetnsNumbers = {
    {{"netnsDevice", &base::NetnsIdentity::device},
     {"netnsInode", &base::NetnsIdentity::inode},
     {"netnsCookie", &base::NetnsIdentity::cookie},
     {"netnsId", &base::NetnsIdentity::id}}};

}  // namespace

Result<std::string> entry_name(const std::string& network, const std::string& container_id, const std::string& ifname,
                               std::string_view separator) {
  for (const std::string* part : {&network, &container_id, &ifname}) {
    if (part->empty() || part->find_first_of(std::string_view("/\0", 2)) != std::string::npos)
      return Error{Kind::invalid, 0, "'" + *part + "' cannot be part of a file name"};
  }
  std::string name = network;
  name.append(separator).append(container_id).append(separator).append(ifname);
  return name.size() <= kLongestName ? name : "hash" + std::string(separator) + hash_of(name);
}

Result<void> make_entry_dir(const std::string& dir) {
  if (base::path_exists(dir)) return {};
  TRY(base::make_dirs(dir, 0700));
  const std::string parent = dir.substr(0, dir.rfind('/') + 1);
  const Fd fd = TRY(base::open_file(parent.empty() ? "." : parent, O_RDONLY | O_DIRECTORY));
  if (::fsync(fd.get()) != 0) return Error::system(errno, "fsync '" + parent + "'");
  return {};
}

std::string network_json(const NetworkList& network) {
  JsonObject object;
  object.set("cniVersion", json_text(network.version.to_text()));
  object.set("name", json_text(network.name));
  object.set("disableCheck", boolean(network.disable_check));
  object.set("disableGC", boolean(network.disable_gc));
  std::string plugins;
  for (const PluginConfig& plugin : network.plugins) plugins += (plugins.empty() ? "" : ",") + plugin.object.dump();
  object.set("plugins", "[" + plugins + "]");
  return object.dump();
}

Result<NetworkList> network_from_json(const std::string& json) {
  NetworkList network = TRY(parse_network_list(json, "network"));
  network.bytes.clear();
  network.warnings.clear();  // told when it was loaded
  return network;
}

std::string args_json(const std::vector<std::pair<std::string, std::string>>& args) {
  std::string pairs;
  for (const auto& [key, value] : args)
    pairs += (pairs.empty() ? "[" : ",[") + json_text(key) + "," + json_text(value) + "]";
  return "[" + pairs + "]";
}

Result<std::vector<std::pair<std::string, std::string>>> args_from_json(const std::string& json) {
  std::vector<std::pair<std::string, std::string>> args;
  if (json == "null") return args;
  for (const JsonObject::Member& element : TRY(parse_json_array(json))) {
    const auto pair = TRY(parse_json_array(element.value));
    if (pair.size() != 2) return Error{Kind::invalid, 0, "expected pairs of key and value"};
    std::string key = TRY(json_string(pair[0].value));
    args.emplace_back(std::move(key), TRY(json_string(pair[1].value)));
  }
  return args;
}

void set_netns_identity(JsonObject& object, const base::NetnsIdentity& identity) {
  for (const auto& [key, number] : kNetnsNumbers)
    if (identity.*number != 0) object.set(key, std::to_string(identity.*number));
}

Result<base::NetnsIdentity> netns_identity_of(const JsonObject& object) {
  base::NetnsIdentity identity;
  for (const auto& [key, number] : kNetnsNumbers) identity.*number = TRY(number_of<std::uint64_t>(object, key));
  return identity;
}

const std::string* find_any_case(const JsonObject& object, std::string_view key) {
  if (const std::string* exact = object.find(key)) return exact;
  for (const JsonObject::Member& member : object.members()) {
    if (equal_in_any_case(member.key, key)) return &member.value;
  }
  return nullptr;
}

Result<std::string> text_of(const JsonObject& object, std::string_view key) {
  const std::string* value = find_any_case(object, key);
  if (value == nullptr || *value == "null") return std::string();
  return json_string(*value).in("'" + std::string(key) + "'");
}

Result<JsonObject> object_of(const JsonObject& object, std::string_view key) {
  const std::string* value = find_any_case(object, key);
  if (value == nullptr || *value == "null") return JsonObject();
  return JsonObject::parse(*value).in("'" + std::string(key) + "'");
}

}  // namespace cni
