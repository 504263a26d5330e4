#include "kit/src/stub.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/helper/places.h"

namespace cni::kit {

using Json = nlohmann::json;

StubAnswer stub_result(const Json& result) { return {result.dump(), 0, "", {}}; }

StubAnswer stub_error(int code, const std::string& message) {
  return {Json{{"cniVersion", "1.0.0"}, {"code", code}, {"msg", message}}.dump(), 1, "", {}};
}

void Stub::answer(const std::string& command, const StubAnswer& answer) {
  Json& entry = script_[command];
  entry = {{"stderr", answer.errors}, {"delay", answer.delay.count()}};
  if (answer.output) entry["stdout"] = *answer.output;
  if (answer.exit_code) entry["exit"] = *answer.exit_code;
  write_script();
}

void Stub::forget() {
  script_ = Json::object();
  write_script();
  std::ofstream(log_of(name_), std::ios::trunc);
}

void Stub::write_script() const { std::ofstream(script_of(name_)) << script_.dump(); }

std::vector<StubCall> Stub::calls() const {
  std::vector<StubCall> calls;
  std::ifstream log(log_of(name_));
  for (std::string line; std::getline(log, line);) {
    const Json json = Json::parse(line, nullptr, false);
    if (json.is_object()) calls.push_back({json.at("command"), json.at("environment"), json.at("stdin")});
  }
  return calls;
}

std::size_t Stub::count(const std::string& command) const {
  const auto all = calls();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const StubCall& call) { return call.command == command; }));
}

Result<void> put_up_stubs(const std::string& helper) {
  TRY(base::make_dirs(kOwnPlugins));
  TRY(base::make_dirs(kWrapped));
  for (const std::string& name : {kFirstPlugin, kIpamPlugin, kBreaker}) {
    const std::string link = kOwnPlugins + "/" + name;
    if (::symlink(helper.c_str(), link.c_str()) != 0 && errno != EEXIST)
      return Error::system(errno, "link '" + link + "'");
  }
  return {};
}

}  // namespace cni::kit
