#include "kit/src/checks/victim.h"

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/helper/places.h"

namespace cni::kit {

namespace {

Verdict make_victim_of(Lab& lab, Victim& victim, Pod& pod) {
  victim.pod = &pod;
  KIT_REQUIRE(lab.prepare(pod));
  victim.given = lab.world();
  return passed();
}

Verdict take_again(Victim& victim) {
  victim.pod->result = victim.pod->before;
  return passed();
}

}  // namespace

Verdict make_victim(Lab& lab, Victim& victim) {
  KIT_REQUIRE(lab.takes_no_links());
  if (victim.is_as_given) return take_again(victim);
  victim.before = lab.world();
  return make_victim_of(lab, victim, lab.pod());
}

Verdict make_victim_again(Lab& lab, Victim& victim) {
  if (victim.is_as_given) return take_again(victim);
  victim.before = lab.world();
  Pod& pod = lab.pod();
  pod.id = victim.pod->id;
  return make_victim_of(lab, victim, pod);
}

bool is_as_given(Lab& lab, Victim& victim) {
  victim.is_as_given = victim.has_netns && difference(victim.given, lab.world()).empty();
  return victim.is_as_given;
}

Verdict take_down(Lab& lab, const Victim& victim) {
  lab.take_down_before(*victim.pod);
  return victim.has_netns ? lab.remove_netns(*victim.pod) : passed();
}

namespace {

// `before`, but for what those before the target did then and have not undone: that is theirs, and their checks tell.
World without_others(World before, const World& given, const World& now) {
  for (const auto& [thing, state] : given)
    if (const State* is = find(now, thing); is != nullptr && *is == state) before[thing] = state;
  std::erase_if(before, [&](const auto& one) { return !given.contains(one.first) && !now.contains(one.first); });
  return before;
}

}  // namespace

Verdict expect_nothing_leaked(Lab& lab, const Victim& victim, const std::string& fault) {
  KIT_REQUIRE(take_down(lab, victim));
  const World now = lab.world();
  const auto left = difference(without_others(victim.before, victim.given, now), now);
  if (left.empty()) return passed();
  return failed("DEL takes away all that there is after " + fault, "leaked: " + std::to_string(left.size()), left);
}

Verdict expect_recovery(Lab& lab, Victim& victim, const std::string& fault) {
  const Call del = lab.call("DEL", *victim.pod);
  if (!lab.run(del).succeeded())
    if (const Answer again = lab.run(del); !again.succeeded())
      return failed("DEL succeeds after " + fault, "stuck: " + again.text());
  return is_as_given(lab, victim) ? passed() : expect_nothing_leaked(lab, victim, fault);
}

Result<Call> run_by(const Call& call, const std::string& line) {
  const std::string path = kWrapped + "/run";
  TRY(base::write_file_durably(path, "#!/bin/sh\nplugin='" + call.path + "'\n" + line + "\n", 0755));
  Call wrapped = call;
  wrapped.path = path;
  return wrapped;
}

}  // namespace cni::kit
