#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "cni/record.h"
#include "kit/src/report/findings.h"
#include "kit/src/world/told.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostOfDifference = 300;

// What is drawn by lot is the same each time: the first veth that comes is <veth 1>. MAC addresses are all <mac>: which
// of them are equal is the machine's, as a bridge takes that of one of its ports.
class Masked {
 public:
  std::string operator()(const std::string& text) {
    static const std::regex lots("([0-9a-f]{2}(:[0-9a-f]{2}){5})|(veth[0-9a-f]{8})");
    std::string masked;
    auto rest = text.cbegin();
    for (std::sregex_iterator at(text.begin(), text.end(), lots), end; at != end; ++at) {
      masked.append(rest, (*at)[0].first);
      masked += (*at)[1].matched ? "<mac>" : name_of((*at)[0].str());
      rest = (*at)[0].second;
    }
    masked.append(rest, text.cend());
    return masked;
  }

 private:
  std::string name_of(const std::string& value) {
    const auto [at, is_new] = names_.try_emplace(value);
    if (is_new) at->second = "<veth " + std::to_string(names_.size()) + ">";
    return at->second;
  }
  std::map<std::string, std::string> names_;
};

std::string value_at(const Json& json, const std::string& path) {
  const Json::json_pointer pointer(path);
  return json.contains(pointer) ? shortened(json.at(pointer).dump(), kMostOfDifference) : "nothing";
}

void compare_output(const std::string& before, const std::string& now, std::vector<std::string>& lines) {
  const Json old_json = Json::parse(before, nullptr, false), new_json = Json::parse(now, nullptr, false);
  if (old_json.is_discarded() || new_json.is_discarded()) {
    if (before != now)
      lines.push_back("stdout: " + shortened(Json(before).dump(), kMostOfDifference) + " -> " +
                      shortened(Json(now).dump(), kMostOfDifference));
    return;
  }
  for (const Json& step : Json::diff(old_json, new_json)) {
    const std::string path = step.at("path");
    lines.push_back("stdout " + path + ": " + value_at(old_json, path) + " -> " + value_at(new_json, path));
  }
}

// "made: link br0 mtu 1500": the word, and what it is said of.
struct Effect {
  explicit Effect(const std::string& line) : word(line.substr(0, line.find(": "))) {
    if (line.size() > word.size() + 2) told = line.substr(word.size() + 2);
  }
  bool is_about(const Recording::Found& found) const {
    return kit::is_about(told, found.area, found.name, found.where);
  }
  std::string word, told;
};

// Whether "mtu 1400 -> 1500 admin down -> up" ends in that state.
bool ends_as(const std::string& changes, const std::string& state) {
  static const std::regex change("(\\S+) \\S+ -> (\\S+)");
  const std::string all = " " + state + " ";
  for (std::sregex_iterator at(changes.begin(), changes.end(), change), end; at != end; ++at)
    if (all.find(" " + (*at)[1].str() + " " + (*at)[2].str() + " ") == std::string::npos) return false;
  return true;
}

// What the one run has made or set and the other had before it: two machines differ in that, and not two runs.
bool was_there(const Effect& effect, const Recording& other) {
  return std::any_of(other.before.begin(), other.before.end(), [&](const Recording::Found& found) {
    if (!effect.is_about(found)) return false;
    return effect.word == "made" ||
           (effect.word == "changed" &&
            ends_as(effect.told.substr(found.area.size() + found.name.size() + 1), found.state));
  });
}

// What the one has changed, and the other had to make first.
bool is_made_instead(const Effect& effect, const Recording& own, const Recording& other) {
  if (effect.word != "changed") return false;
  const auto thing = std::find_if(own.before.begin(), own.before.end(),
                                  [&](const Recording::Found& found) { return effect.is_about(found); });
  return thing != own.before.end() &&
         std::any_of(other.effects.begin(), other.effects.end(), [&](const std::string& line) {
           const Effect made(line);
           return made.word == "made" && made.is_about(*thing);
         });
}

// Of a change nothing but what was drawn by lot, "mac <mac> -> <mac>".
bool is_of_the_lot(const std::string& masked) {
  static const std::regex change("^changed: \\S+ \\S+ mac <mac> -> <mac>( in \\S+)?$");
  return std::regex_match(masked, change);
}

// Those of one run that are none of the other's: masked, in order.
std::vector<std::string> sorted(const Recording& own, const Recording& other, Masked& masked) {
  std::vector<std::string> all;
  for (const std::string& line : own.effects) {
    const Effect effect(line);
    if (was_there(effect, other) || is_made_instead(effect, own, other)) continue;
    std::string told = masked(line);
    if (!is_of_the_lot(told)) all.push_back(std::move(told));
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

std::vector<std::string> differences(const Recording& before, const Recording& now) {
  std::vector<std::string> lines;
  Masked masked_before, masked_now;
  if (before.end != now.end) lines.push_back("end: " + before.end + " -> " + now.end);
  compare_output(masked_before(before.output), masked_now(now.output), lines);
  if (before.errors != now.errors)
    lines.push_back(
        "stderr: " + shortened(Json(before.errors).dump(-1, ' ', false, Json::error_handler_t::replace), kMostOfDifference) +
        " -> " + shortened(Json(now.errors).dump(-1, ' ', false, Json::error_handler_t::replace), kMostOfDifference));
  const auto old_effects = sorted(before, now, masked_before), new_effects = sorted(now, before, masked_now);
  std::vector<std::string> only_then, only_now;
  std::set_difference(old_effects.begin(), old_effects.end(), new_effects.begin(), new_effects.end(),
                      std::back_inserter(only_then));
  std::set_difference(new_effects.begin(), new_effects.end(), old_effects.begin(), old_effects.end(),
                      std::back_inserter(only_now));
  for (const std::string& line : only_then) lines.push_back("no longer " + line);
  for (const std::string& line : only_now) lines.push_back("now " + line);
  return lines;
}

}  // namespace cni::kit
