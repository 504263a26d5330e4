#include "plugin_answer.h"

#include <algorithm>
#include <array>

#include "cni/json.h"
#include "go_json_text.h"
#include "lenient_json.h"

namespace cni {
namespace {

using Json = nlohmann::json;

std::string excerpt(const std::string& output) {
  constexpr std::size_t kLongest = 500;
  return output.size() <= kLongest ? output : output.substr(0, kLongest) + "…";
}

// The error object as far as it can be read. False when the text is none: wrong types, two documents, no JSON.
bool read_error_object(const std::string& output, PluginFailure& failure) {
  if (!check_json(output)) return false;
  const Json document = parse_tree(output);
  const auto code = unsigned_member(document, "code");
  auto message = text_member(document, "msg");
  auto details = text_member(document, "details");
  if (!document.is_object() || !code || !message || !details || *code > 0xFFFFFFFFU) return false;
  failure.code = static_cast<unsigned>(*code);
  failure.message = std::move(*message);
  failure.details = std::move(*details);
  return failure.code != code::kUnknown || !failure.message.empty();
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

PluginFailure facts_of(const std::string& operation, const std::string& plugin, const RunOutcome& outcome) {
  PluginFailure failure;
  failure.plugin = plugin;
  failure.operation = operation;
  failure.exit_code = outcome.exit_code;
  failure.signal = outcome.signal;
  failure.timed_out = outcome.end == RunOutcome::End::timed_out;
  failure.duration = outcome.duration;
  failure.stderr_text = outcome.errors;
  return failure;
}

Error not_a_result(const std::string& plugin, const RunOutcome& outcome, const std::string& why,
                   const std::string& what = "no result") {
  PluginFailure failure = facts_of("ADD", plugin, outcome);
  failure.message = "succeeded, but printed " + what + ": " + why;
  return to_error(std::move(failure));
}

bool looks_like_error(const Json& document) {
  constexpr std::array kResultKeys = {"ips", "interfaces", "ip4", "ip6", "routes", "dns"};
  const auto code = unsigned_member(document, "code");
  const bool has_code = code && *code != 0;
  return (has_code || find_member(document, "msg") != nullptr) &&
         std::none_of(kResultKeys.begin(), kResultKeys.end(),
                      [&](const char* key) { return find_member(document, key) != nullptr; });
}

}  // namespace

PluginFailure failure_of(const std::string& operation, const std::string& plugin, const RunOutcome& outcome) {
  PluginFailure failure = facts_of(operation, plugin, outcome);
  if (outcome.end == RunOutcome::End::too_much_output) {
    failure.message = "killed: it printed more than " +
                      std::to_string(std::max(outcome.output.size(), outcome.errors.size())) + " bytes";
    failure.stderr_text.clear();  // nobody reads megabytes
  } else if (outcome.end == RunOutcome::End::timed_out || is_blank(outcome.output)) {
    failure.message = is_blank(outcome.errors) ? "no error message" : "printed no error object";
  } else if (!read_error_object(outcome.output, failure)) {
    failure.code = code::kUnknown;
    failure.message = "failed without a readable error object, stdout: " + excerpt(outcome.output);
  }
  return failure;
}

Result<NetworkResult> result_of_add(const std::string& plugin, const Version& version, const RunOutcome& outcome) {
  if (is_blank(outcome.output)) return not_a_result(plugin, outcome, "stdout is empty");
  auto result = parse_result(outcome.output, version);
  if (!result) return not_a_result(plugin, outcome, result.error().what + ", stdout: " + excerpt(outcome.output));
  if (looks_like_error(parse_tree(outcome.output))) {
    PluginFailure failure = facts_of("ADD", plugin, outcome);
    if (!read_error_object(outcome.output, failure)) failure.message = "stdout: " + excerpt(outcome.output);
    failure.message = "exited with 0, but printed an error: " + failure.message;
    return to_error(std::move(failure));
  }
  if (auto checked = check_dns(result->dns); !checked)
    return not_a_result(plugin, outcome, checked.error().what, "a result that cannot be used");
  return result;
}

Result<std::vector<std::string>> versions_of(const std::string& plugin, const RunOutcome& outcome) {
  if (!outcome.succeeded()) {
    PluginFailure failure = failure_of("VERSION", plugin, outcome);
    // Plugins of before 0.2.0 answer so, and implement 0.1.0.
    if (failure.message == "unknown CNI_COMMAND: VERSION") return std::vector<std::string>{"0.1.0"};
    return to_error(std::move(failure));
  }
  const auto bad = [&](const std::string& why) {
    PluginFailure failure = facts_of("VERSION", plugin, outcome);
    failure.message = why + ", stdout: " + excerpt(outcome.output);
    return to_error(std::move(failure));
  };
  if (!check_json(outcome.output)) return bad("printed no JSON");
  const Json document = parse_tree(outcome.output);
  const auto own = text_member(document, "cniVersion");
  auto supported = texts_member(document, "supportedVersions");
  if (!own || own->empty()) return bad("'cniVersion' is missing");
  if (!supported) return bad(supported.error().what);
  if (!supported->empty()) return supported;
  if (*own == "0.2.0") return std::vector<std::string>{"0.1.0", "0.2.0"};
  return bad("'supportedVersions' is missing");
}

}  // namespace cni
