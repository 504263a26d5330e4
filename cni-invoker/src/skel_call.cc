#include "skel_call.h"

#include <algorithm>
#include <cstdlib>
#include <span>
#include <string_view>

#include "cni/base/try.h"

namespace cni {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

using Commands = std::span<const std::string_view>;
constexpr std::string_view kKnown[] = {"ADD", "CHECK", "DEL", "GC", "STATUS", "VERSION"};
constexpr std::string_view kAboutContainer[] = {"ADD", "CHECK", "DEL"};
constexpr std::string_view kInNetns[] = {"ADD", "CHECK"};
constexpr std::string_view kCollecting[] = {"GC"};

struct Requirement {
  const char* variable;
  Commands commands;
};
constexpr Requirement kRequired[] = {{"CNI_CONTAINERID", kAboutContainer},
                                     {"CNI_NETNS", kInNetns},
                                     {"CNI_IFNAME", kAboutContainer},
                                     {"CNI_PATH", kCollecting}};

bool is_one_of(Commands commands, std::string_view command) {
  return std::find(commands.begin(), commands.end(), command) != commands.end();
}

void append_item(std::string& list, std::string_view separator, std::string_view text) {
  if (!list.empty()) list += separator;
  list += text;
}

Result<void> check_variables_are_there(const std::string& command) {
  std::string missing = command.empty() ? "CNI_COMMAND" : "";
  for (const Requirement& one : kRequired) {
    if (is_one_of(one.commands, command) && variable(one.variable).empty()) append_item(missing, ", ", one.variable);
  }
  if (missing.empty()) return {};
  return plugin_error(code::kInvalidEnvironment, "missing in the environment: " + missing);
}

// Every variable that is wrong is named, as the spec asks of code 4.
Result<void> read_attachment(PluginCall& call) {
  Attachment& attachment = call.attachment;
  std::string problems;
  const auto check = [&](const char* name, const auto& outcome) {
    if (!outcome) append_item(problems, "; ", std::string(name) + ": " + outcome.error().what);
  };
  attachment.container_id = variable("CNI_CONTAINERID");
  check("CNI_CONTAINERID", check_container_id(attachment.container_id));
  attachment.netns = variable("CNI_NETNS");
  attachment.ifname = variable("CNI_IFNAME");
  check("CNI_IFNAME", check_ifname(attachment.ifname));
  const std::string args = variable("CNI_ARGS");
  attachment.args = well_formed_args(args);
  if (call.command != "DEL") check("CNI_ARGS", parse_args(args));
  if (problems.empty()) return {};
  return plugin_error(code::kInvalidEnvironment, problems);
}

Result<void> read_previous_result(PluginCall& call) {
  const ConfigView config = call.config["prevResult"];
  if (!config.is_there()) return {};
  auto result = parse_result(config.json(), call.version);
  if (!result) return plugin_error(code::kDecodeFailure, "'prevResult': " + result.error().what);
  if (result->version != call.version)
    return plugin_error(code::kDecodeFailure, "'prevResult' is of version " + result->version.to_text() +
                                                  ", the configuration of " + call.version.to_text());
  call.previous_result = std::move(*result);
  return {};
}

Result<void> read_valid_attachments(PluginCall& call) {
  const ConfigView config = call.config["cni.dev/valid-attachments"];
  // Without the list everything would be taken for stale.
  if (!config.is_there()) return config.error("is missing");
  for (const ConfigView& one : TRY(config.array()))
    call.valid.push_back({TRY(one["containerID"].text()), TRY(one["ifname"].text())});
  return {};
}

}  // namespace

Result<PluginCall> read_environment() {
  PluginCall call;
  call.command = variable("CNI_COMMAND");
  TRY(check_variables_are_there(call.command));
  if (!is_one_of(kKnown, call.command))
    return plugin_error(code::kInvalidEnvironment, "unknown CNI_COMMAND: " + call.command);
  if (is_one_of(kAboutContainer, call.command)) TRY(read_attachment(call));
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
  auto config = ConfigView::parse(call.input);
  if (!config) return plugin_error(code::kDecodeFailure, "the configuration on stdin: " + config.error().what);
  call.config = std::move(*config);
  const auto text = [&](const char* key) -> Result<std::string> {
    auto value = call.config[key].text_or("");
    if (!value) return plugin_error(code::kDecodeFailure, value.error().what);
    return value;
  };
  call.network = TRY(text("name"));
  if (auto good = check_network_name(call.network); !good) return plugin_error(code::kInvalidConfig, good.error().what);
  auto version = Version::parse(TRY(text("cniVersion")));
  if (!version) return plugin_error(code::kIncompatibleVersion, version.error().what);
  call.version = *version;
  return {};
}

Result<void> read_payload(PluginCall& call) {
  if (is_one_of(kAboutContainer, call.command)) return read_previous_result(call);
  if (call.command == "GC") return read_valid_attachments(call);
  return {};
}

}  // namespace cni
