#include "kit/src/world/leftovers.h"

namespace cni::kit {

Verdict prime(Lab& lab) {
  Pod& pod = lab.pod();
  if (const Answer added = lab.add(pod); !added.succeeded())
    return skipped("ADD of a first pod failed: " + added.text());
  if (const Answer removed = lab.del(pod); !removed.succeeded())
    return skipped("DEL of a first pod failed: " + removed.text());
  return passed();
}

Verdict expect_same_world(Lab& lab, const World& before, const std::string& after) {
  const auto changes = difference(before, lab.world());
  if (changes.empty()) return passed();
  const std::string number = changes.size() == 1 ? "1 thing is" : std::to_string(changes.size()) + " things are";
  return failed("after " + after + " the host and its pods are as before", number + " not", changes);
}

Verdict expect_nothing_left(Lab& lab, const std::string& after, const std::function<Verdict(Pod& pod)>& cycle) {
  KIT_REQUIRE(prime(lab));
  Pod& pod = lab.pod();
  const World before = lab.world();
  KIT_REQUIRE(cycle(pod));
  return expect_same_world(lab, before, after);
}

}  // namespace cni::kit
