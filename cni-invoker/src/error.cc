#include "cni/error.h"

#include <memory>

namespace cni {
namespace {

// Log text on one line, and only its end: that is where the cause stands.
std::string one_line(std::string_view text) {
  constexpr std::size_t kLongest = 500;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::string line = text.size() > kLongest ? "…" : "";
  for (const char c : text.substr(text.size() > kLongest ? text.size() - kLongest : 0)) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    line += control ? ' ' : c;
  }
  return line;
}

std::string end_of(const PluginFailure& failure) {
  if (failure.timed_out) return "killed: it ran out of time";
  if (failure.signal != 0) return "ended by signal " + std::to_string(failure.signal);
  return "exit status " + std::to_string(failure.exit_code);
}

std::string sentence(const PluginFailure& failure) {
  std::string what = "plugin '" + failure.plugin + "' " + failure.operation + ": " + one_line(failure.message);
  if (!failure.details.empty()) what += "; " + one_line(failure.details);
  what += " (";
  if (failure.code != code::kUnknown) what += "code " + std::to_string(failure.code) + ", ";
  return what + end_of(failure);
}

std::string with_stderr(std::string what, const PluginFailure& failure) {
  return failure.stderr_text.empty() ? what : what + "; stderr: " + one_line(failure.stderr_text);
}

std::string whole_text(const PluginFailure& failure) {
  return with_stderr(sentence(failure) + " after " + std::to_string(failure.duration.count() / 1000) + " ms)", failure);
}

// Where a plugin printed no error, what it logged is all that tells why.
std::string lasting_text(const PluginFailure& failure) {
  const std::string what = sentence(failure) + ")";
  return failure.code == code::kUnknown ? with_stderr(what, failure) : what;
}

}  // namespace

Remedy PluginFailure::remedy() const {
  if (timed_out) return Remedy::retry;
  switch (code) {
    case code::kIncompatibleVersion:
    case code::kUnsupportedField:
    case code::kDecodeFailure:
    case code::kInvalidConfig:
      return Remedy::fix_config;
    case code::kUnknownContainer:
      return Remedy::nothing_to_do;
    case code::kInvalidEnvironment:
    case code::kInvalidNetns:
      return Remedy::fix_caller;
    case code::kIoFailure:
      return Remedy::retry;
    case code::kTryAgainLater:
      return Remedy::retry_later;
    case code::kNotAvailable:
      return Remedy::not_ready;
    case code::kLimitedConnectivity:
      return Remedy::degraded;
    default:
      return Remedy::none;
  }
}

const std::vector<PluginFailure>& plugin_failures(const Error& error) {
  static const std::vector<PluginFailure> kNone;
  const auto* failures = dynamic_cast<const PluginFailures*>(error.detail.get());
  return failures == nullptr ? kNone : failures->all;
}

const PluginFailure* plugin_failure(const Error& error) {
  const std::vector<PluginFailure>& all = plugin_failures(error);
  return all.empty() ? nullptr : &all.front();
}

Error to_error(PluginFailure failure) {
  std::string what = whole_text(failure);
  const Kind kind = failure.timed_out ? Kind::timeout : Kind::plugin;
  auto detail = std::make_shared<PluginFailures>();
  detail->all.push_back(std::move(failure));
  return {kind, 0, std::move(what), std::move(detail)};
}

std::string lasting_text(const Error& error) {
  std::string text = error.what;
  for (const PluginFailure& failure : plugin_failures(error)) {
    const std::string whole = whole_text(failure);
    if (const auto at = text.find(whole); at != std::string::npos)
      text.replace(at, whole.size(), lasting_text(failure));
  }
  return text;
}

Error join_errors(std::vector<Error> errors) {
  if (errors.size() == 1) return std::move(errors.front());
  auto detail = std::make_shared<PluginFailures>();
  std::string what;
  for (const Error& error : errors) {
    what += (what.empty() ? "" : "; ") + error.what;
    const std::vector<PluginFailure>& failures = plugin_failures(error);
    detail->all.insert(detail->all.end(), failures.begin(), failures.end());
  }
  return {errors.front().kind, errors.front().error_number, std::move(what), std::move(detail)};
}

}  // namespace cni
