#include "skel_delegate.h"

#include <unistd.h>

#include <string_view>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "plugin_answer.h"

namespace cni {
namespace {

// Ends before the runtime's own limit for the plugin that delegates, as a rule.
constexpr std::chrono::minutes kLimit{4};

Environment environment_for(const std::string& command) {
  Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || text.substr(0, equals) == "CNI_COMMAND") continue;
    environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  environment.emplace_back("CNI_COMMAND", command);
  return environment;
}

}  // namespace

Result<RunOutcome> delegate_output(const PluginCall& call, const std::string& type, const std::string& command) {
  ProcessRunner runner;
  RunRequest request;
  request.path = TRY(runner.find(type, call.path));
  request.environment = environment_for(command);
  request.input = call.input;
  request.timeout = kLimit;
  RunOutcome outcome = TRY(runner.exec(request));
  TRY(base::write_all(2, outcome.errors, "stderr"));
  if (!outcome.succeeded()) return to_error(failure_of(command, type, outcome));
  return outcome;
}

}  // namespace cni
