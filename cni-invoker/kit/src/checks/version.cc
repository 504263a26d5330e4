// VERSION, and what a plugin does with versions. Spec, section 2, VERSION; section 5, VERSION Success.
#include <algorithm>
#include <set>

#include "kit/src/checks/sections.h"
#include "kit/src/spoil.h"
#include "kit/src/world/leftovers.h"

namespace cni::kit {
namespace {

// What is wrong with the answer; empty: nothing.
std::string fault_of(const Answer& answer) {
  if (!answer.succeeded()) return answer.text();
  if (!answer.document.is_object()) return "stdout is no JSON object: " + answer.printed();
  if (!answer.document.contains("cniVersion") || !answer.document["cniVersion"].is_string()) return "no cniVersion";
  const Json supported = answer.document.value("supportedVersions", Json());
  if (!supported.is_array() || supported.empty()) return "no supportedVersions";
  std::set<std::string> seen;
  for (const Json& version : supported) {
    if (!version.is_string() || !Version::parse(version.get<std::string>())) return "no version: " + version.dump();
    if (!seen.insert(version.get<std::string>()).second) return "twice: " + version.dump();
  }
  return "";
}

Verdict must_tell(const Answer& answer, const std::string& how = "") {
  const std::string fault = fault_of(answer);
  return fault.empty() ? passed() : failed("cniVersion, and a list of supportedVersions" + how, fault);
}

Call version_call(const Lab& lab) {
  return with_input(lab.call("VERSION", {}), Json{{"cniVersion", lab.version().to_text()}}.dump());
}

Verdict answers_version(Lab& lab) { return must_tell(lab.run(version_call(lab))); }

Verdict needs_no_input(Lab& lab) {
  return must_tell(lab.run(with_input(version_call(lab), "")), " with nothing on stdin");
}

Verdict needs_the_command_alone(Lab& lab) {
  Call call = version_call(lab);
  call.environment = {{"CNI_COMMAND", "VERSION"}};
  return must_tell(lab.run(call), " where CNI_COMMAND is all of the environment");
}

// Catches who answers with the newest version it knows, whatever was asked in.
Verdict echoes_the_version(Lab& lab) {
  const Answer answer = lab.run(version_call(lab));
  KIT_REQUIRE(must_tell(answer));
  const std::string asked = lab.version().to_text();
  const std::string told = answer.document["cniVersion"].get<std::string>();
  return told == asked ? passed() : failed("cniVersion of stdin, " + asked, told);
}

// Lists, and with them prevResult, came with 0.3.0. Who cannot be run without one has no use for older versions, though
// runtimes give it in those, too.
Verdict needs_no_result_before_lists(Lab& lab, const std::string& what) {
  if (lab.target().role != Role::chained || lab.version() >= Version{0, 3, 0}) return passed();
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Answer answer =
      lab.run(with_config(lab.call("ADD", pod), [](Json& config) { config.erase("prevResult"); }));
  if (answer.succeeded()) return passed();
  return falls_short("success of " + what + ", without a prevResult, which that version has not", answer.text());
}

Verdict accepts_what_it_told(Lab& lab) {
  const std::string what = "ADD in " + lab.version().to_text() + ", which VERSION tells";
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Answer answer = lab.run(lab.call("ADD", pod));
  if (answer.code() == 1) return failed(what, answer.text());  // whatever else is wrong is A1's
  return needs_no_result_before_lists(lab, what);
}

Verdict refuses_what_it_did_not_tell(Lab& lab) {
  const Answer told = lab.run(version_call(lab));
  KIT_REQUIRE(must_tell(told));
  std::vector<std::string> others{"9.0.0"};
  const Json& all = told.document["supportedVersions"];
  for (const Version& version : kKnownVersions)
    if (std::find(all.begin(), all.end(), Json(version.to_text())) == all.end()) others.push_back(version.to_text());
  for (const std::string& version : others) {
    Pod& pod = lab.pod();
    KIT_REQUIRE(lab.prepare(pod));
    const Call call = with_config(lab.call("ADD", pod), [&](Json& config) {
      config["cniVersion"] = version;
      if (config.contains("prevResult")) config["prevResult"]["cniVersion"] = version;
    });
    KIT_REQUIRE(expect_code(lab.run(call), {1}, "ADD in " + version + ", which VERSION does not tell"));
  }
  return passed();
}

Verdict changes_nothing_in_version(Lab& lab) {
  Pod& pod = lab.pod();
  const World before = lab.world();
  Call call = lab.call("ADD", pod);  // all that a confused plugin could act on
  call.environment["CNI_COMMAND"] = "VERSION";
  KIT_REQUIRE(must_tell(lab.run(call)));
  return expect_same_world(lab, before, "VERSION");
}

}  // namespace

std::vector<Check> version_checks() {
  constexpr Applies kAll{}, kOnce{.once = true};
  // Before 0.2.0 there was no VERSION, and before 1.0.0 its cniVersion was that of the answer.
  constexpr Applies kEcho{.from = {1, 0, 0}};
  return {
      {{"V1", Level::must, "answers VERSION with the versions it knows", kVersionSuccessSection},
       kOnce,
       answers_version},
      {{"V2", Level::should, "answers VERSION with nothing on stdin", kVersionSection}, kOnce, needs_no_input},
      {{"V3", Level::must, "answers VERSION with CNI_COMMAND alone in its environment", kVersionSection},
       kOnce,
       needs_the_command_alone},
      {{"V4", Level::must, "answers VERSION with the version that it was asked in", kVersionSuccessSection},
       kEcho,
       echoes_the_version},
      {{"V5", Level::must, "takes a configuration of each version that it tells", kVersionSection},
       kAll,
       accepts_what_it_told},
      {{"V6", Level::must, "refuses a configuration of a version that it does not tell, with code 1", kErrorSection},
       kOnce,
       refuses_what_it_did_not_tell},
      {{"V7", Level::must, "changes nothing in VERSION", kVersionSection}, kOnce, changes_nothing_in_version},
  };
}

}  // namespace cni::kit
