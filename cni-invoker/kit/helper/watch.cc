#include "kit/helper/watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "cni/runner.h"
#include "kit/helper/end_as.h"
#include "kit/helper/places.h"
#include "kit/src/end_text.h"
#include "kit/src/result_json.h"
#include "kit/src/world/world.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<std::string> dirs_behind_links() {
  std::vector<std::string> dirs;
  const std::string path = variable("CNI_PATH");
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t colon = std::min(path.find(':', at), path.size());
    if (path.substr(at, colon - at) != kWatchedPlugins) dirs.push_back(path.substr(at, colon - at));
    at = colon + 1;
  }
  return dirs;
}

Environment environment_now() {
  Environment all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) all.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

// Whether one of those above us is watched as well.
bool is_delegated() {
  std::string pid = std::to_string(::getppid());
  while (pid != "0" && pid != "1") {
    if (base::read_file("/proc/" + pid + "/cmdline").value_or("").starts_with(kWatchedPlugins + "/")) return true;
    const std::string stat = base::read_file("/proc/" + pid + "/stat").value_or("");
    const std::size_t name_end = stat.rfind(')');  // "PID (NAME) STATE PPID …"
    if (name_end == std::string::npos) return false;
    const std::size_t begin = name_end + 4;
    pid = stat.substr(begin, stat.find(' ', begin) - begin);
  }
  return false;
}

World world_now() {
  const std::string netns = variable("CNI_NETNS");
  WorldScope scope{{{"", "/proc/self/ns/net"}}, {"/run", "/var/lib/cni", "/etc/cni"}, {kWatchLog}, nullptr};
  if (!netns.empty()) scope.namespaces.emplace_back(netns.substr(netns.rfind('/') + 1), netns);
  return look_at_world(scope);
}

Json to_json(const Thing& thing) { return {thing.area, thing.name, thing.where}; }

// What is in one world and not in the other, or with another state there.
Json missing_from(const World& there, const World& one) {
  Json things = Json::array();
  for (const auto& [thing, state] : one)
    if (!there.contains(thing)) things.push_back(to_json(thing));
  return things;
}
Json changed(const World& before, const World& after) {
  Json things = Json::array();
  for (const auto& [thing, state] : before)
    if (const auto now = after.find(thing); now != after.end() && now->second != state)
      things.push_back(to_json(thing));
  return things;
}

std::chrono::microseconds since_boot() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

Result<void> tell(const Json& run) {
  const Fd log = TRY(base::open_file(kWatchLog, O_WRONLY | O_CREAT | O_APPEND, 0600));
  return base::write_all(log.get(), run.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", kWatchLog);
}

}  // namespace

bool is_watching(std::string_view path) { return path.starts_with(kWatchedPlugins + "/"); }

Result<int> watch(const std::string& name) {
  ProcessRunner runner;
  RunRequest request;
  request.path = TRY(runner.find(name, dirs_behind_links()));
  request.environment = environment_now();
  request.input = TRY(base::read_all(0, "stdin"));
  request.timeout = std::chrono::hours(1);  // who started us has a limit
  request.dies_with_us = true;
  const World before = world_now();
  const auto begin = since_boot();
  const RunOutcome outcome = TRY(runner.exec(request));
  const World after = world_now();

  SeenRun seen;
  seen.plugin = name;
  seen.command = variable("CNI_COMMAND");
  seen.delegated = is_delegated();
  for (const auto& [key, value] : request.environment) seen.environment.push_back(key + "=" + value);
  seen.input = request.input;
  seen.output = outcome.output;
  seen.errors = outcome.errors;
  seen.end = end_text(outcome);
  seen.begin = begin;
  seen.duration = outcome.duration;
  Json told = run_to_json(seen);
  told["made"] = missing_from(before, after);
  told["removed"] = missing_from(after, before);
  told["changed"] = changed(before, after);
  TRY(tell(told));
  TRY(base::write_all(2, outcome.errors, "stderr"));
  TRY(base::write_all(1, outcome.output, "stdout"));
  if (outcome.end == RunOutcome::End::signaled) end_by(outcome.signal);
  return outcome.exit_code;
}

}  // namespace cni::kit
