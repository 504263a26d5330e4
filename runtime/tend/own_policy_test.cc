// Policies and rules of single containers. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
#include "runtime/tend/seen.h"

namespace podrun::tend {
namespace {

using ::testing::IsEmpty;

Seen with(OwnRestart restart, Seen seen) {
  seen.restart = std::move(restart);
  return seen;
}
OwnRestart only(RestartPolicy policy) { return {.policy = policy, .rules = {}}; }
OwnRestart again_on(std::vector<std::uint32_t> codes, RestartPolicy otherwise = kNever) {
  return {.policy = otherwise, .rules = {{.is_in = true, .exit_codes = std::move(codes)}}};
}
OwnRestart again_but_on(std::vector<std::uint32_t> codes) {
  return {.policy = kNever, .rules = {{.is_in = false, .exit_codes = std::move(codes)}}};
}

class OwnPolicy : public ::testing::TestWithParam<Case> {};

TEST_P(OwnPolicy, GoesBeforeThePods) { expect_decision(GetParam()); }

INSTANTIATE_TEST_SUITE_P(
    Containers, OwnPolicy,
    ::testing::Values(
        Case{"OneMayStayEndedInAPodThatAlwaysRestarts",
             kAlways,
             {with(only(kNever), ended("m", 1)), ended("n", 1)},
             {"start n.1"}},
        Case{"OneMayBeMadeAgainInAPodThatNeverRestarts",
             kNever,
             {with(only(kAlways), ended("m", 0)), ended("n", 1)},
             {"start m.1"}},
        Case{"OnFailureOfOne", kNever, {with(only(kOnFailure), ended("m", 1)), runs("n")}, {"start m.1"}},
        Case{"AndNotOnSuccess", kAlways, {with(only(kOnFailure), ended("m", 0)), runs("n")}, {}},
        Case{"AllEndedForGoodByTheirOwnIsTheEnd", kAlways, {with(only(kNever), ended("m", 1))}, {}, true},
        Case{"AnInitContainerMayFailThePod", kAlways, {with(only(kNever), ended("a", 1, kInit)), waits("m")}, {}, true},
        Case{"OrBeMadeAgainInAPodThatNeverRestarts",
             kNever,
             {with(only(kOnFailure), ended("a", 1, kInit)), waits("m")},
             {"start a.1"}},
        Case{"ACodeOfARuleGoesBeforeThePolicy", kNever, {with(again_on({3, 42}), ended("m", 42))}, {"start m.1"}},
        Case{"OtherCodesAreThePolicys", kNever, {with(again_on({3, 42}), ended("m", 1))}, {}, true},
        Case{"AlsoSuccessMayBeACode", kNever, {with(again_on({0}), ended("m", 0))}, {"start m.1"}},
        Case{"NotInIsEveryOther", kNever, {with(again_but_on({0, 1}), ended("m", 2))}, {"start m.1"}},
        Case{"AndNotThose", kNever, {with(again_but_on({0, 1}), ended("m", 1))}, {}, true},
        Case{
            "ARuleOfAnInitContainer", kNever, {with(again_on({42}), ended("a", 42, kInit)), waits("m")}, {"start a.1"}},
        Case{"AnInitContainerThatSucceededIsPastWhateverItsRules",
             kNever,
             {with(again_on({0}), ended("a", 0, kInit)), waits("m")},
             {"start m.0"}},
        Case{"ARuleKeepsNobodyWhoIsHeld",
             kNever,
             {{.name = "m", .what = What::ended, .code = 42, .held = true, .restart = again_on({42})}, runs("n")},
             {}}),
    [](const auto& one) { return one.param.name; });

TEST(OwnPolicies, HaveTheBackOffOfAll) {
  Seen crashed = with(again_on({42}), ended("m", 42));
  crashed.back_off = 10;
  const Next next = next_of(kNever, {crashed});
  EXPECT_THAT(next.steps, IsEmpty());
  EXPECT_EQ(next.at, kNow + 10 * kSecond);
}

}  // namespace
}  // namespace podrun::tend
