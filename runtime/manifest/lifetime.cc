// How long a pod may be active, what is made again of it, and what is told of an end.
#include <filesystem>

#include "runtime/manifest/parts.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

constexpr std::size_t kMostRules = 20;  // as the API server has it, as are the next two
constexpr std::size_t kMostExitCodes = 255;

std::optional<RestartRule> read_rule(const Reader& given) {
  if (!given.has("action")) given.bad("action", "is missing");
  if (!given.has("exitCodes")) {
    given.bad("exitCodes", "is missing");
    return std::nullopt;
  }
  const Reader codes = given.at("exitCodes");
  if (!codes.has("operator")) codes.bad("operator", "is missing");
  RestartRule rule{.is_in = codes.text("operator") == "In", .exit_codes = {}};
  for (const std::uint64_t code : codes.wholes("values", {}))
    rule.exit_codes.push_back(static_cast<std::uint32_t>(code));
  if (rule.exit_codes.size() > kMostExitCodes) codes.bad("values", "has more than 255 exit codes");
  return rule;
}

}  // namespace

std::optional<std::uint32_t> read_active_deadline(const Reader& parent) {
  const auto seconds = parent.whole("activeDeadlineSeconds", {1, kLongestActive});
  return seconds ? std::optional(static_cast<std::uint32_t>(*seconds)) : std::nullopt;
}

RestartPolicy restart_policy(std::string_view word) {
  if (word == "Never") return RestartPolicy::never;
  return word == "OnFailure" ? RestartPolicy::on_failure : RestartPolicy::always;
}

// The file itself is podrun's: here is only where the container has it.
TerminationMessage read_termination_message(const Reader& container) {
  TerminationMessage message{.path = kMessageFile, .falls_back_to_log = false};
  message.falls_back_to_log = container.text("terminationMessagePolicy") == "FallbackToLogsOnError";
  const std::string given = container.text("terminationMessagePath");
  if (given.empty()) return message;
  message.path = std::filesystem::path(given).lexically_normal();
  const bool is_in_kernels = message.path == "/proc" || message.path.starts_with("/proc/");
  if (!given.starts_with('/'))
    container.bad("terminationMessagePath", quote(given) + " does not begin with '/'");
  else if (message.path.ends_with('/') || message.path == "/dev" || is_in_kernels)
    container.bad("terminationMessagePath", quote(given) + " is no place for a file");
  return message;
}

OwnRestart read_restart(const Reader& container) {
  OwnRestart own;
  if (container.has("restartPolicy")) own.policy = restart_policy(container.text("restartPolicy"));
  const std::vector<Reader> rules = container.items("restartPolicyRules");
  if (!rules.empty() && !own.policy)
    container.bad("restartPolicy", "is missing beside restartPolicyRules, which go before it");
  if (rules.size() > kMostRules) container.bad("restartPolicyRules", "has more than 20 rules");
  for (const Reader& given : rules)
    if (auto rule = read_rule(given)) own.rules.push_back(std::move(*rule));
  return own;
}

}  // namespace podrun::manifest
