#include "runtime/cli/yaml_out.h"

#include <yaml-cpp/emitter.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <string_view>

namespace podrun::cli {
namespace {

// Both YAML 1.2's words and those only YAML 1.1 readers know (https://yaml.org/type/bool.html).
constexpr std::array<std::string_view, 11> kWords{"null", "true", "false", "yes", "no", "on", "off", "y", "n", "~", ""};

bool reads_as_other(const std::string& text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::find(kWords.begin(), kWords.end(), lower) != kWords.end()) return true;
  return std::string_view("0123456789+-.=<").find(text.front()) != std::string_view::npos;  // numbers, dates, <<, =
}

void emit(YAML::Emitter& yaml, const Json& json) {
  switch (json.type()) {
    case Json::value_t::object:
      yaml << (json.empty() ? YAML::Flow : YAML::Block) << YAML::BeginMap;
      for (const auto& [key, value] : json.items()) {
        yaml << YAML::Key;
        if (reads_as_other(key)) yaml << YAML::DoubleQuoted;
        yaml << key << YAML::Value;
        emit(yaml, value);
      }
      yaml << YAML::EndMap;
      return;
    case Json::value_t::array:
      yaml << (json.empty() ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
      for (const Json& element : json) emit(yaml, element);
      yaml << YAML::EndSeq;
      return;
    case Json::value_t::string: {
      const auto& text = json.get_ref<const std::string&>();
      if (reads_as_other(text)) yaml << YAML::DoubleQuoted;
      yaml << text;
      return;
    }
    case Json::value_t::null:
      yaml << YAML::Null;
      return;
    default:  // true, 12, 1.5: JSON's spelling is YAML's
      yaml << json.dump();
      return;
  }
}

}  // namespace

std::string to_yaml(const Json& json) {
  YAML::Emitter yaml;
  yaml.SetNullFormat(YAML::LowerNull);
  emit(yaml, json);
  return std::string(yaml.c_str(), yaml.size()) + "\n";
}

}  // namespace podrun::cli
