// What comes back: errors that can be read, and nothing on stdout where nothing is to be said. Spec, section 5.
#include "kit/src/checks/chapter.h"
#include "kit/src/checks/sections.h"
#include "kit/src/spoil.h"

namespace cni::kit {
namespace {

struct Failure {
  std::string what;
  Call call;
};

// Of several kinds, which every plugin has to refuse.
std::vector<Failure> failures(Lab& lab, const Pod& pod) {
  const Call good = lab.call("ADD", pod);
  return {{"an unknown command", with_variable(good, "CNI_COMMAND", "KIT")},
          {"ADD without CNI_CONTAINERID", without_variable(good, "CNI_CONTAINERID")},
          {"ADD with nothing on stdin", with_input(good, "")},
          {"ADD in version 9.0.0", with_config(good, [](Json& config) { config["cniVersion"] = "9.0.0"; })},
          {"ADD with types that are wrong", with_config(good, [](Json& config) {
             config["name"] = Json::array();
             config["ipam"] = 7;
             config["capabilities"] = 7;
           })}};
}

Verdict tells_errors(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  for (const Failure& failure : failures(lab, pod)) {
    const Answer answer = lab.run(failure.call);
    if (answer.succeeded() || answer.is_error()) continue;  // that it must fail is another check's
    return failed("one JSON object on stdout for " + failure.what + ", with a number 'code' and a string 'msg'",
                  answer.text(), {"stderr: " + answer.outcome.errors.substr(0, 400)});
  }
  return passed();
}

Verdict tells_the_version_of_errors(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  for (const Failure& failure : failures(lab, pod)) {
    const Answer answer = lab.run(failure.call);
    if (!answer.is_error()) continue;
    if (!answer.document.contains("cniVersion") || !answer.document["cniVersion"].is_string())
      return failed("cniVersion in the error for " + failure.what, answer.printed());
  }
  return passed();
}

Verdict says_nothing_in_success(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  std::vector<std::string> commands;
  if (lab.version().has_check()) commands.emplace_back("CHECK");
  if (lab.version().has_gc_and_status()) commands.emplace_back("STATUS");
  commands.emplace_back("DEL");
  if (lab.version().has_gc_and_status()) commands.emplace_back("GC");
  for (const std::string& command : commands) {
    Call call = lab.call(command, command == "STATUS" || command == "GC" ? Pod{} : pod);
    if (command == "GC") call = with_config(call, [](Json& c) { c["cni.dev/valid-attachments"] = Json::array(); });
    const Answer answer = lab.run(call);
    if (answer.succeeded() && answer.outcome.output.find_first_not_of(" \t\r\n") != std::string::npos)
      return failed("nothing on stdout from " + command + " that succeeds", answer.printed());
  }
  return passed();
}

}  // namespace

std::vector<Check> answer_checks() {
  constexpr Applies kOnce{.once = true};
  return {
      {{"N13", Level::should, "tells every error as an error", kErrorSection}, kOnce, tells_errors},
      {{"N14", Level::should, "tells the version that its errors are in", kErrorSection},
       kOnce,
       tells_the_version_of_errors},
      {{"N15", Level::should, "prints nothing where there is no result", "Spec, section 2, CNI operations"},
       kOnce,
       says_nothing_in_success},
  };
}

}  // namespace cni::kit
