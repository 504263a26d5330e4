#include "kit/src/spoil.h"

#include <algorithm>

#include "kit/helper/places.h"

namespace cni::kit {

Call with_variable(Call call, const std::string& name, const std::string& value) {
  call.environment[name] = value;
  return call;
}

Call without_variable(Call call, const std::string& name) {
  call.environment.erase(name);
  return call;
}

Call with_input(Call call, std::string input) {
  call.input = std::move(input);
  return call;
}

Call with_config(Call call, const std::function<void(Json&)>& change) {
  Json config = config_of(call);
  change(config);
  call.input = config.dump();
  return call;
}

Json config_of(const Call& call) { return Json::parse(call.input); }

Call with_stub_ipam(const Call& call) {
  return with_config(call, [](Json& config) { config["ipam"] = {{"type", kIpamPlugin}}; });
}

Verdict expect_success(const Answer& answer, const std::string& what) {
  return answer.succeeded() ? passed() : failed("success of " + what, answer.text());
}

Verdict expect_failure(const Answer& answer, const std::string& what) {
  const bool ended = answer.outcome.end == RunOutcome::End::exited;
  return ended && !answer.succeeded() ? passed() : failed("an error for " + what, answer.text());
}

Verdict expect_code(const Answer& answer, std::initializer_list<int> codes, const std::string& what) {
  KIT_REQUIRE(expect_failure(answer, what));
  if (std::find(codes.begin(), codes.end(), answer.code()) != codes.end()) return passed();
  std::string wanted;
  for (const int code : codes) wanted += (wanted.empty() ? "" : " or ") + std::to_string(code);
  return falls_short("an error of code " + wanted + " for " + what, answer.text());
}

Verdict expect_too_early(const Lab& lab, const Answer& answer, const std::string& command, const Version& since) {
  const std::string what = command + " in " + lab.version().to_text() + ", which has none";
  if (lab.target().versions.back() < since) return expect_failure(answer, what);
  return expect_code(answer, {1, 4}, what);
}

Verdict expect_composure(const Answer& answer, const std::string& what) {
  if (answer.succeeded() || answer.is_error()) return passed();
  if (answer.outcome.end != RunOutcome::End::exited || answer.outcome.errors.find("panic:") != std::string::npos)
    return failed("success of " + what + ", or an error", answer.text(), {answer.outcome.errors.substr(0, 400)});
  return falls_short("success of " + what + ", or an error told on stdout", answer.text(),
                     {answer.outcome.errors.substr(0, 400)});
}

}  // namespace cni::kit
