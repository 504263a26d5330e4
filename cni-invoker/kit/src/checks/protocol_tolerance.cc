// What is odd and allowed, and junk: a plugin takes it or refuses it, and keeps its composure.
#include <algorithm>
#include <map>

#include "kit/src/checks/chapter.h"
#include "kit/src/checks/sections.h"
#include "kit/src/spoil.h"

namespace cni::kit {
namespace {

constexpr const char* kConfig = "Spec, section 1, Plugin configuration objects";

Verdict bears_unknown_keys(Lab& lab) {
  Pod& pod = lab.pod();
  if (!lab.subject().lacks.empty()) return lab.attach(pod);
  KIT_REQUIRE(lab.prepare(pod));
  const Call call = with_config(lab.call("ADD", pod), [](Json& config) {
    config["kitUnknown"] = "x";
    config["kit.example/unknown"] = {{"a", {1, 2}}};
  });
  const Answer answer = lab.run(call);
  if (answer.succeeded()) return passed();
  KIT_REQUIRE(expect_code(answer, {2}, "unknown keys"));
  const bool names = answer.text().find("kitUnknown") != std::string::npos ||
                     answer.text().find("kit.example/unknown") != std::string::npos;
  return names ? passed() : failed("an error of code 2 that names the unknown key", answer.text());
}

Verdict adds_with(Lab& lab, const std::string& what, const std::function<void(Json&)>& change) {
  Pod& pod = lab.pod();
  if (!lab.subject().lacks.empty()) return lab.attach(pod);
  KIT_REQUIRE(lab.prepare(pod));
  return expect_success(lab.run(with_config(lab.call("ADD", pod), change)), "ADD with " + what);
}

Verdict bears_args(Lab& lab) {
  return adds_with(lab, "args that it does not know", [](Json& config) {
    config["args"] = {{"cni", {{"kitUnknown", 1}}}, {"kit.example", Json::object()}};
  });
}

Verdict bears_unknown_capabilities(Lab& lab) {
  return adds_with(lab, "a capability that it does not know", [](Json& config) {
    config["runtimeConfig"]["kitUnknown"] = {{"a", 1}};
  });
}

Verdict bears_much(Lab& lab) {
  const std::string much(1U << 20U, 'x');
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Call good = lab.call("ADD", pod);
  KIT_REQUIRE(expect_composure(lab.run(with_config(good, [&](Json& config) { config["kitUnknown"] = much; })),
                               "ADD with 1 MiB of configuration"));
  Pod& other = lab.pod();
  KIT_REQUIRE(lab.prepare(other));
  const Call large = with_config(lab.call("ADD", other), [&](Json& config) {
    Json& previous = config["prevResult"];
    if (previous.is_null()) previous = {{"cniVersion", lab.version().to_text()}};
    for (int i = 0; i < 4096; ++i) previous["dns"]["search"].push_back(std::string(250, 'x'));
  });
  return expect_composure(lab.run(large), "ADD with 1 MiB of prevResult");
}

// Every value of a configuration, and where it is.
void collect(const Json& json, const Json::json_pointer& at, std::vector<Json::json_pointer>& all) {
  if (!at.empty()) all.push_back(at);
  if (json.is_object())
    for (const auto& [key, value] : json.items()) collect(value, at / key, all);
  if (json.is_array())
    for (std::size_t i = 0; i < json.size(); ++i) collect(json[i], at / i, all);
}

// No more than one run is to last: of a large configuration every so many values, and all that are in a list, as a
// pointer behind each is what many languages make of those.
constexpr std::size_t kMostPlaces = 40;
std::vector<Json::json_pointer> chosen(const Json& config) {
  std::vector<Json::json_pointer> places, few;
  collect(config, Json::json_pointer(), places);
  for (std::size_t i = 0; i < places.size(); ++i)
    if (i % (places.size() / kMostPlaces + 1) == 0 || config[places[i].parent_pointer()].is_array())
      few.push_back(places[i]);
  return few;
}

// One value after another becomes something that it should not be: null, and one thing more. Always the same, whatever
// the machine, so that a failure is seen again.
Verdict bears_wrong_types(Lab& lab) {
  static const std::vector<Json> kWrong{
      true, -1, 1e30, "x", Json::array(), Json::object(), {"", nullptr}, {{"x", Json::array({nullptr})}}};
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Call add = lab.call("ADD", pod), del = lab.call("DEL", pod);
  const std::vector<Json::json_pointer> places = chosen(config_of(add));
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (const Json& wrong : {Json(), kWrong[i % kWrong.size()]}) {
      const auto spoil = [&](Json& config) { config[places[i]] = wrong; };
      const std::string what = " with " + places[i].to_string() + " " + wrong.dump();
      KIT_REQUIRE(expect_composure(lab.run(with_config(add, spoil)), "ADD" + what));
      if (config_of(del).contains(places[i]))
        KIT_REQUIRE(expect_composure(lab.run(with_config(del, spoil)), "DEL" + what));
      static_cast<void>(lab.run(del));  // whatever is left would hide what comes next
    }
  }
  return passed();
}

// As containerd spells them: "HostPort" for "hostPort".
Json with_capital_keys(const Json& json) {
  if (json.is_array()) {
    Json all = Json::array();
    for (const Json& value : json) all.push_back(with_capital_keys(value));
    return all;
  }
  if (!json.is_object()) return json;
  Json all = Json::object();
  for (const auto& [key, value] : json.items()) {
    std::string name = key;
    if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
    all[name] = with_capital_keys(value);
  }
  return all;
}

// How many things of each kind the target's ADD makes or changes in a pod: "left: qdisc" 2.
using Effect = std::map<std::string, int>;

Verdict effect_of_arguments(Lab& lab, Pod& pod, bool with_capitals, Effect& effect) {
  KIT_REQUIRE(lab.prepare(pod));
  const Call call = with_config(lab.call("ADD", pod), [&](Json& config) {
    for (Json& argument : config["runtimeConfig"])
      if (with_capitals) argument = with_capital_keys(argument);
  });
  const World before = lab.world();
  const Answer answer = lab.run(call);
  KIT_REQUIRE(with_capitals
                  ? expect_success(answer, "ADD with capability arguments whose keys begin with a capital letter")
              : answer.succeeded() ? passed()
                                   : skipped("its ADD failed: " + answer.text()));
  for (const std::string& line : difference(before, lab.world()))
    ++effect[line.substr(0, line.find(' ', line.find(' ') + 1))];
  return passed();
}

Verdict takes_keys_of_any_case(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  const Json asked = config_of(lab.call("ADD", lab.pod())).value("runtimeConfig", Json());
  if (asked.is_null()) return not_applicable("it takes no capability");
  if (std::none_of(asked.begin(), asked.end(), [](const Json& one) { return with_capital_keys(one) != one; }))
    return not_applicable("its capabilities have no keys");
  Effect first, small, capital;  // what comes once for all pods comes with the first
  KIT_REQUIRE(effect_of_arguments(lab, lab.pod(), false, first));
  KIT_REQUIRE(effect_of_arguments(lab, lab.pod(), false, small));
  KIT_REQUIRE(effect_of_arguments(lab, lab.pod(), true, capital));
  for (const auto& [kind, number] : small)
    if (capital[kind] != number)
      return failed("capability arguments whose keys begin with a capital letter do the same: " + kind + ", " +
                        std::to_string(number),
                    std::to_string(capital[kind]));
  return passed();
}

Verdict bears_another_version_before(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  for (const std::string version : {"0.2.0", "0.3.1", "0.4.0", "1.0.0", "9.0.0"}) {
    if (version == lab.version().to_text()) continue;
    const Call call =
        with_config(lab.call("ADD", pod), [&](Json& config) { config["prevResult"]["cniVersion"] = version; });
    const Answer answer = lab.run(call);
    KIT_REQUIRE(expect_composure(answer, "ADD with a prevResult of " + version));
    if (answer.succeeded()) pod.result = answer.document;
    static_cast<void>(lab.run(lab.call("DEL", pod)));
  }
  return passed();
}

Verdict takes_a_result_without_version(Lab& lab) {
  return adds_with(lab, "a prevResult without cniVersion",
                   [](Json& config) { config["prevResult"].erase("cniVersion"); });
}

}  // namespace

