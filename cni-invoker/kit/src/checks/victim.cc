#include "kit/src/checks/victim.h"

#include "cni/base/files.h"
#include "cni/base/try.h"
#include "kit/helper/places.h"

namespace cni::kit {

Verdict make_victim(Lab& lab, Victim& victim) {
  KIT_REQUIRE(lab.takes_no_links());
  victim.before = lab.world();
  victim.pod = &lab.pod();
  KIT_REQUIRE(lab.prepare(*victim.pod));
  victim.given = victim.pod->before.is_null() ? victim.before : lab.world();
  return passed();
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
  lab.take_down_before(*victim.pod);
  if (victim.has_netns) KIT_REQUIRE(lab.remove_netns(*victim.pod));
  const World now = lab.world();
  const auto left = difference(without_others(victim.before, victim.given, now), now);
  if (left.empty()) return passed();
  return failed("DEL takes away all that there is after " + fault, "leaked: " + std::to_string(left.size()), left);
}

Verdict expect_recovery(Lab& lab, const Victim& victim, const std::string& fault) {
  const Call del = lab.call("DEL", *victim.pod);
  if (!lab.run(del).succeeded())
    if (const Answer again = lab.run(del); !again.succeeded())
      return failed("DEL succeeds after " + fault, "stuck: " + again.text());
  return expect_nothing_leaked(lab, victim, fault);
}

Result<Call> run_by(const Call& call, const std::string& line) {
  const std::string path = kWrapped + "/run";
  TRY(base::write_file_durably(path, "#!/bin/sh\nplugin='" + call.path + "'\n" + line + "\n", 0755));
  Call wrapped = call;
  wrapped.path = path;
  return wrapped;
}

}  // namespace cni::kit
