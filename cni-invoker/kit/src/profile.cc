#include "kit/src/profile.h"

#include <algorithm>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/src/check.h"

namespace cni::kit {
namespace {

Error wrong(const std::string& key, const std::string& rule) {
  return {Kind::invalid, 0, "'" + key + "' must be " + rule};
}

Result<void> refuse_others(const Json& object, const std::vector<std::string>& known, const std::string& where) {
  for (const auto& [key, value] : object.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      return Error{Kind::invalid, 0, "'" + where + key + "' is no key of a profile"};
  return {};
}

Result<std::string> text_in(const Json& object, const std::string& key, const std::string& where = "") {
  if (!object.contains(key)) return std::string();
  if (!object[key].is_string()) return wrong(where + key, "a string");
  return object[key].get<std::string>();
}

Result<Json> object_in(const Json& object, const std::string& key) {
  if (!object[key].is_object()) return wrong(key, "an object");
  return object[key];
}

Result<Role> role_of(const Json& value, const std::string& key) {
  for (const Role role : {Role::interface, Role::chained, Role::ipam, Role::loopback})
    if (value == (role == Role::ipam ? "ipam" : to_text(role))) return role;
  return wrong("roles." + key, "interface, chained, ipam or loopback");
}

Result<KnownFailure> known_in(const Json& entry) {
  if (!entry.is_object()) return wrong("known", "an array of objects");
  TRY(refuse_others(entry, {"check", "plugin", "version", "reason"}, "known."));
  KnownFailure known{TRY(text_in(entry, "check", "known.")), TRY(text_in(entry, "plugin", "known.")),
                     TRY(text_in(entry, "version", "known.")), TRY(text_in(entry, "reason", "known."))};
  const auto& checks = all_checks();
  if (std::none_of(checks.begin(), checks.end(), [&](const Check& check) { return check.info.id == known.check; }))
    return wrong("known.check", "a check that there is (--list shows them), and not '" + known.check + "'");
  if (known.reason.empty()) return wrong("known.reason", "given");
  return known;
}

Result<Profile> parse_profile(const Json& json) {
  if (!json.is_object()) return Error{Kind::invalid, 0, "it is no JSON object"};
  TRY(refuse_others(json, {"roles", "config", "noOp", "capabilityArgs", "args", "links", "files", "lacks", "known"},
                    ""));
  Profile profile;
  const Json roles = json.contains("roles") ? TRY(object_in(json, "roles")) : Json::object();
  for (const auto& [type, role] : roles.items()) profile.roles[type] = TRY(role_of(role, type));
  if (json.contains("config")) profile.config = TRY(object_in(json, "config"));
  if (json.contains("noOp")) profile.no_op = TRY(object_in(json, "noOp"));
  if (json.contains("capabilityArgs")) profile.capability_args = TRY(object_in(json, "capabilityArgs"));
  profile.args = TRY(text_in(json, "args"));
  profile.lacks = TRY(text_in(json, "lacks"));
  const Json links = json.value("links", Json::array()), known = json.value("known", Json::array());
  if (!links.is_array()) return wrong("links", "an array of strings");
  for (const Json& link : links) {
    if (!link.is_string()) return wrong("links", "an array of strings");
    profile.links.push_back({link.get<std::string>()});
  }
  const Json files = json.contains("files") ? TRY(object_in(json, "files")) : Json::object();
  for (const auto& [path, content] : files.items()) {
    if (!path.starts_with('/')) return wrong("files", "an object whose keys are absolute paths");
    profile.files[path] = TRY(text_in(files, path, "files."));
  }
  if (!known.is_array()) return wrong("known", "an array of objects");
  for (const Json& entry : known) profile.known.push_back(TRY(known_in(entry)));
  return profile;
}

}  // namespace

Result<Profile> read_profile(const std::string& path) {
  if (path.empty()) return Profile();
  const std::string text = TRY(base::read_file(path).in("read profile"));
  return parse_profile(Json::parse(text, nullptr, false)).in("profile '" + path + "'");
}

}  // namespace cni::kit
