// The decision as a table: what is seen of a pod, and what is done next. The cases are those of Kubernetes' pages on
// init containers, sidecar containers and the life of a pod.
#include <map>

#include "runtime/tend/back_off.h"
#include "runtime/tend/seen.h"

namespace podrun::tend {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Decision : public ::testing::TestWithParam<Case> {};

TEST_P(Decision, IsKubernetes) { expect_decision(GetParam()); }

Next next_of_removed(RestartPolicy restart, const std::vector<Seen>& seen, PodState state = PodState::ready) {
  PodRecord pod = standing(restart);
  pod.plan.removed_at_end = true;
  pod.life.state = state;
  return next(pod, all(seen), kNow);
}

TEST(Removal, IsOfWhatWasMadeForItOnceAllHasEndedForGood) {
  EXPECT_FALSE(next_of(kNever, {ended("m", 0)}).removes);
  EXPECT_TRUE(next_of_removed(kNever, {ended("m", 0), ended("n", 1)}).removes);
  EXPECT_TRUE(next_of_removed(kNever, {ended("a", 1, kInit), waits("m")}).removes) << "the pod has failed";
  EXPECT_FALSE(next_of_removed(kNever, {ended("m", 0), runs("n")}).removes);
  EXPECT_FALSE(next_of_removed(kAlways, {ended("m", 0)}).removes);
}

TEST(Removal, WaitsForSidecars) {
  const Next next = next_of_removed(kNever, {runs("s", kSidecar), ended("m", 0)});
  EXPECT_EQ(words(next.steps), std::vector<std::string>{"stop s.0"});
  EXPECT_FALSE(next.removes);
}

TEST(Removal, IsNotOfWhatAPersonHasInHand) {
  const Seen held{.name = "m", .what = What::ended, .code = 143, .held = true};
  EXPECT_FALSE(next_of_removed(kNever, {held}).removes);
  EXPECT_FALSE(next_of_removed(kNever, {held, ended("n", 0)}).removes);
}

TEST(Removal, ThatWasCutShortIsGoneOnWith) {
  EXPECT_TRUE(next_of_removed(kNever, {}, PodState::deleting).removes);
  EXPECT_FALSE(next_of_removed(kNever, {ended("m", 0)}, PodState::stopping).removes) << "its stop removes it";
  PodRecord pod = standing(kNever);
  pod.life.state = PodState::deleting;
  EXPECT_FALSE(next(pod, {}, kNow).removes) << "a person's delete";
}

INSTANTIATE_TEST_SUITE_P(
    InitContainers, Decision,
    ::testing::Values(
        Case{"TheFirstBegins", kAlways, {waits("a", kInit), waits("b", kInit), waits("m")}, {"start a.0"}},
        Case{"WhileItRunsNobodyElseDoes", kAlways, {runs("a", kInit), waits("b", kInit), waits("m")}, {}},
        Case{"ThenTheNext", kAlways, {ended("a", 0, kInit), waits("b", kInit), waits("m")}, {"start b.0"}},
        Case{"ThenAllMainOnesAtOnce",
             kNever,
             {ended("a", 0, kInit), waits("m"), waits("n")},
             {"start m.0", "start n.0"}},
        Case{"AFailedOneIsRetriedAlways", kAlways, {ended("a", 1, kInit), waits("m")}, {"start a.1"}},
        Case{"ASuccessfulOneIsNotMadeAgain", kAlways, {ended("a", 0, kInit), runs("m")}, {}},
        Case{"AFailedOneIsRetriedOnFailure", kOnFailure, {ended("a", 1, kInit), waits("m")}, {"start a.1"}},
        Case{"AFailedOneFailsAPodThatNeverRestarts",
             kNever,
             {ended("a", 1, kInit), waits("b", kInit), waits("m")},
             {},
             true},
        Case{"OnceAMainOneHasBegunTheyArePast", kAlways, {waits("a", kInit), ended("b", 0, kInit), runs("m")}, {}}),
    [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
    MainContainers, Decision,
    ::testing::Values(
        Case{"WithoutInitContainersAllBegin", kAlways, {waits("m"), waits("n")}, {"start m.0", "start n.0"}},
        Case{"OneThatWaitsBesideOneThatRuns", kNever, {runs("m"), waits("n")}, {"start n.0"}},
        Case{"WhatRunsNeedsNothing", kAlways, {runs("m"), runs("n")}, {}},
        Case{"AlwaysRestartsAfterSuccess", kAlways, {ended("m", 0)}, {"start m.1"}},
        Case{"AlwaysRestartsAfterFailure", kAlways, {ended("m", 1), runs("n")}, {"start m.1"}},
        Case{"OnFailureLetsSuccessBe", kOnFailure, {ended("m", 0), runs("n")}, {}},
        Case{"OnFailureRestartsAfterFailure", kOnFailure, {ended("m", 137), ended("n", 0)}, {"start m.1"}},
        Case{"NeverLetsFailureBe", kNever, {ended("m", 1), runs("n")}, {}},
        Case{"AllEndedForGoodIsTheEnd", kNever, {ended("m", 1), ended("n", 0)}, {}, true},
        Case{"AllSucceededOnFailureIsTheEnd", kOnFailure, {ended("m", 0), ended("n", 0)}, {}, true},
        Case{"WhatSomebodyHasStoppedStaysSo",
             kAlways,
             {{.name = "m", .what = What::ended, .code = 143, .held = true}, runs("n")},
             {}},
        Case{"AllStoppedBySomebodyIsNotTheEnd",
             kAlways,
             {{.name = "m", .what = What::ended, .code = 143, .held = true}},
             {}},
        Case{"APodWithoutContainersIsNotOver", kAlways, {}, {}}),
    [](const auto& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Sidecars, Decision,
    ::testing::Values(
        Case{"BeginInTheirTurn", kAlways, {waits("s", kSidecar), waits("a", kInit), waits("m")}, {"start s.0"}},
        Case{"CountAsStartedOnceTheyRun", kAlways, {runs("s", kSidecar), waits("a", kInit), waits("m")}, {"start a.0"}},
        Case{"BetweenInitContainers", kAlways, {ended("a", 0, kInit), waits("s", kSidecar), waits("m")}, {"start s.0"}},
        Case{"ThenMainOnes", kNever, {runs("s", kSidecar), waits("m")}, {"start m.0"}},
        Case{"OneThatEndedHoldsUpThoseToCome",
             kAlways,
             {ended("s", 1, kSidecar), waits("a", kInit), waits("m")},
             {"start s.1"}},
        Case{"ComeBackBesideAnInitContainerThatRuns",
             kNever,
             {ended("s", 0, kSidecar), runs("a", kInit), waits("m")},
             {"start s.1"}},
        Case{"AreAlwaysMadeAgain", kNever, {ended("s", 0, kSidecar), runs("m")}, {"start s.1"}},
        Case{"DoNotHoldUpARestart", kAlways, {ended("s", 1, kSidecar), ended("m", 1)}, {"start s.1", "start m.1"}},
        Case{"EndAfterTheMainOnesTheLastFirst",
             kNever,
             {runs("s", kSidecar), runs("t", kSidecar), ended("m", 0)},
             {"stop t.0"}},
        Case{"ThenTheOneBefore", kNever, {runs("s", kSidecar), ended("t", 143, kSidecar), ended("m", 0)}, {"stop s.0"}},
        Case{"AreNotMadeAgainAtTheEnd", kOnFailure, {ended("s", 143, kSidecar), ended("m", 0)}, {}, true},
        Case{"EndTooWhenAnInitContainerFails",
             kNever,
             {runs("s", kSidecar), ended("a", 1, kInit), waits("m")},
             {"stop s.0"}},
        Case{"GoOnWhileAMainOneIsToBeMadeAgain", kOnFailure, {runs("s", kSidecar), ended("m", 1)}, {"start m.1"}}),
    [](const auto& one) { return one.param.name; });

TEST(NextOfAPod, ThatIsNotReadyIsNothing) {
  for (const PodState state : {PodState::creating, PodState::deleting, PodState::stopping, PodState::stopped}) {
    PodRecord pod = standing(kAlways);
    pod.life.state = state;
    EXPECT_THAT(next(pod, all({ended("m", 1)}), kNow).steps, IsEmpty());
  }
  PodRecord pod = standing(kAlways);
  pod.life.deadline = 1;
  EXPECT_THAT(next(pod, all({ended("m", 1), waits("n")}), kNow).steps, IsEmpty()) << "its containers were asked to end";
}

// A restart that was cut short between its record and its process.
TEST(NextOfAPod, TakesUpAnAttemptThatIsOnRecordAlready) {
  Seen half = waits("m");
  half.attempt = 4;
  half.back_off = 40;
  EXPECT_THAT(next_of(kAlways, {half}).steps, ElementsAre(Step{Step::Act::start, "m", 4, 40 * kSecond}));
}

TEST(BackOff, IsTakenFromTheRecordOfTheAttemptThatEnded) {
  Seen crashed = ended("m", 1);
  crashed.attempt = 2;
  crashed.back_off = 20;
  crashed.ago = 5;
  Next next = next_of(kAlways, {crashed});
  EXPECT_THAT(next.steps, IsEmpty());
  EXPECT_EQ(next.at, kNow + 15 * kSecond);
  crashed.ago = 20;
  next = next_of(kAlways, {crashed});
  EXPECT_THAT(next.steps, ElementsAre(Step{Step::Act::start, "m", 3, 40 * kSecond}));
  EXPECT_EQ(next.at, 0);
}

TEST(BackOff, OfSeveralTheEarliestIsTheTimeToLookAgain) {
  Seen one = ended("m", 1), other = ended("n", 1);
  one.back_off = 40;
  other.back_off = 10;
  EXPECT_EQ(next_of(kAlways, {one, other}).at, kNow + 10 * kSecond);
  EXPECT_EQ(next_of(kAlways, {other, one}).at, kNow + 10 * kSecond);
}

TEST(BackOff, HoldsAnInitContainerAndAllThatComeAfterIt) {
  Seen crashed = ended("a", 1, kInit);
  crashed.back_off = 10;
  const Next next = next_of(kAlways, {crashed, waits("m")});
  EXPECT_THAT(next.steps, IsEmpty());
  EXPECT_EQ(next.at, kNow + 10 * kSecond);
}

TEST(BackOff, DoublesUpToFiveMinutes) {
  std::vector<std::int64_t> waited;
  Seen crashed = ended("m", 1);
  for (int i = 0; i < 8; ++i) {
    const LiveContainer one = live(crashed);
    waited.push_back(back_off_after(one.record, one.status) / kSecond);
    crashed.back_off = back_off_of_next(one.record, one.status) / kSecond;
  }
  EXPECT_THAT(waited, ElementsAre(0, 10, 20, 40, 80, 160, 300, 300));
}

TEST(BackOff, BeginsAnewAfterTenMinutes) {
  Seen crashed = ended("m", 1);
  crashed.back_off = 300;
  crashed.ran = 600;
  EXPECT_EQ(next_of(kAlways, {crashed}).at, kNow + 300 * kSecond) << "ten minutes are not more than ten minutes";
  crashed.ran = 601;
  EXPECT_THAT(next_of(kAlways, {crashed}).steps, ElementsAre(Step{Step::Act::start, "m", 1, 10 * kSecond}));
}

TEST(BackOff, OfWhatNeverBeganIsNotReset) {
  LiveContainer one = live(ended("m", 128));
  one.record.life.back_off = 40 * kSecond;
  one.record.life.started_at = 0;
  EXPECT_EQ(back_off_after(one.record, one.status), 40 * kSecond);
  one.record.life.started_at = kNow - 5000 * kSecond;
  one.status.exit->start_failed = true;
  EXPECT_EQ(back_off_after(one.record, one.status), 40 * kSecond);
}

TEST(BackOff, IsOverWhereTheClockWasSetBack) {
  Seen crashed = ended("m", 1);
  crashed.back_off = 10;
  crashed.ago = -86'400;
  const Next next = next_of(kAlways, {crashed});
  ASSERT_EQ(next.steps.size(), 1U) << "else at each look it would be put off anew";
  EXPECT_EQ(next.steps[0].act, Step::Act::start);
}

ContainerPlan with_role(ContainerRole role) {
  ContainerPlan plan;
  plan.role = role;
  return plan;
}

TEST(FirstSteps, AreAllWhereNoneHasToWait) {
  const ContainerPlan main = with_role(ContainerRole::main), sidecar = with_role(kSidecar);
  EXPECT_EQ(first_steps({}), 0U);
  EXPECT_EQ(first_steps({&main, &main}), 2U);
  EXPECT_EQ(first_steps({&sidecar, &main}), 2U);
}

TEST(FirstSteps, GoUpToTheFirstThatOthersWaitFor) {
  const ContainerPlan main = with_role(ContainerRole::main), sidecar = with_role(kSidecar), init = with_role(kInit);
  EXPECT_EQ(first_steps({&init, &main}), 1U);
  EXPECT_EQ(first_steps({&sidecar, &init, &sidecar, &init, &main}), 2U);
  ContainerPlan asked = sidecar;
  asked.probes.liveness.emplace();
  EXPECT_EQ(first_steps({&asked, &main}), 2U) << "its startup probe alone is waited for";
  asked.probes.startup.emplace();
  EXPECT_EQ(first_steps({&main, &asked, &main}), 2U);
  ContainerPlan greeted = main;
  greeted.hooks.post_start = SleepAction{1};
  EXPECT_EQ(first_steps({&greeted, &main}), 1U);
}

// What create has begun needs nothing more before something ends.
TEST(FirstSteps, LeaveNothingToDo) {
  EXPECT_THAT(next_of(kAlways, {runs("s", kSidecar), runs("a", kInit), waits("t", kSidecar), waits("m")}).steps,
              IsEmpty());
  EXPECT_THAT(next_of(kAlways, {runs("s", kSidecar), runs("m")}).steps, IsEmpty());
}

// A pod from its first container to its end, each look carried out.
TEST(NextOfAPod, LeadsThroughItsWholeLife) {
  std::map<std::string, Seen> pod{{"1", waits("fetch", kInit)}, {"2", waits("proxy", kSidecar)}, {"3", waits("work")}};
  const auto look = [&] {
    std::vector<Seen> seen;
    for (const auto& [place, one] : pod) seen.push_back(one);
    return next_of(kOnFailure, seen);
  };
  EXPECT_EQ(words(look().steps), std::vector<std::string>{"start fetch.0"});
  pod["1"] = ended("fetch", 1, kInit);
  EXPECT_EQ(words(look().steps), std::vector<std::string>{"start fetch.1"});
  pod["1"] = ended("fetch", 0, kInit);
  EXPECT_EQ(words(look().steps), std::vector<std::string>{"start proxy.0"});
  pod["2"] = runs("proxy", kSidecar);
  EXPECT_EQ(words(look().steps), std::vector<std::string>{"start work.0"});
  pod["3"] = ended("work", 3);
  EXPECT_EQ(words(look().steps), std::vector<std::string>{"start work.1"});
  pod["3"] = ended("work", 0);
  EXPECT_EQ(words(look().steps), std::vector<std::string>{"stop proxy.0"});
  pod["2"] = ended("proxy", 143, kSidecar);
  EXPECT_TRUE(look().over);
}

// Its maker died on the way.
TEST(TendNext, AnEphemeralContainerThatWaitsBeginsWhateverElseHasTo) {
  const auto next = next_of(kAlways, {{.name = "first", .role = ContainerRole::init, .what = What::runs},
                                      {.name = "main", .what = What::waits},
                                      {.name = "look", .role = ContainerRole::ephemeral, .what = What::waits},
                                      {.name = "too", .role = ContainerRole::ephemeral, .what = What::waits}});
  EXPECT_THAT(next.steps, ElementsAre(Step{Step::Act::start, "look", 0, 0}, Step{Step::Act::start, "too", 0, 0}));
}

TEST(TendNext, AnEphemeralContainerRunsOnceAndEndsWithThePod) {
  for (const int code : {0, 1})
    EXPECT_THAT(
        next_of(kAlways, {{.name = "main", .what = What::runs},
                          {.name = "look", .role = ContainerRole::ephemeral, .what = What::ended, .code = code}})
            .steps,
        IsEmpty());
  const auto next = next_of(
      RestartPolicy::never,
      {{.name = "main", .what = What::ended}, {.name = "look", .role = ContainerRole::ephemeral, .what = What::runs}});
  EXPECT_THAT(next.steps, ElementsAre(Step{Step::Act::stop, "look", 0, 0}));
  EXPECT_FALSE(next.over);
  EXPECT_THAT(next_of(RestartPolicy::never, {{.name = "main", .what = What::ended, .held = true},
                                             {.name = "look", .role = ContainerRole::ephemeral, .what = What::runs}})
                  .steps,
              IsEmpty())
      << "a person has stopped it";
}

}  // namespace
}  // namespace podrun::tend
