// What a plugin makes of prevResult, and of what it is asked for by capability. Spec, section 5, ADD Success.
#include <algorithm>
#include <map>
#include <set>

#include "kit/src/checks/chapter.h"
#include "kit/src/checks/sections.h"
#include "kit/src/spoil.h"

namespace cni::kit {
namespace {

// Of another interface that another plugin made.
Json another_result(const Version& version) {
  Json result{{"cniVersion", version.to_text()},
              {"interfaces", {{{"name", "kit-other"}, {"mac", "02:00:00:00:00:07"}}}},
              {"ips", {{{"address", "192.0.2.7/24"}, {"interface", 0}}}},
              {"routes", {{{"dst", "192.0.2.128/25"}}}},
              {"dns", {{"search", {"other.example"}}}}};
  return result;
}

// Catches who makes its own result and forgets what came before it.
Verdict passes_prev_result_on(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Call call =
      with_config(lab.call("ADD", pod), [&](Json& config) { config["prevResult"] = another_result(lab.version()); });
  const Answer answer = lab.run(call);
  // It may refuse to come after others.
  if (!answer.succeeded()) return expect_composure(answer, "ADD with a prevResult");
  for (const char* part : {"kit-other", "192.0.2.7/24", "192.0.2.128/25"})
    if (answer.outcome.output.find(part) == std::string::npos)
      return failed(std::string("what came before in the result: '") + part + "'", answer.printed());
  return passed();
}

// Empty lists and objects say nothing.
Json pruned(Json json) {
  if (!json.is_object()) return json;
  for (auto at = json.begin(); at != json.end();) {
    *at = pruned(*at);
    at = at->is_null() || (at->is_structured() && at->empty()) ? json.erase(at) : std::next(at);
  }
  return json;
}

Verdict returns_what_it_left(Lab& lab) {
  if (lab.target().no_op.is_null())
    return not_applicable("no configuration is known with which it changes nothing ('noOp' of a profile)");
  KIT_REQUIRE(lab.has_what_it_needs());
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Call call = with_config(lab.call("ADD", pod), [&](Json& config) {
    Json bare = lab.target().no_op;
    for (const char* key : {"cniVersion", "name", "type", "prevResult"}) bare[key] = config[key];
    config = bare;
  });
  const Answer answer = lab.run(call);
  KIT_REQUIRE(expect_success(answer, "ADD with a configuration that asks for no change of the result"));
  const Json was = pruned(config_of(call)["prevResult"]), is = pruned(answer.document);
  if (was == is) return passed();
  std::vector<std::string> changes;
  for (const Json& change : Json::diff(was, is)) changes.push_back(change.dump());
  return failed("prevResult as it was", "it is changed", changes);
}

Verdict needs_a_prev_result(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Call call = with_config(lab.call("ADD", pod), [](Json& config) { config.erase("prevResult"); });
  const Answer answer = lab.run(call);
  KIT_REQUIRE(expect_failure(answer, "ADD without prevResult"));
  return expect_composure(answer, "ADD without prevResult");
}

// A value for each capability that shows; {} where none can be made up.
const std::map<std::string, Json>& samples() {
  static const std::map<std::string, Json> known{
      {"portMappings", {{{"hostPort", 18080}, {"containerPort", 80}, {"protocol", "tcp"}}}},
      {"bandwidth",
       {{"ingressRate", 1000000}, {"ingressBurst", 1000000}, {"egressRate", 1000000}, {"egressBurst", 1000000}}},
      {"mac", "c2:11:22:33:44:55"},
      {"ipRanges", {{{{"subnet", "10.237.0.0/16"}}}}},
  };
  return known;
}

using Lines = std::set<std::string>;

// What an ADD with these capability arguments changes, told by lines; and its result.
Verdict effect_of_capability(Lab& lab, const Json& arguments, Lines& lines, Answer& answer) {
  Pod& pod = lab.pod();
  pod.id = "kit-capability";  // names that are made of the id are the same then
  pod.runtime_config = arguments;
  KIT_REQUIRE(lab.prepare(pod));
  const World before = lab.world();
  answer = lab.run(lab.call("ADD", pod));
  for (const std::string& line : difference(before, lab.world())) lines.insert(line);
  pod.result = answer.document;
  if (!answer.succeeded()) return passed();
  const Answer removed = lab.del(pod);
  return removed.succeeded() ? passed() : skipped("DEL failed: " + removed.text());
}

Verdict does_as_asked(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  const Json declared = lab.target().config.value("capabilities", Json::object());
  bool any = false;
  for (const auto& [capability, is_on] : declared.items()) {
    const auto sample = samples().find(capability);
    if (is_on != true || sample == samples().end()) continue;
    any = true;
    Lines with, once, again;
    Answer answer;
    // What comes with the first pod for all, and what differs between pods by itself, is no effect of the capability:
    // numbers of lines are compared, and for a value that can be looked for the value.
    KIT_REQUIRE(effect_of_capability(lab, Json::object(), once, answer));
    KIT_REQUIRE(effect_of_capability(lab, Json::object(), again, answer));
    KIT_REQUIRE(effect_of_capability(lab, {{capability, sample->second}}, with, answer));
    KIT_REQUIRE(expect_success(answer, "ADD with capability '" + capability + "': " + sample->second.dump()));
    const std::string value = sample->second.is_string() ? sample->second.get<std::string>() : "";
    const bool shows =
        value.empty() ? with.size() != again.size() || answer.outcome.output.find("10.237.") != std::string::npos
                      : std::any_of(with.begin(), with.end(),
                                    [&](const std::string& line) { return line.find(value) != std::string::npos; });
    if (!shows)
      return failed("something that ADD does with capability '" + capability + "' and else not",
                    "nothing in the host and the pod", {with.begin(), with.end()});
  }
  return any ? passed() : not_applicable("it declares no capability that the kit can ask for");
}

// "isDefaultGateway" is bridge's, and has a meaning beside an explicit default route without a gateway.
Verdict bears_two_default_routes(Lab& lab) {
  const Json& config = lab.target().config;
  if (!config.contains("isGateway") && !config.contains("isDefaultGateway"))
    return not_applicable("it has no isDefaultGateway");
  if (!lab.subject().lacks.empty() || !lab.target().delegates()) return skipped("it has no addresses");
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Call call = with_config(lab.call("ADD", pod), [](Json& json) {
    json["isDefaultGateway"] = true;
    json["ipam"] = {{"type", "kit-ipam"}, {"routes", {{{"dst", "0.0.0.0/0"}}, {{"dst", "::/0"}}}}};
  });
  return expect_success(lab.run(call), "ADD with isDefaultGateway, and a default route without gw of the IPAM plugin");
}

}  // namespace

std::vector<Check> passing_on_checks() {
  constexpr Applies kAfter{.roles = kChained, .from = {0, 3, 0}};
  return {
      {{"A19", Level::must, "passes on what came before it", kAddSuccessSection},
       {.roles = kInterfaces, .from = {1, 0, 0}, .once = true},
       passes_prev_result_on},
      {{"A20", Level::must, "returns prevResult as it was where it changes nothing of it", kAddSuccessSection},
       kAfter,
       returns_what_it_left},
      {{"A21", Level::should, "refuses to come first", kAddSection},
       {.roles = kChained, .once = true},
       needs_a_prev_result},
      {{"A22", Level::should, "does what it is asked for by capability", "Spec, section 3, Deriving runtimeConfig"},
       {.once = true},
       does_as_asked},
      {{"A24", Level::should, "takes isDefaultGateway beside a default route without a gateway", "Plugins, bridge"},
       {.roles = kInterfaces, .once = true},
       bears_two_default_routes},
  };
}

}  // namespace cni::kit
