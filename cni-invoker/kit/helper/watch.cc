#include "kit/helper/watch.h"

#include <fcntl.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "cni/runner.h"
#include "kit/helper/behind.h"
#include "kit/helper/places.h"
#include "kit/helper/variable.h"
#include "kit/src/end_text.h"
#include "kit/src/result_json.h"
#include "kit/src/world/world.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

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

Result<int> watch(const std::string& path) {
  const Behind behind = TRY(behind_link(path));
  const RunRequest& request = behind.request;
  ProcessRunner runner;
  const World before = world_now();
  const auto begin = since_boot();
  const RunOutcome outcome = TRY(runner.exec(request));
  const World after = world_now();

  SeenRun seen;
  seen.plugin = path.substr(path.rfind('/') + 1);
  seen.command = variable("CNI_COMMAND");
  seen.delegated = !behind.caller.empty();
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
  return end_as(outcome);
}

}  // namespace cni::kit
