#include "kit/helper/delegate.h"

#include <nlohmann/json.hpp>

#include "cni/base/try.h"
#include "cni/record.h"
#include "kit/helper/behind.h"
#include "kit/src/delegates/line_socket.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

Json to_json(const Behind& behind) {
  Json environment = Json::object();
  for (const auto& [name, value] : behind.request.environment) environment[name] = value;
  return {{"caller", behind.caller},
          {"path", behind.request.path},
          {"environment", environment},
          {"stdin", behind.request.input}};
}

// As a plugin fails.
RunOutcome refusal(const std::string& why) {
  RunOutcome outcome;
  outcome.exit_code = 1;
  outcome.output = Json{{"code", 999}, {"msg", why}}.dump() + "\n";
  return outcome;
}

Result<int> run_by(LineSocket& told, Behind behind) {
  ProcessRunner runner;
  for (;;) {
    TRY(told.write({{"before", to_json(behind)}}));
    const Json wish = TRY(told.read());
    if (wish.contains("error")) return end_as(refusal(wish.at("error")));
    behind.request.input = wish.at("stdin");
    Recorded done = run_recorded(runner, behind.request);
    TRY(told.write({{"after", {{"caller", behind.caller}, {"recording", Json::parse(to_json(done.recording))}}}}));
    const Json answer = TRY(told.read());
    if (answer.contains("again")) continue;
    if (answer.contains("error")) return end_as(refusal(answer.at("error")));
    RunOutcome outcome = TRY(std::move(done.outcome));
    if (answer.contains("stdout")) outcome.output = answer.at("stdout");
    return end_as(outcome);
  }
}

}  // namespace

bool is_delegate(std::string_view path) { return path.starts_with(kDelegatesBegin); }

Result<int> run_delegate(const std::string& path) {
  Behind behind = TRY(behind_link(path));
  auto told = LineSocket::connect(path.substr(0, path.rfind('/') + 1) + kDelegatesSocket);
  if (told) return run_by(*told, std::move(behind));
  // Who was told has ended, and the plugin goes on.
  ProcessRunner runner;
  return end_as(TRY(runner.exec(behind.request)));
}

}  // namespace cni::kit
