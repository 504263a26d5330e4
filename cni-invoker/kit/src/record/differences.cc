#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "cni/record.h"
#include "kit/src/report/findings.h"

namespace cni::kit {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostOfDifference = 300;

// What is drawn by lot is the same each time: the first MAC address that comes is <mac 1>.
class Masked {
 public:
  std::string operator()(const std::string& text) {
    static const std::regex lots("([0-9a-f]{2}(:[0-9a-f]{2}){5})|(veth[0-9a-f]{8})");
    std::string masked;
    auto rest = text.cbegin();
    for (std::sregex_iterator at(text.begin(), text.end(), lots), end; at != end; ++at) {
      masked.append(rest, (*at)[0].first);
      masked += name_of((*at)[0].str(), (*at)[1].matched ? "mac" : "veth");
      rest = (*at)[0].second;
    }
    masked.append(rest, text.cend());
    return masked;
  }

 private:
  std::string name_of(const std::string& value, const std::string& kind) {
    const auto [at, is_new] = names_.try_emplace(value);
    if (is_new) at->second = "<" + kind + " " + std::to_string(++count_[kind]) + ">";
    return at->second;
  }
  std::map<std::string, std::string> names_;
  std::map<std::string, int> count_;
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

std::vector<std::string> sorted(const std::vector<std::string>& lines, Masked& masked) {
  std::vector<std::string> all;
  for (const std::string& line : lines) all.push_back(masked(line));
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
        "stderr: " +
        shortened(Json(before.errors).dump(-1, ' ', false, Json::error_handler_t::replace), kMostOfDifference) +
        " -> " + shortened(Json(now.errors).dump(-1, ' ', false, Json::error_handler_t::replace), kMostOfDifference));
  const auto old_effects = sorted(before.effects, masked_before), new_effects = sorted(now.effects, masked_now);
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
