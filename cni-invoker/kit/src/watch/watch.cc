#include "kit/src/watch/watch.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/helper/places.h"
#include "kit/src/result_json.h"
#include "kit/src/world/told.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

std::vector<Thing> things_from(const Json& json) {
  std::vector<Thing> things;
  for (const Json& one : json) things.push_back({one.at(0), one.at(1), one.at(2)});
  return things;
}

WatchedRun watched_from(const Json& json) {
  WatchedRun watched;
  watched.run = run_from_json(json);
  watched.begin = std::chrono::steady_clock::time_point(watched.run.begin);
  watched.made = things_from(json.at("made"));
  watched.removed = things_from(json.at("removed"));
  watched.changed = things_from(json.at("changed"));
  return watched;
}

bool is_within(const WatchedRun& inner, const WatchedRun& outer) {
  return &inner != &outer && inner.run.delegated && inner.begin >= outer.begin &&
         inner.begin + inner.run.duration <= outer.begin + outer.run.duration;
}

struct ChangeKind {
  const char* begin;  // of the line
  std::vector<Thing> WatchedRun::*things;
  const char* what;
};
constexpr ChangeKind kChangeKinds[] = {{"left: ", &WatchedRun::made, "made"},
                                       {"lost: ", &WatchedRun::removed, "removed"},
                                       {"changed: ", &WatchedRun::changed, "changed"}};

const ChangeKind* change_kind_of(const std::string& line) {
  for (const ChangeKind& kind : kChangeKinds)
    if (line.starts_with(kind.begin)) return &kind;
  return nullptr;
}

std::string makers(const std::vector<WatchedRun>& runs, const ChangeKind& kind, const std::string& line) {
  const std::string told = line.substr(std::string(kind.begin).size());
  std::vector<const WatchedRun*> candidates;
  for (const WatchedRun& run : runs)
    if (const auto& things = run.*kind.things; std::any_of(things.begin(), things.end(), [&](const Thing& thing) {
          return is_about(told, thing.area, thing.name, thing.where);
        }))
      candidates.push_back(&run);
  std::set<std::string> names;
  for (const WatchedRun* one : candidates)
    if (std::none_of(candidates.begin(), candidates.end(), [&](const auto* other) { return is_within(*other, *one); }))
      names.insert(one->run.plugin + " (" + one->run.command + ")");
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " or ") + name;
  return text;
}

}  // namespace

Result<void> put_up_watch(const std::string& helper, const std::vector<std::string>& plugin_dirs) {
  TRY(base::make_dirs(kWatchedPlugins));
  for (const std::string& dir : plugin_dirs)
    for (const std::string& name : base::list_dir(dir).value_or({})) {
      const std::string link = kWatchedPlugins + "/" + name;
      if (::symlink(helper.c_str(), link.c_str()) != 0 && errno != EEXIST)
        return Error::system(errno, "link '" + link + "'");
    }
  return {};
}

std::vector<WatchedRun> watched_runs() {
  std::vector<WatchedRun> runs;
  std::ifstream log(kWatchLog);
  for (std::string line; std::getline(log, line);) {
    const Json json = Json::parse(line, nullptr, false);
    if (json.is_object()) runs.push_back(watched_from(json));
  }
  return runs;
}

void name_makers(const std::vector<WatchedRun>& runs, std::vector<std::string>& lines) {
  for (std::string& line : lines) {
    const ChangeKind* kind = change_kind_of(line);
    if (kind == nullptr) continue;
    if (const std::string who = makers(runs, *kind, line); !who.empty())
      line += std::string(", ") + kind->what + " by " + who;
  }
}

bool has_differences(const std::vector<std::string>& lines) {
  return std::any_of(lines.begin(), lines.end(),
                     [](const std::string& line) { return change_kind_of(line) != nullptr; });
}

}  // namespace cni::kit
