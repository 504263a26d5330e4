#include "skel_call.h"

#include <cstdlib>
#include <string_view>

#include "cni/base/try.h"

namespace cni {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Requirement {
  const char* variable;
  std::string_view commands;
};
constexpr Requirement kRequired[] = {{"CNI_CONTAINERID", "ADD CHECK DEL"},
                                     {"CNI_NETNS", "ADD CHECK"},
                                     {"CNI_IFNAME", "ADD CHECK DEL"},
                                     {"CNI_PATH", "GC"}};

bool is_about_container(const std::string& command) {
  return command == "ADD" || command == "CHECK" || command == "DEL";
}

Error invalid_environment(const Error& error) { return plugin_error(code::kInvalidEnvironment, error.what); }

Result<void> read_previous_result(PluginCall& call) {
  const std::string* text = call.config.find("prevResult");
  if (text == nullptr || *text == "null") return {};
  auto result = parse_result(*text, call.version);
  if (!result) return plugin_error(code::kDecodeFailure, "'prevResult': " + result.error().what);
  if (result->version != call.version)
    return plugin_error(code::kDecodeFailure, "'prevResult' is of version " + result->version.to_text() +
                                                  ", the configuration of " + call.version.to_text());
  call.previous_result = std::move(*result);
  return {};
}

Result<void> read_valid_attachments(PluginCall& call) {
  const std::string* text = call.config.find("cni.dev/valid-attachments");
  // Without the list everything would be taken for stale.
  if (text == nullptr) return plugin_error(code::kInvalidConfig, "'cni.dev/valid-attachments' is missing");
  const auto elements = parse_json_array(*text);
  if (!elements) return plugin_error(code::kInvalidConfig, "'cni.dev/valid-attachments': expected an array");
  for (const JsonObject::Member& element : *elements) {
    const auto object = JsonObject::parse(element.value);
    const std::string* id = object ? object->find("containerID") : nullptr;
    const std::string* ifname = object ? object->find("ifname") : nullptr;
    if (id == nullptr || ifname == nullptr)
      return plugin_error(code::kInvalidConfig, "'cni.dev/valid-attachments': expected containerID and ifname");
    call.valid.push_back({json_string(*id).value_or(""), json_string(*ifname).value_or("")});
  }
  return {};
}

}  // namespace

Result<PluginCall> read_environment() {
  PluginCall call;
  call.command = variable("CNI_COMMAND");
  std::string missing;
  for (const Requirement& one : kRequired) {
    const bool required = one.commands.find(call.command) != std::string_view::npos;
    if (required && variable(one.variable).empty())
      missing += (missing.empty() ? "" : ", ") + std::string(one.variable);
  }
  if (!missing.empty()) return plugin_error(code::kInvalidEnvironment, "missing in the environment: " + missing);
  call.attachment.container_id = variable("CNI_CONTAINERID");
  call.attachment.netns = variable("CNI_NETNS");
  call.attachment.ifname = variable("CNI_IFNAME");
  auto args = parse_args(variable("CNI_ARGS"));
  if (!args) return invalid_environment(args.error());
  call.attachment.args = std::move(*args);
  if (is_about_container(call.command)) {
    if (auto good = check_attachment(call.attachment); !good) return invalid_environment(good.error());
  }
  const std::string path = variable("CNI_PATH");
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t colon = std::min(path.find(':', at), path.size());
    if (colon > at) call.path.push_back(path.substr(at, colon - at));
    at = colon + 1;
  }
  return call;
}

Result<void> read_config(PluginCall& call, std::string input) {
  call.input = std::move(input);
  auto config = JsonObject::parse(call.input);
  if (!config) return plugin_error(code::kDecodeFailure, "the configuration on stdin: " + config.error().what);
  call.config = std::move(*config);
  const auto text = [&](const char* key) -> Result<std::string> {
    const std::string* value = call.config.find(key);
    if (value == nullptr) return std::string();
    auto string = json_string(*value);
    if (!string) return plugin_error(code::kDecodeFailure, "'" + std::string(key) + "': expected a string");
    return string;
  };
  call.network = TRY(text("name"));
  if (auto good = check_network_name(call.network); !good) return plugin_error(code::kInvalidConfig, good.error().what);
  auto version = Version::parse(TRY(text("cniVersion")));
  if (!version) return plugin_error(code::kIncompatibleVersion, version.error().what);
  call.version = *version;
  return {};
}

Result<void> read_payload(PluginCall& call) {
  if (is_about_container(call.command)) return read_previous_result(call);
  if (call.command == "GC") return read_valid_attachments(call);
  return {};
}

}  // namespace cni
