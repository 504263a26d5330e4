// CHECK: that a plugin notices what is wrong with an attachment, and nothing else. Spec, section 2, CHECK.
#include "kit/src/lab.h"

namespace cni::kit {
namespace {

constexpr const char* kSection = "Spec, section 2, CHECK";
constexpr Version kFirst{0, 4, 0};

Verdict must_succeed(const Answer& answer, const std::string& when) {
  return answer.succeeded() ? passed() : failed("success of CHECK " + when, answer.text());
}

// Catches what settles a moment later than ADD ends.
Verdict finds_nothing_at_once(Lab& lab) {
  for (int round = 0; round < 4; ++round) {
    Pod& pod = lab.pod();
    KIT_REQUIRE(lab.attach(pod));
    KIT_REQUIRE(must_succeed(lab.run(lab.call("CHECK", pod)), "right after ADD"));
  }
  return passed();
}

Verdict asks_for_the_previous_result(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  pod.result = nullptr;
  const Answer answer = lab.run(lab.call("CHECK", pod));
  return answer.succeeded() ? failed("an error: prevResult is missing", "success") : passed();
}

Verdict bears_others(Lab& lab) {
  Pod& pod = lab.pod();
  KIT_REQUIRE(lab.attach(pod));
  for (int other = 0; other < 3; ++other) KIT_REQUIRE(lab.attach(lab.pod()));
  return must_succeed(lab.run(lab.call("CHECK", pod)), "when others were attached since");
}

}  // namespace

std::vector<Check> check_checks() {
  constexpr Applies kAll{.from = kFirst}, kOnce{.from = kFirst, .once = true};
  return {
      {{"K1", Level::must, "finds nothing wrong right after ADD", kSection}, kAll, finds_nothing_at_once},
      {{"K18", Level::should, "refuses CHECK without a prevResult", kSection}, kOnce, asks_for_the_previous_result},
      {{"K20", Level::must, "finds nothing wrong when other pods were attached since", kSection}, kOnce, bears_others},
  };
}

}  // namespace cni::kit
