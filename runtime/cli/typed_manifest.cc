#include "runtime/cli/typed_manifest.h"

#include <nlohmann/json.hpp>

#include "runtime/manifest/names.h"
#include "runtime/manifest/text.h"

namespace podrun::cli {

Error bad_option(const std::string& option, const std::string& value, const std::string& why) {
  return {Kind::invalid, 0, option + " " + manifest::quote(value) + ": " + why};
}

// Each "$" that a manifest would not leave as it is, doubled (manifest/expand.h).
std::string literal(const std::string& text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    escaped += text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '$' && (next == '(' || next == '$')) escaped += '$';
  }
  return escaped;
}

Result<Json> environment(const Variables& variables) {
  Json made = Json::array();
  for (const auto& [name, value] : variables) {
    if (const std::string why = manifest::why_bad_env_name(name); !why.empty())
      return bad_option("--env", name + "=" + value, "the name " + why);
    made.push_back({{"name", name}, {"value", literal(value)}});
  }
  return made;
}

Result<void> check_encoding(const Json& json) {
  if (json.is_string() && manifest::find_bad_utf8(json.get_ref<const std::string&>()))
    return Error{Kind::invalid, 0, manifest::quote(json.get<std::string>()) + ": not UTF-8, which a Pod has to be"};
  if (json.is_structured())
    for (const Json& inner : json) TRY(check_encoding(inner));
  return {};
}

}  // namespace podrun::cli
