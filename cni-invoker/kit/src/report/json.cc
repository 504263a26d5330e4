// The report for programs. docs/testing-your-plugin.md has its members; what is added later leaves these as they are.
#include "kit/src/result_json.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

// One word, as JUnit and others have them.
const char* word_for(Outcome outcome) {
  switch (outcome) {
    case Outcome::passed:
      return "passed";
    case Outcome::failed:
      return "failed";
    case Outcome::skipped:
      return "skipped";
    case Outcome::not_applicable:
      return "notApplicable";
    case Outcome::told:
      return "told";
  }
  return "";
}

Json result_to_json(const CheckResult& result) {
  Json json = found_to_json(result);
  json["id"] = result.check.id;
  json["level"] = to_text(result.check.level);
  json["title"] = result.check.title;
  json["section"] = result.check.section;
  json["target"] = result.target;
  json["ofNetwork"] = result.check.of_network;
  json["version"] = result.version;
  json["outcome"] = word_for(result.outcome);
  json["known"] = result.known;
  json["reproduce"] = result.reproduce;
  json["duration"] = result.duration.count();
  return json;
}

}  // namespace

std::string as_json(const Report& report) {
  Json sums = Json::object(), results = Json::array();
  for (const Outcome outcome :
       {Outcome::passed, Outcome::failed, Outcome::skipped, Outcome::not_applicable, Outcome::told})
    sums[word_for(outcome)] = report.count(outcome);
  for (const CheckResult& result : report.results) results.push_back(result_to_json(result));
  const Json json = {{"schema", 1},
                     {"subject", report.subject},
                     {"plugins", report.plugins},
                     {"kernel", report.kernel},
                     {"duration", report.duration.count()},
                     {"conforms", report.conforms()},
                     {"sums", sums},
                     {"results", results}};
  // What a plugin prints need not be UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cni::kit
