#include "kit/src/record/look_around.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "kit/src/host/netns.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

void collect_strings(const Json& json, std::set<std::string>& into) {
  if (json.is_string()) into.insert(json.get<std::string>());
  if (json.is_structured())
    for (const Json& value : json) collect_strings(value, into);
}

}  // namespace

World look_around(const std::string& netns) {
  WorldScope scope;
  scope.namespaces = {{"", kHostNetns}};
  if (!netns.empty()) scope.namespaces.emplace_back("pod", netns);
  scope.trees = {"/var/lib/cni", "/run/cni"};
  World world = look_at_world(scope);
  std::erase_if(world, [](const auto& thing) { return thing.first.area == "mount" || thing.first.area == "process"; });
  return world;
}

std::vector<std::string> links_named(const World& world, const std::string& config) {
  std::set<std::string> strings;
  Json json = Json::parse(config, nullptr, false);
  if (json.is_object()) json.erase("prevResult");
  collect_strings(json, strings);
  const auto is_bridge = [](const State& state) {
    return std::find(state.begin(), state.end(), State::value_type("type", "bridge")) != state.end();
  };
  std::vector<std::string> links;
  for (const auto& [thing, state] : world)
    if (thing.area == "link" && thing.where.empty() && thing.name != "lo" && strings.contains(thing.name) &&
        !is_bridge(state))
      links.push_back(thing.name);
  return links;
}

}  // namespace cni::kit
