#include "kit/src/world/world.h"

#include <algorithm>

#include "cni/base/try.h"
#include "cni/in_netns.h"
#include "kit/src/world/look.h"
#include "kit/src/world/told.h"

namespace cni::kit {
namespace {

Result<void> add_namespace(World& world, const std::string& where) {
  TRY(look::add_network(world, where));
  TRY(look::add_traffic_control(world, where));
  look::add_packet_filter(world, where);
  look::add_sysctls(world, where);
  return {};
}

std::string text_of(const Thing& thing) { return thing.area + " " + thing.name; }
std::string where_of(const Thing& thing) { return thing.where.empty() ? "" : " in " + thing.where; }

// Digests say nothing to people.
std::string shown(const std::string& key, const std::string& value) {
  constexpr std::size_t kDigest = 16;
  return key == kLines ? std::to_string(value.size() / kDigest) : value;
}

std::string text_of(const Thing& thing, const State& state) {
  return text_of(thing) + (state.empty() ? "" : " " + kit::text_of(state)) + where_of(thing);
}

bool is_changed(const State& before, const State& after) {
  return before.size() != after.size() || std::any_of(before.begin(), before.end(), [&](const auto& pair) {
           const std::string* now = find(after, pair.first);
           return now == nullptr || is_change(pair.first, pair.second, *now);
         });
}

std::string change(const Thing& thing, const State& before, const State& after) {
  std::string text = text_of(thing);
  const auto add = [&](const std::string& key, const std::string& was, const std::string& is) {
    text += " " + key + " " + shown(key, was) + " -> " + shown(key, is);
  };
  for (const auto& [key, value] : before) {
    const std::string* now = find(after, key);
    if (now == nullptr)
      add(key, value, "none");
    else if (is_change(key, value, *now))
      add(key, value, *now);
  }
  for (const auto& [key, value] : after)
    if (find(before, key) == nullptr) add(key, "none", value);
  return text + where_of(thing);
}

bool goes_with_its_link(const Thing& thing) { return thing.area == "sysctl"; }

}  // namespace

std::string text_of(const State& state) {
  std::string text;
  for (const auto& [key, value] : state) text += (text.empty() ? "" : " ") + key + " " + shown(key, value);
  return text;
}

// Its state stands behind its name, and its place at the end.
bool is_about(const std::string& line, const std::string& area, const std::string& name, const std::string& where) {
  const std::string begin = area + " " + name;
  if (!line.starts_with(begin)) return false;
  if (line.size() > begin.size() && line[begin.size()] != ' ') return false;
  return where.empty() || line.ends_with(" in " + where);
}

bool is_change(const std::string& key, const std::string& was, const std::string& is) {
  return key == kLines ? !is.starts_with(was) : is != was;
}

World look_at_world(const WorldScope& scope) {
  World world;
  for (const auto& [name, path] : scope.namespaces) {
    const auto seen = in_netns(path, [&, &where = name] { return add_namespace(world, where); });
    if (!seen && seen.error().kind != Kind::not_found && seen.error().kind != Kind::invalid)
      look::add(world, {"not seen:", seen.error().what, name}, {});
  }
  look::add_mounts(world);
  look::add_processes(world);
  for (const std::string& tree : scope.trees) look::add_tree(world, tree, scope.excluded);
  if (scope.layers != nullptr)
    for (const Layer& layer : *scope.layers) look::add_layer(world, layer);
  return world;
}

const State* find(const World& world, const Thing& thing) {
  const auto found = world.find(thing);
  return found == world.end() ? nullptr : &found->second;
}

const std::string* find(const State& state, const std::string& key) {
  const auto found = std::find_if(state.begin(), state.end(), [&](const auto& pair) { return pair.first == key; });
  return found == state.end() ? nullptr : &found->second;
}

std::string value_of(const State& state, const std::string& key) {
  const std::string* value = find(state, key);
  return value == nullptr ? "" : *value;
}

std::vector<std::string> difference(const World& before, const World& after) {
  std::vector<std::string> left, lost, changed;
  for (const auto& [thing, state] : after)
    if (!before.contains(thing) && !goes_with_its_link(thing)) left.push_back("left: " + text_of(thing, state));
  for (const auto& [thing, state] : before) {
    const auto now = after.find(thing);
    if (now == after.end() && !goes_with_its_link(thing))
      lost.push_back("lost: " + text_of(thing, state));
    else if (now != after.end() && is_changed(state, now->second))
      changed.push_back("changed: " + change(thing, state, now->second));
  }
  left.insert(left.end(), lost.begin(), lost.end());
  left.insert(left.end(), changed.begin(), changed.end());
  return left;
}

void look::add(World& world, Thing thing, State state) {
  const std::string name = thing.name;
  for (int number = 2; world.contains(thing); ++number) thing.name = name + " (" + std::to_string(number) + ")";
  world.emplace(std::move(thing), std::move(state));
}

}  // namespace cni::kit
