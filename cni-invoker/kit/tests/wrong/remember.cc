#include "kit/tests/wrong/remember.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/tests/wrong/wrong.h"

namespace cni::kit::wrong {

using Json = nlohmann::json;

World own_world(const PluginCall& call, const Interest& interest) {
  World own;
  for (auto& [thing, state] : look_at_world({{{"", "/proc/self/ns/net"}, {"pod", call.attachment.netns}}, {}})) {
    if (!interest.is_own(thing)) continue;
    State lasting = state;
    std::erase_if(lasting, [&](const auto& pair) {
      return std::find(interest.may_change.begin(), interest.may_change.end(), pair.first) != interest.may_change.end();
    });
    own.emplace(thing, lasting);
  }
  return own;
}

Result<void> remember(const PluginCall& call, const World& own, const std::string& text) {
  Json things = Json::array();
  for (const auto& [thing, state] : own) things.push_back({thing.area, thing.name, thing.where, state});
  TRY(base::make_dirs(state_dir(call)));
  return base::write_file_durably(state_file(call), Json{{"text", text}, {"own", things}}.dump());
}

Result<Memory> recall(const PluginCall& call) {
  const Json json = Json::parse(TRY(base::read_file(state_file(call))), nullptr, false);
  if (!json.is_object()) return plugin_error(code::kGeneric, "its notes cannot be read");
  Memory memory{{}, json.at("text")};
  for (const Json& one : json.at("own"))
    memory.own.emplace(Thing{one.at(0), one.at(1), one.at(2)}, one.at(3).get<State>());
  return memory;
}

std::string first_change(const World& before, const World& now) {
  for (const auto& [thing, state] : before) {
    const auto found = now.find(thing);
    if (found == now.end()) return thing.area + " " + thing.name + " is gone";
    if (found->second != state) return thing.area + " " + thing.name + " was changed";
  }
  return "";
}

}  // namespace cni::kit::wrong
