// The configuration on stdin, spoiled. Spec, section 1, Configuration format; section 3, Deriving request
// configuration.
#include "kit/src/checks/chapter.h"
#include "kit/src/checks/sections.h"
#include "kit/src/spoil.h"
#include "kit/src/world/leftovers.h"

namespace cni::kit {
namespace {

Verdict refuses_what_is_no_config(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Call good = lab.call("ADD", pod);
  for (const std::string input : {"", "{", "[]", "\"x\""})
    KIT_REQUIRE(expect_code(lab.run(with_input(good, input)), {6}, "ADD with '" + input + "' on stdin"));
  // A parser may skip a byte order mark, and need not.
  return expect_composure(lab.run(with_input(good, "\xef\xbb\xbf" + good.input)), "ADD with a byte order mark");
}

Verdict refuses_bad_names(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  const Call good = lab.call("ADD", pod);
  const Call nameless = with_config(good, [](Json& config) { config.erase("name"); });
  KIT_REQUIRE(expect_code(lab.run(nameless), {7}, "a configuration without name"));
  for (const std::string name : {"", "a/b"}) {
    const Call call = with_config(good, [&](Json& config) { config["name"] = name; });
    KIT_REQUIRE(expect_code(lab.run(call), {7}, "a configuration of the name '" + name + "'"));
  }
  return passed();
}

Verdict refuses_bad_versions(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  for (const Json& version : {Json("1.0.f"), Json("four"), Json(1)}) {
    const Call call = with_config(lab.call("ADD", pod), [&](Json& config) { config["cniVersion"] = version; });
    KIT_REQUIRE(expect_code(lab.run(call), {1, 6}, "a configuration with cniVersion " + version.dump()));
  }
  return passed();
}

Verdict refuses_check_too_early(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  const Call call = with_config(lab.call("CHECK", pod), [&](Json& config) { config["prevResult"] = pod.result; });
  return expect_too_early(lab, lab.run(call), "CHECK", {0, 4, 0});
}

Verdict needs_its_ipam(Lab& lab) {
  KIT_REQUIRE(lab.has_ipam());
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  for (const std::string type : {"kit-absent", "../kit-absent"}) {
    Pod& pod = lab.pod();
    const World before = lab.world();
    KIT_REQUIRE(lab.prepare(pod));
    const auto change = [&](Json& config) { config["ipam"]["type"] = type; };
    const std::string what = "ADD with ipam.type '" + type + "'";
    KIT_REQUIRE(expect_failure(lab.run(with_config(lab.call("ADD", pod), change)), what));
    static_cast<void>(lab.run(with_config(lab.call("DEL", pod), change)));  // it cannot ask for what is not there
    Verdict same = expect_same_world(lab, before, what + ", which failed, and DEL");
    if (same.outcome == Outcome::failed) same.level = Level::should;
    KIT_REQUIRE(same);
  }
  return passed();
}

}  // namespace

std::vector<Check> config_checks() {
  constexpr Applies kOnce{.once = true};
  return {
      {{"N9", Level::must, "refuses what is no configuration", kErrorSection}, kOnce, refuses_what_is_no_config},
      {{"N10", Level::should, "refuses a network without a name, and one of a bad name", "Spec, section 1, name"},
       kOnce,
       refuses_bad_names},
      {{"N11", Level::must, "refuses a cniVersion that is none", kErrorSection}, kOnce, refuses_bad_versions},
      {{"N12", Level::should, "refuses CHECK in a version that has none", kErrorSection},
       {.to = {0, 3, 1}},
       refuses_check_too_early},
      {{"N28", Level::must, "fails where its IPAM plugin is missing, and leaves nothing", kDelegationSection},
       {.roles = kInterfaces, .once = true},
       needs_its_ipam},
  };
}

}  // namespace cni::kit
