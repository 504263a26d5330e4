// GC: what belongs to no attachment goes, and nothing else. Spec, section 2, GC.
#include "kit/src/checks/sections.h"
#include "kit/src/spoil.h"
#include "kit/src/world/leftovers.h"

namespace cni::kit {
namespace {

constexpr const char* kKey = "cni.dev/valid-attachments";

Verdict added(Lab& lab, Pod& pod) {
  const Answer answer = lab.add(pod);
  return answer.succeeded() ? passed() : skipped("ADD failed: " + answer.text());
}

Call gc(const Lab& lab, const Json& attachments) {
  return with_config(lab.call("GC", {}), [&](Json& config) { config[kKey] = attachments; });
}

Json attachment_of(const Pod& pod) { return {{"containerID", pod.id}, {"ifname", pod.ifname}}; }

// The world without a pod's network namespace, which comes and goes: what is in it, and its path.
World without(World world, const Pod& pod) {
  std::erase_if(world,
                [&](const auto& entry) { return entry.first.where == pod.name || entry.first.name == pod.netns; });
  return world;
}

// What is in both, as it is in the second.
World common(const World& one, const World& other) {
  World both;
  for (const auto& [thing, state] : other)
    if (one.contains(thing)) both.emplace(thing, state);
  return both;
}

// What was there before the stale pod came, and still when it was gone, is untouched (MUST); nothing else is there
// (SHOULD).
Verdict only_valid_remains(const World& before, const World& gone, const World& after, const std::string& what) {
  const World kept = common(before, gone);
  if (const auto harm = difference(kept, common(kept, after)); !harm.empty())
    return failed("after " + what + " all of valid attachments is as it was", harm.front(), harm);
  std::vector<std::string> left;
  for (const std::string& change : difference(before, after))
    if (change.starts_with("left: ")) left.push_back(change);
  if (left.empty()) return passed();
  return falls_short("after " + what + " nothing of a stale attachment is left",
                     std::to_string(left.size()) + (left.size() == 1 ? " thing is" : " things are"), left);
}

// Two pods, of which one is gone without DEL.
Verdict removes_what_is_stale(Lab& lab, bool with_a_valid_one) {
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  Pod& valid = lab.pod();
  if (with_a_valid_one) KIT_REQUIRE(added(lab, valid));
  Pod& stale = lab.pod();
  const World before = without(lab.world(), stale);
  KIT_REQUIRE(added(lab, stale));
  KIT_REQUIRE(lab.remove_netns(stale));
  const World gone = without(lab.world(), stale);
  std::vector<const Pod*> attachments;
  if (with_a_valid_one) attachments.push_back(&valid);
  const Answer answer = lab.gc(attachments);
  KIT_REQUIRE(expect_success(answer, "GC"));
  return only_valid_remains(before, gone, without(lab.world(), stale),
                            "GC with " + std::to_string(attachments.size()) + " valid attachments");
}

Verdict keeps_the_valid(Lab& lab) { return removes_what_is_stale(lab, true); }
Verdict keeps_none(Lab& lab) { return removes_what_is_stale(lab, false); }

Verdict passes_gc_on(Lab& lab) {
  KIT_REQUIRE(lab.has_ipam());
  const Json attachments{{{"containerID", "kit-a"}, {"ifname", "eth0"}},
                         {{"containerID", "kit-b"}, {"ifname", "eth7"}}};
  KIT_REQUIRE(expect_success(lab.run(with_stub_ipam(gc(lab, attachments))), "GC"));
  for (const StubCall& call : lab.ipam().calls()) {
    if (call.command != "GC") continue;
    const Json config = Json::parse(call.input, nullptr, false);
    if (config.is_object() && config.value(kKey, Json()) == attachments) return passed();
    return failed("GC of the IPAM plugin with the same attachments", call.input.substr(0, 400));
  }
  return failed("GC of the IPAM plugin", "none was called");
}

Verdict passes_errors_of_gc_on(Lab& lab) {
  KIT_REQUIRE(lab.has_ipam());
  lab.ipam().answer("GC", stub_error(100, "kit: cannot"));
  const Answer answer = lab.run(with_stub_ipam(gc(lab, Json::array())));
  if (lab.ipam().count("GC") == 0) return skipped("it does not call its IPAM plugin (G3)");
  return expect_failure(answer, "GC whose IPAM plugin fails");
}

Verdict bears_emptiness(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  for (int i = 0; i < 2; ++i)
    KIT_REQUIRE(expect_success(lab.run(gc(lab, Json::array())), "GC where there never was an attachment"));
  return passed();
}

// What GC without the key the plugin should look at does to a valid pod.
std::vector<std::string> harm_of(Lab& lab, const Call& call, Answer& answer) {
  const World before = lab.world();
  answer = lab.run(call);
  return difference(before, lab.world());
}

Verdict tells_of_the_old_key(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  Pod& pod = lab.pod();
  KIT_REQUIRE(added(lab, pod));
  Answer answer;
  const Call call =
      with_config(lab.call("GC", {}), [&](Json& config) { config["cni.dev/attachments"] = {attachment_of(pod)}; });
  const auto harm = harm_of(lab, call, answer);
  return told("GC with the attachments under the key of the first 1.1.0 only, cni.dev/attachments: " + answer.text() +
              (harm.empty() ? "; what is valid stays" : "; " + harm.front()));
}

Verdict keeps_all_without_a_list(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  Pod& pod = lab.pod();
  KIT_REQUIRE(added(lab, pod));
  Answer answer;
  const auto harm = harm_of(lab, lab.call("GC", {}), answer);
  if (harm.empty()) return passed();
  return failed("GC without a list of attachments takes nothing away", harm.front(), harm);
}

Verdict keeps_to_its_network(Lab& lab) {
  KIT_REQUIRE(lab.has_what_it_needs());
  KIT_REQUIRE(prime(lab));
  Pod& pod = lab.pod();
  KIT_REQUIRE(added(lab, pod));
  Answer answer;
  const Call call = with_config(gc(lab, Json::array()), [](Json& config) { config["name"] = "kit-another"; });
  const auto harm = harm_of(lab, call, answer);
  KIT_REQUIRE(expect_success(answer, "GC of another network"));
  for (const std::string& change : harm)
    if (!change.starts_with("left: ")) return failed("GC of another network leaves this one alone", change, harm);
  return passed();
}

Verdict refuses_gc_too_early(Lab& lab) {
  return expect_too_early(lab, lab.run(gc(lab, Json::array())), "GC", {1, 1, 0});
}

}  // namespace

std::vector<Check> gc_checks() {
  constexpr Applies kSince{.from = {1, 1, 0}}, kDelegating{.roles = kInterfaces, .from = {1, 1, 0}};
  return {
      {{"G1", Level::must, "removes in GC what is stale, and nothing of valid attachments", kGcSection, true},
       kSince,
       keeps_the_valid},
      {{"G2", Level::should, "removes everything in GC where no attachment is valid", kGcSection, true},
       kSince,
       keeps_none},
      {{"G3", Level::must, "passes GC on to its IPAM plugin, with the same attachments", kGcSection},
       kDelegating,
       passes_gc_on},
      {{"G4", Level::should, "fails in GC where its IPAM plugin does", kGcSection},
       kDelegating,
       passes_errors_of_gc_on},
      {{"G5", Level::should, "succeeds in GC where there is nothing", kGcSection}, kSince, bears_emptiness},
      {{"G6", Level::info, "reads the list of attachments by its older name", kGcSection},
       kSince,
       tells_of_the_old_key},
      {{"G7", Level::should, "takes nothing away in GC without a list of attachments", kGcSection},
       kSince,
       keeps_all_without_a_list},
      {{"G8", Level::must, "leaves other networks alone in GC", kGcSection}, kSince, keeps_to_its_network},
      {{"G9", Level::should, "refuses GC in a version that has none", kErrorSection},
       {.to = {1, 0, 0}},
       refuses_gc_too_early},
  };
}

}  // namespace cni::kit
