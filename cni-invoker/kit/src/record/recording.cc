// Recordings as files.
#include <nlohmann/json.hpp>

#include "cni/record.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;
using std::chrono::microseconds;

constexpr int kSchema = 1;

Recording recording_from(const Json& json) {
  Recording recording;
  recording.plugin = json.at("plugin");
  recording.command = json.at("command");
  recording.caller = json.value("caller", "");
  recording.path = json.at("path");
  recording.digest = json.at("digest");
  recording.started = json.at("started");
  for (const auto& [name, value] : json.at("environment").items()) recording.environment.emplace_back(name, value);
  recording.input = json.at("stdin");
  recording.output = json.at("stdout");
  recording.errors = json.at("stderr");
  recording.end = json.at("end");
  recording.duration = microseconds(json.at("duration").get<std::int64_t>());
  recording.processor.user = microseconds(json.at("user").get<std::int64_t>());
  recording.processor.system = microseconds(json.at("system").get<std::int64_t>());
  recording.peak_memory = json.value("peakMemory", std::uint64_t{0});
  recording.effects = json.at("effects").get<std::vector<std::string>>();
  for (const Json& found : json.value("before", Json::array()))
    recording.before.push_back({found.at(0), found.at(1), found.at(2), found.at(3)});
  recording.links = json.at("links").get<std::vector<std::string>>();
  return recording;
}

}  // namespace

std::string Recording::variable(const std::string& name) const {
  for (const auto& [key, value] : environment)
    if (key == name) return value;
  return "";
}

std::string to_json(const Recording& recording) {
  Json environment = Json::object();
  for (const auto& [name, value] : recording.environment) environment[name] = value;
  Json before = Json::array();
  for (const Recording::Found& found : recording.before)
    before.push_back({found.area, found.name, found.where, found.state});
  const Json json{{"schema", kSchema},
                  {"plugin", recording.plugin},
                  {"command", recording.command},
                  {"caller", recording.caller},
                  {"path", recording.path},
                  {"digest", recording.digest},
                  {"started", recording.started},
                  {"environment", environment},
                  {"stdin", recording.input},
                  {"stdout", recording.output},
                  {"stderr", recording.errors},
                  {"end", recording.end},
                  {"duration", recording.duration.count()},
                  {"user", recording.processor.user.count()},
                  {"system", recording.processor.system.count()},
                  {"peakMemory", recording.peak_memory},
                  {"effects", recording.effects},
                  {"before", before},
                  {"links", recording.links}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Recording> parse_recording(const std::string& text, const std::string& name) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Error{Kind::invalid, 0, name + ": no recording: not a JSON object"};
  if (json.value("schema", Json()) != kSchema)
    return Error{Kind::invalid, 0,
                 name + ": no recording of this version: \"schema\" is not " + std::to_string(kSchema)};
  try {
    return recording_from(json);
  } catch (const Json::exception& error) {
    return Error{Kind::invalid, 0, name + ": no recording: " + error.what()};
  }
}

}  // namespace cni::kit