std::vector<Check> tolerance_checks() {
  constexpr Applies kOnce{.once = true};
  constexpr Applies kAfterOthers{.roles = kChained, .from = {0, 3, 0}, .once = true};
  return {
      {{"N18", Level::must, "takes unknown keys, or refuses them by name", kConfig}, kOnce, bears_unknown_keys},
      {{"N19", Level::should, "ignores args that it does not know", "Conventions, args in network config"},
       kOnce,
       bears_args},
      {{"N20", Level::should, "ignores capability arguments that it does not know", "Conventions, runtimeConfig"},
       kOnce,
       bears_unknown_capabilities},
      {{"N23", Level::must, "bears a megabyte of configuration", kConfig}, kOnce, bears_much},
      {{"N24", Level::should, "bears values of every wrong type", "Spec, section 2, Errors"}, kOnce, bears_wrong_types},
      {{"N25", Level::should, "takes capability arguments as containerd spells them", "Conventions, runtimeConfig"},
       {.roles = kChained, .once = true},
       takes_keys_of_any_case},
      {{"N26", Level::should, "bears a prevResult of another version", kAddSuccessSection},
       kAfterOthers,
       bears_another_version_before},
      {{"N27", Level::should, "takes a prevResult without cniVersion for one of its own version", "Spec, appendix"},
       kAfterOthers,
       takes_a_result_without_version},
  };
}

}  // namespace cni::kit
