// DEL: what a plugin takes away, and that nothing it finds missing stops it. Spec, section 2, DEL.
#include <fcntl.h>

#include "cni/base/files.h"
#include "kit/src/lab.h"

namespace cni::kit {
namespace {

constexpr const char* kSection = "Spec, section 2, DEL";

Verdict must_succeed(const Answer& answer, const std::string& when) {
  return answer.succeeded() ? passed() : failed("success of DEL " + when, answer.text());
}

Verdict can_be_repeated(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  const Call del = lab.call("DEL", pod);
  KIT_REQUIRE(must_succeed(lab.run(del), "after ADD"));
  KIT_REQUIRE(must_succeed(lab.run(del), "when all is gone already"));
  KIT_REQUIRE(lab.remove_netns(pod));
  return must_succeed(lab.run(del), "when the network namespace is gone too");
}

Verdict bears_what_was_never_added(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.prepare(pod));
  return must_succeed(lab.run(lab.call("DEL", pod)), "of an attachment that never was");
}

Verdict bears_a_netns_that_is_a_file(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  KIT_REQUIRE(lab.remove_netns(pod));
  if (!base::open_file(pod.netns, O_CREAT | O_EXCL | O_WRONLY, 0644)) return skipped("cannot make '" + pod.netns + "'");
  return must_succeed(lab.run(lab.call("DEL", pod)), "where CNI_NETNS is a plain file");
}

Verdict bears_a_missing_runtime_config(Lab& lab) {
  Pod& pod = lab.pod();
  if (!Json::parse(lab.call("DEL", pod).input).contains("runtimeConfig"))
    return not_applicable("it takes no capability");
  KIT_REQUIRE(lab.attach(pod));
  pod.runtime_config.clear();
  return must_succeed(lab.run(lab.call("DEL", pod)), "without runtimeConfig");
}

// Catches who takes what another process is just taking away for an error.
Verdict bears_another_at_the_same_time(Lab& lab) {
  for (int round = 0; round < 3; ++round) {
    Pod& pod = lab.pod();
    KIT_REQUIRE(lab.attach(pod));
    const Call del = lab.call("DEL", pod);
    for (const Answer& answer : lab.run_together({del, del}))
      KIT_REQUIRE(must_succeed(answer, "twice at the same time"));
  }
  return passed();
}

}  // namespace

std::vector<Check> del_checks() {
  constexpr Applies kAll{}, kOnce{.once = true};
  return {
      {{"D2", Level::must, "succeeds in DEL when it is repeated", kSection}, kAll, can_be_repeated},
      {{"D3", Level::must, "succeeds in DEL of what was never added", kSection}, kAll, bears_what_was_never_added},
      {{"D6", Level::should, "succeeds in DEL where the network namespace's path is a plain file", kSection},
       kOnce,
       bears_a_netns_that_is_a_file},
      {{"D8", Level::should, "succeeds in DEL without what the capabilities gave to ADD", kSection},
       kOnce,
       bears_a_missing_runtime_config},
      {{"D16", Level::should, "succeeds in two DELs of an attachment at the same time", kSection},
       kOnce,
       bears_another_at_the_same_time},
  };
}

}  // namespace cni::kit
