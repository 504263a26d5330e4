// VERSION: what a plugin says of itself. Spec, section 2 (VERSION) and section 5.
#include <set>

#include "kit/src/lab.h"

namespace cni::kit {
namespace {

constexpr const char* kSection = "Spec, section 2, VERSION";

// What is wrong with the answer; empty: nothing.
std::string fault_of(const Answer& answer) {
  if (!answer.succeeded()) return answer.text();
  if (!answer.document.is_object()) return "stdout is no JSON object: " + answer.outcome.output.substr(0, 200);
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

Verdict answers_version(Lab& lab) {
  const std::string fault = fault_of(lab.run(lab.call("VERSION", {})));
  return fault.empty() ? passed() : failed("cniVersion, and a list of supportedVersions", fault);
}

}  // namespace

std::vector<Check> version_checks() {
  return {
      {{"V1", Level::must, "answers VERSION with the versions it knows", kSection}, {}, answers_version},
  };
}

}  // namespace cni::kit
