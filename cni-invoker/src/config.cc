// One network's configuration: from text to NetworkList. What is on the disk around it is config_files.cc's.
#include "cni/config.h"

#include <algorithm>

#include "any_case.h"
#include "cni/attachment.h"
#include "cni/base/try.h"
#include "cni/default_network.h"
#include "config_reader.h"

namespace cni {
namespace {

struct ConfigError : base::ErrorDetail {
  Diagnostic diagnostic;
};

}  // namespace

std::string Diagnostic::to_text() const {
  if (position.line == 0) return path + ": " + message;
  return path + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + ": " + message;
}

Error diagnostic_error(Diagnostic diagnostic, Kind kind) {
  auto detail = std::make_shared<ConfigError>();
  detail->diagnostic = std::move(diagnostic);
  std::string what = detail->diagnostic.to_text();
  return {kind, 0, std::move(what), std::move(detail)};
}

const Diagnostic* diagnostic(const Error& error) {
  const auto* detail = dynamic_cast<const ConfigError*>(error.detail.get());
  return detail == nullptr ? nullptr : &detail->diagnostic;
}

Error ConfigReader::at(std::size_t offset, const std::string& message) const {
  return diagnostic_error({name_, position_of(document_, base_ + offset), message}, Kind::invalid);
}

Result<JsonObject> ConfigReader::root() const {
  auto object = JsonObject::parse(text_);
  if (object) return object;
  std::size_t offset = 0;
  const auto good = check_json(text_, &offset);
  if (good) return at(text_.find_first_not_of(" \t\r\n"), "expected a JSON object");
  // Its text starts with the position, which a diagnostic says in its own way.
  const std::string& what = good.error().what;
  return at(offset, what.substr(what.find(": ") + 2));
}

Result<std::string> ConfigReader::required_text(const JsonObject& object, std::string_view key) const {
  if (object.find(key) != nullptr) return text(object, key);
  for (const JsonObject::Member& member : object.members()) {
    if (equal_in_any_case(member.key, key))
      return at(member.offset, "'" + member.key + "' is not '" + std::string(key) + "': keys are case-sensitive");
  }
  return at(0, "'" + std::string(key) + "' is missing");
}

Result<std::string> ConfigReader::text(const JsonObject& object, std::string_view key) const {
  const JsonObject::Member* member = object.member(key);
  if (member == nullptr) return std::string();
  auto value = json_string(member->value);
  if (!value) return at(member->offset, "'" + std::string(key) + "': expected a string");
  return value;
}

Result<bool> ConfigReader::flag(const JsonObject& object, std::string_view key) const {
  const JsonObject::Member* member = object.member(key);
  if (member == nullptr) return false;
  // The spec of 0.4.0 called disableCheck a string, and files written then are still about.
  if (member->value == "true" || equal_in_any_case(member->value, "\"true\"")) return true;
  if (member->value == "false" || equal_in_any_case(member->value, "\"false\"")) return false;
  return at(member->offset, "'" + std::string(key) + "': expected true or false");
}

Result<std::string> ConfigReader::network_name(const JsonObject& object) const {
  std::string name = TRY(required_text(object, "name"));
  if (auto good = check_network_name(name); !good) return at(object.member("name")->offset, good.error().what);
  return name;
}

Result<Version> ConfigReader::version(const JsonObject& object, bool also_list) const {
  std::vector<Version> declared;
  const JsonObject::Member* several = also_list ? object.member("cniVersions") : nullptr;
  if (object.member("cniVersion") != nullptr || several == nullptr) {
    auto version = Version::parse(TRY(text(object, "cniVersion")));
    if (!version) return at(object.member("cniVersion")->offset, "'cniVersion': " + version.error().what);
    declared.push_back(*version);
  }
  if (several != nullptr) {
    auto elements = parse_json_array(several->value);
    if (!elements) return at(several->offset, "'cniVersions': expected an array of strings");
    for (const JsonObject::Member& element : *elements) {
      auto value = json_string(element.value);
      if (!value) return at(several->offset, "'cniVersions': expected an array of strings");
      auto version = Version::parse(*value);
      if (!version) return at(several->offset, "'cniVersions': " + version.error().what);
      declared.push_back(*version);
    }
    if (declared.empty()) declared.emplace_back();
  }
  auto selected = select_version(declared);
  if (!selected) {
    const JsonObject::Member* member = several != nullptr ? several : object.member("cniVersion");
    Error error = at(member->offset, selected.error().what);
    error.kind = Kind::unsupported;
    return error;
  }
  return selected;
}

Result<PluginConfig> ConfigReader::plugin(std::vector<std::string>& warnings) const {
  PluginConfig plugin;
  plugin.object = TRY(root());
  plugin.type = TRY(required_text(plugin.object, "type"));
  const bool bad =
      plugin.type.empty() || plugin.type == "." || plugin.type == ".." ||
      std::any_of(plugin.type.begin(), plugin.type.end(), [](char c) { return c == '/' || (c >= 0 && c < ' '); });
  if (bad)
    return at(plugin.object.member("type")->offset, "'type': '" + plugin.type + "' is no name of a plugin's binary");
  if (const JsonObject::Member* member = plugin.object.member("capabilities");
      member != nullptr && member->value != "null") {
    const auto capabilities = JsonObject::parse(member->value);
    if (!capabilities) return at(member->offset, "'capabilities': expected an object of true and false");
    for (const JsonObject::Member& one : capabilities->members()) {
      if (one.value != "true" && one.value != "false" && one.value != "null")
        return at(member->offset, "'capabilities': '" + one.key + "': expected true or false");
      if (one.value == "true") plugin.capabilities.insert(one.key);
    }
  }
  warn_of_reserved_keys(plugin.object, warnings);
  return plugin;
}

void ConfigReader::warn_of_reserved_keys(const JsonObject& object, std::vector<std::string>& warnings) const {
  for (const JsonObject::Member& member : object.members()) {
    const auto warn = [&](const std::string& message) { warnings.push_back(at(member.offset, message).what); };
    if (member.key == "prevResult") warn("'prevResult' is the runtime's to set: the one in the file is ignored");
    if (member.key == "runtimeConfig")
      warn("'runtimeConfig' is the runtime's to set: used only where no capability matches");
    if (member.key.starts_with("cni.dev/")) warn("'" + member.key + "' is reserved for the runtime: ignored");
  }
}

// portmap makes the bridge route 127.0.0.0/8 for localhost:hostPort, and leaves it so (CVE-2020-8558). On our own
// bridge that is guarded.
void ConfigReader::warn_of_open_loopback(NetworkList& list) const {
  if (list.plugins.back().type != "portmap" || is_on_default_bridge(list)) return;
  const std::string* snat = list.plugins.back().object.find("snat");
  if (snat != nullptr && *snat == "false") return;
  list.warnings.push_back(
      at(0,
         "once 'portmap' has mapped a port, containers of this network reach what listens on the host's 127.0.0.1: "
         "drop what comes from them for 127.0.0.0/8, or say \"snat\": false, with which localhost:hostPort does not "
         "lead to them")
          .what);
}

Result<NetworkList> ConfigReader::list() const {
  const JsonObject object = TRY(root());
  NetworkList list;
  list.bytes = text_;
  list.name = TRY(network_name(object));
  list.version = TRY(version(object, true));
  list.disable_check = TRY(flag(object, "disableCheck"));
  list.disable_gc = TRY(flag(object, "disableGC"));
  list.only_inlined_plugins = TRY(flag(object, "loadOnlyInlinedPlugins"));
  const JsonObject::Member* plugins = object.member("plugins");
  if (plugins == nullptr) {
    if (list.only_inlined_plugins) return at(0, "'plugins' is missing, and loadOnlyInlinedPlugins excludes any other");
    return list;
  }
  // From the original text, so that errors inside know their place.
  const auto elements = parse_json_array(text_.substr(plugins->offset, plugins->length));
  if (!elements || elements->empty())
    return at(plugins->offset, "'plugins': expected an array of at least one plugin configuration");
  for (const JsonObject::Member& element : *elements) {
    const ConfigReader reader = within(plugins->offset + element.offset, element.length);
    list.plugins.push_back(TRY(reader.plugin(list.warnings)));
    reader.warn_of_open_loopback(list);
  }
  return list;
}

Result<NetworkList> ConfigReader::single() const {
  const JsonObject object = TRY(root());
  NetworkList list;
  list.name = TRY(network_name(object));
  list.version = TRY(version(object, false));
  list.plugins.push_back(TRY(plugin(list.warnings)));
  JsonObject made;
  made.set("cniVersion", json_text(TRY(text(object, "cniVersion"))));
  made.set("name", json_text(list.name));
  made.set("plugins", "[" + object.dump() + "]");
  list.bytes = made.dump();
  return list;
}

Result<NetworkList> parse_network_list(std::string_view bytes, const std::string& name) {
  const ConfigReader reader(bytes, name);
  NetworkList list = TRY(reader.list());
  if (list.plugins.empty()) return reader.at(0, "'plugins' is missing");
  return list;
}

Result<NetworkList> parse_single_config(std::string_view bytes, const std::string& name) {
  return ConfigReader(bytes, name).single();
}

std::string ipam_type(const PluginConfig& plugin) {
  const std::string* ipam = plugin.object.find("ipam");
  const auto object = ipam != nullptr ? JsonObject::parse(*ipam) : JsonObject();
  const std::string* type = object ? object->find("type") : nullptr;
  return type != nullptr ? json_string(*type).value_or("") : "";
}

}  // namespace cni
