#include "cni/skel.h"

#include <strings.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "cni/base/files.h"
#include "cni/base/netns.h"
#include "cni/base/try.h"
#include "plugin_answer.h"
#include "skel_call.h"
#include "skel_delegate.h"
#include "skel_version.h"

namespace cni {
namespace {

constexpr std::size_t kMaxRequest = 16U << 20U;

// The commands by the version they came with.
Result<void> check_version(const Plugin& plugin, const PluginCall& call) {
  const auto refuse = [&](const std::string& why) {
    return plugin_error(code::kIncompatibleVersion, "incompatible CNI versions",
                        why + "; supported: " + versions_text(plugin.versions()));
  };
  const std::vector<Version> all = plugin.versions();
  if (std::find(all.begin(), all.end(), call.version) == all.end())
    return refuse("config is " + call.version.to_text());
  if (call.command == "CHECK" && !call.version.has_check()) return refuse("CHECK is from 0.4.0 on");
  if ((call.command == "GC" || call.command == "STATUS") && !call.version.has_gc_and_status())
    return refuse(call.command + " is from 1.1.0 on");
  return {};
}

bool netns_is_not_to_be_checked() {
  const char* value = std::getenv("CNI_NETNS_OVERRIDE");
  return value != nullptr && (::strcasecmp(value, "true") == 0 || std::string_view(value) == "1");
}

// Before anything is done in it: what is meant for a container must not be done to the host.
Result<void> check_netns(const PluginCall& call) {
  if (netns_is_not_to_be_checked()) return {};
  const auto is_own = base::is_own_netns(call.attachment.netns);
  if (!is_own) {
    // What is gone, or never was given, is no reason not to take away the rest.
    if (call.command == "DEL") return {};
    return plugin_error(code::kInvalidNetns, "CNI_NETNS: " + is_own.error().what);
  }
  if (*is_own)
    return plugin_error(code::kInvalidNetns,
                        "CNI_NETNS: '" + call.attachment.netns + "' is the plugin's own network namespace");
  return {};
}

// What is to be printed on stdout.
Result<std::string> answer(Plugin& plugin, PluginCall& call) {
  if (call.command == "VERSION") return answer_to_version(plugin.versions());
  auto input = base::read_all(0, "stdin", kMaxRequest);
  if (!input) return plugin_error(code::kIoFailure, input.error().what);
  TRY(read_config(call, std::move(*input)));
  TRY(check_version(plugin, call));
  TRY(read_payload(call));
  if (call.command == "GC" || call.command == "STATUS") {
    TRY(call.command == "GC" ? plugin.gc(call) : plugin.status(call));
    return std::string();
  }
  TRY(check_netns(call));
  if (call.command == "ADD") return to_json(TRY(plugin.add(call)), call.version);
  TRY(call.command == "DEL" ? plugin.del(call) : plugin.check(call));
  return std::string();
}

std::string error_text(const Error& error, const Version& version) {
  const PluginFailure* failure = plugin_failure(error);
  JsonObject object;
  object.set("cniVersion", json_text(version.to_text()));
  object.set("code", std::to_string(failure == nullptr ? code::kGeneric : failure->code));
  object.set("msg", json_text(failure == nullptr ? error.what : failure->message));
  if (failure != nullptr && !failure->details.empty()) object.set("details", json_text(failure->details));
  return object.dump();
}

// An ADD of which a DEL is still owed. What is printed of an error is its failure, so that tells it, too.
Error failed_twice(const Error& add, const Error& del) {
  const PluginFailure* failure = plugin_failure(add);
  const std::string also = "its DEL failed too: " + del.what;
  const std::string details = failure == nullptr || failure->details.empty() ? also : failure->details + "; " + also;
  Error both = failure == nullptr ? plugin_error(code::kGeneric, add.what, details)
                                  : plugin_error(failure->code, failure->message, details);
  both.what = add.what + "; " + also;
  return both;
}

int print(const std::string& text, int status) {
  const bool printed = text.empty() || base::write_all(1, text + "\n", "stdout");
  return printed ? status : 1;
}

}  // namespace

Error plugin_error(unsigned code, std::string message, std::string details) {
  PluginFailure failure;
  failure.code = code;
  failure.message = message;
  failure.details = std::move(details);
  auto detail = std::make_shared<PluginFailures>();
  detail->all.push_back(std::move(failure));
  return {Kind::plugin, 0, std::move(message), std::move(detail)};
}

int run_plugin(Plugin& plugin) {
  auto call = read_environment();
  if (!call) return print(error_text(call.error(), kNewestVersion), 1);
  const auto text = answer(plugin, *call);
  if (text) return print(*text, 0);
  return print(error_text(text.error(), is_known(call->version) ? call->version : kNewestVersion), 1);
}

Result<void> delegate(const PluginCall& call, const std::string& type, const std::string& command) {
  TRY(delegate_output(call, type, command));
  return {};
}

Result<NetworkResult> delegate_add(const PluginCall& call, const std::string& type) {
  const auto run = [&]() -> Result<NetworkResult> {
    const RunOutcome outcome = TRY(delegate_output(call, type, "ADD"));
    return result_of_add(type, call.version, outcome);
  };
  auto result = run();
  if (result) return result;
  const auto undone = delegate(call, type, "DEL");
  return undone ? std::move(result).error() : failed_twice(result.error(), undone.error());
}

}  // namespace cni
