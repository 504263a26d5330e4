#include "kit/src/result_json.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;
using std::chrono::microseconds;

Json path_to_json(const SeenPath& path) {
  return {{"from", path.from},         {"to", path.to},           {"what", path.what},
          {"expected", path.expected}, {"arrived", path.arrived}, {"peer", path.peer}};
}

SeenPath path_from(const Json& json) {
  return {json.at("from"), json.at("to"), json.at("what"), json.at("expected"), json.at("arrived"), json.at("peer")};
}

}  // namespace

Json run_to_json(const SeenRun& run) {
  return {{"plugin", run.plugin},       {"command", run.command},
          {"delegated", run.delegated}, {"environment", run.environment},
          {"stdin", run.input},         {"stdout", run.output},
          {"stderr", run.errors},       {"end", run.end},
          {"begin", run.begin.count()}, {"duration", run.duration.count()}};
}

SeenRun run_from_json(const Json& json) {
  SeenRun run;
  run.plugin = json.at("plugin");
  run.command = json.at("command");
  run.delegated = json.at("delegated");
  run.environment = json.at("environment").get<std::vector<std::string>>();
  run.input = json.at("stdin");
  run.output = json.at("stdout");
  run.errors = json.at("stderr");
  run.end = json.at("end");
  run.begin = microseconds(json.at("begin").get<std::int64_t>());
  run.duration = microseconds(json.at("duration").get<std::int64_t>());
  return run;
}

// What a plugin prints need not be UTF-8: it is replaced where it is dumped.
Json found_to_json(const CheckResult& result) {
  Json runs = Json::array(), paths = Json::array();
  for (const SeenRun& run : result.runs) runs.push_back(run_to_json(run));
  for (const SeenPath& path : result.paths) paths.push_back(path_to_json(path));
  return {{"outcome", static_cast<int>(result.outcome)},
          {"level", static_cast<int>(result.check.level)},
          {"expected", result.expected},
          {"seen", result.seen},
          {"evidence", result.evidence},
          {"runs", runs},
          {"paths", paths}};
}

bool found_from_json(const std::string& text, CheckResult& result) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return false;
  result.outcome = static_cast<Outcome>(json.at("outcome").get<int>());
  result.check.level = static_cast<Level>(json.at("level").get<int>());
  result.expected = json.at("expected");
  result.seen = json.at("seen");
  result.evidence = json.at("evidence").get<std::vector<std::string>>();
  for (const Json& run : json.at("runs")) result.runs.push_back(run_from_json(run));
  for (const Json& path : json.at("paths")) result.paths.push_back(path_from(path));
  return true;
}

}  // namespace cni::kit
