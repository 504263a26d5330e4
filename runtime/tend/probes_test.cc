// Probes and hooks as tables: a container, what was found so far, and what is done next. The cases are those of
// Kubernetes' pages on probes and on lifecycle hooks.
#include "runtime/tend/probes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "runtime/kernel/clock.h"
#include "runtime/tend/next.h"

namespace podrun::tend {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kNow = 1'700'000'000 * kSecond;

// A pod whose containers run since ten seconds, each asked every five seconds and ended after three failures.
class Probes : public ::testing::Test {
 protected:
  Probes() {
    pod.plan.restart = RestartPolicy::always;
    pod.life.state = PodState::ready;
    containers.reserve(8);
  }

  LiveContainer& add(const char* name, ContainerRole role = ContainerRole::main) {
    LiveContainer one;
    one.record.plan.name = name;
    one.record.plan.role = role;
    containers.push_back(std::move(one));
    run(containers.back());
    return containers.back();
  }
  static void run(LiveContainer& one) {
    one.record.life.process = {.pid = 7, .start_time = 1, .pidfd_inode = 1};
    one.record.life.started_at = kNow - 10 * kSecond;
    one.status.running = true;
  }
  static void wait(LiveContainer& one) {
    one.record.life.process = {};
    one.status.running = false;
  }
  static ProbePlan probe() {
    return {.action = TcpAction{.host = {}, .port = 80}, .period = 5, .failure_threshold = 3, .grace_period = {}};
  }
  static void find(LiveContainer& one, ProbeKind kind, bool succeeded, std::int64_t ago = 0) {
    remember(one.record.plan, kind, kNow - ago * kSecond, {succeeded, succeeded ? "" : "no answer"}, one.probes);
  }

  Next look(std::int64_t later = 0) { return next(pod, containers, kNow + later * kSecond); }
  std::vector<std::string> steps(std::int64_t later = 0) {
    static const std::map<ProbeKind, std::string> kKinds{
        {ProbeKind::startup, "startup "}, {ProbeKind::liveness, "liveness "}, {ProbeKind::readiness, "readiness "}};
    static const std::map<Step::Act, std::string> kActs{
        {Step::Act::start, "start "}, {Step::Act::stop, "stop "}, {Step::Act::greet, "greet "}};
    std::vector<std::string> words;
    for (const Step& step : look(later).steps)
      words.push_back((step.act == Step::Act::ask ? kKinds.at(step.kind) : kActs.at(step.act)) + step.container);
    return words;
  }

  PodRecord pod;
  std::vector<LiveContainer> containers;  // room for all, since add() gives references
};

TEST_F(Probes, NobodyIsAskedWhoHasNone) {
  LiveContainer& one = add("m");
  EXPECT_THAT(steps(), IsEmpty());
  EXPECT_EQ(look().at, 0);
  EXPECT_TRUE(one.has_started());
  EXPECT_TRUE(one.is_ready());
}

TEST_F(Probes, AreAskedFromTheInitialDelayOnAndThenPeriodically) {
  LiveContainer& one = add("m");
  one.record.plan.probes.readiness = probe();
  one.record.plan.probes.readiness->initial_delay = 12;
  EXPECT_THAT(steps(), IsEmpty());
  EXPECT_EQ(look().at, kNow + 2 * kSecond);
  EXPECT_THAT(steps(2), ElementsAre("readiness m"));
  find(one, ProbeKind::readiness, true, -2);
  EXPECT_EQ(look(2).at, kNow + 7 * kSecond);
  EXPECT_THAT(steps(7), ElementsAre("readiness m"));
}

TEST_F(Probes, AreAskedALittleEarlyWhereSomebodyIsUp) {
  LiveContainer& one = add("m");
  one.record.plan.probes.readiness = probe();
  find(one, ProbeKind::readiness, true);
  const std::int64_t due = kNow + 5 * kSecond;
  EXPECT_EQ(next(pod, containers, due - kEarly - 1).at, due);
  EXPECT_EQ(next(pod, containers, due - kEarly).steps.size(), 1U);
}

TEST_F(Probes, AreAskedAtOnceWhereTheClockWasSetBack) {
  LiveContainer& one = add("m");
  one.record.plan.probes.liveness = probe();
  find(one, ProbeKind::liveness, true, -86'400);
  EXPECT_THAT(steps(), ElementsAre("liveness m"));
}

TEST_F(Probes, OfStartupGateTheOthers) {
  LiveContainer& one = add("m");
  one.record.plan.probes = {.startup = probe(), .liveness = probe(), .readiness = probe()};
  EXPECT_THAT(steps(), ElementsAre("startup m"));
  EXPECT_FALSE(one.has_started());
  EXPECT_FALSE(one.is_ready());
  find(one, ProbeKind::startup, true);
  EXPECT_TRUE(one.has_started());
  EXPECT_FALSE(one.is_ready());
  EXPECT_THAT(steps(), ElementsAre("liveness m", "readiness m"));
  find(one, ProbeKind::readiness, true);
  EXPECT_TRUE(one.is_ready());
  EXPECT_THAT(steps(60), ElementsAre("liveness m", "readiness m")) << "startup is asked no more";
}

TEST_F(Probes, OfStartupEndItAfterSoManyFailures) {
  LiveContainer& one = add("m");
  one.record.plan.probes.startup = probe();
  one.record.plan.probes.startup->grace_period = 7;
  for (int i = 0; i < 2; ++i) find(one, ProbeKind::startup, false);
  EXPECT_THAT(steps(), IsEmpty());
  find(one, ProbeKind::startup, false);
  const Next next = look(60);
  ASSERT_EQ(next.steps.size(), 1U) << "and it is not asked meanwhile";
  EXPECT_EQ(next.steps[0].act, Step::Act::stop);
  EXPECT_EQ(next.steps[0].grace_period, 7U);
  EXPECT_EQ(why_it_is_ended(one.record.plan, one.probes)->failed, "startup probe");
  EXPECT_EQ(one.probes.startup.failure, "no answer");
}

TEST_F(Probes, OfLivenessEndItAfterSoManyFailuresInARow) {
  LiveContainer& one = add("m");
  one.record.plan.probes.liveness = probe();
  for (const bool succeeded : {false, false, true, false, false}) find(one, ProbeKind::liveness, succeeded);
  EXPECT_FALSE(why_it_is_ended(one.record.plan, one.probes));
  EXPECT_TRUE(one.is_ready()) << "liveness says nothing of readiness";
  find(one, ProbeKind::liveness, false);
  EXPECT_THAT(steps(), ElementsAre("stop m"));
  EXPECT_EQ(look().steps[0].grace_period, std::nullopt);
}

TEST_F(Probes, OfReadinessGoOnWhileItIsEnded) {
  LiveContainer& one = add("m");
  one.record.plan.probes = {.startup = {}, .liveness = probe(), .readiness = probe()};
  for (int i = 0; i < 3; ++i) find(one, ProbeKind::liveness, false);
  EXPECT_THAT(steps(), ElementsAre("stop m", "readiness m"));
}

TEST_F(Probes, OfReadinessChangeReadinessAtTheirThresholdsAlone) {
  LiveContainer& one = add("m");
  one.record.plan.probes.readiness = probe();
  one.record.plan.probes.readiness->success_threshold = 2;
  const std::vector<std::pair<bool, bool>> found_and_ready{{true, false}, {true, true},   {false, true}, {false, true},
                                                           {true, true},  {false, true},  {false, true}, {false, false},
                                                           {true, false}, {false, false}, {true, false}, {true, true}};
  for (const auto& [found, ready] : found_and_ready) {
    find(one, ProbeKind::readiness, found);
    EXPECT_EQ(one.is_ready(), ready);
    EXPECT_FALSE(why_it_is_ended(one.record.plan, one.probes));
  }
}

TEST_F(Probes, CountNoFurtherThanTheirThresholds) {
  LiveContainer& one = add("m");
  one.record.plan.probes.liveness = probe();
  for (int i = 0; i < 9; ++i) find(one, ProbeKind::liveness, true);
  EXPECT_EQ(one.probes.liveness.in_a_row, 1U);
}

TEST_F(Probes, BeginAnewWithTheNextAttempt) {
  LiveContainer& one = add("m");
  one.record.plan.probes.startup = probe();
  find(one, ProbeKind::startup, true);
  LiveContainer again;
  again.record.plan = one.record.plan;
  again.record.plan.attempt = 1;
  run(again);
  containers = {again};
  EXPECT_FALSE(again.has_started());
  EXPECT_THAT(steps(), ElementsAre("startup m"));
}

TEST_F(Probes, WakeWhoeverTendsAtTheEarliest) {
  LiveContainer& one = add("m");
  one.record.plan.probes = {.startup = {}, .liveness = probe(), .readiness = probe()};
  one.record.plan.probes.readiness->period = 3;
  find(one, ProbeKind::liveness, true);
  find(one, ProbeKind::readiness, true);
  EXPECT_EQ(look().at, kNow + 3 * kSecond);
}

TEST_F(Probes, AreForWhatStandsAndRuns) {
  LiveContainer& one = add("m");
  one.record.plan.probes.liveness = probe();
  pod.life.deadline = 1;
  EXPECT_THAT(steps(), IsEmpty()) << "it is being deleted";
  pod.life.deadline = 0;
  wait(one);
  EXPECT_THAT(steps(), ElementsAre("start m"));
}

TEST_F(Probes, OfASidecarHoldUpThoseToComeUntilItHasStarted) {
  add("s", ContainerRole::sidecar).record.plan.probes = {.startup = probe(), .liveness = {}, .readiness = probe()};
  wait(add("i", ContainerRole::init));
  wait(add("m"));
  EXPECT_THAT(steps(), ElementsAre("startup s"));
  find(containers[0], ProbeKind::startup, true);
  EXPECT_THAT(steps(), ElementsAre("readiness s", "start i")) << "its readiness is not waited for";
}

TEST_F(Probes, OfASidecarThatComesBackHoldNobodyUp) {
  add("s", ContainerRole::sidecar).record.plan.probes.startup = probe();
  LiveContainer& main = add("m");
  main.status.running = false;
  main.status.exit = ExitStatus{.code = 1, .finished_at = kNow - kSecond};
  EXPECT_THAT(steps(), ElementsAre("startup s", "start m"));
}

TEST_F(Probes, ComeAfterPostStart) {
  LiveContainer& one = add("m");
  one.record.plan.probes = {.startup = probe(), .liveness = {}, .readiness = {}};
  one.record.plan.hooks.post_start = SleepAction{1};
  EXPECT_THAT(steps(), ElementsAre("greet m"));
  EXPECT_FALSE(one.has_started());
  remember_greeting(kNow, {.succeeded = true, .failure = {}}, one.probes);
  EXPECT_THAT(steps(), ElementsAre("startup m"));
}

TEST_F(Probes, PostStartThatFailsEndsIt) {
  LiveContainer& one = add("m");
  one.record.plan.hooks.post_start = SleepAction{1};
  remember_greeting(kNow, {.succeeded = false, .failure = "exit status 3"}, one.probes);
  EXPECT_THAT(steps(), ElementsAre("stop m"));
  EXPECT_FALSE(one.is_ready());
  EXPECT_EQ(one.probes.failure, "exit status 3");
}

TEST_F(Probes, PostStartHoldsUpThoseToCome) {
  add("m").record.plan.hooks.post_start = SleepAction{1};
  wait(add("n"));
  EXPECT_THAT(steps(), ElementsAre("greet m"));
  remember_greeting(kNow, {.succeeded = true, .failure = {}}, containers[0].probes);
  EXPECT_THAT(steps(), ElementsAre("start n"));
  containers[0].probes = {};
  containers[0].status = {.running = false, .exit = ExitStatus{.code = 1, .finished_at = kNow - kSecond}};
  EXPECT_THAT(steps(), ElementsAre("start m", "start n")) << "who has ended is not waited for";
}

}  // namespace
}  // namespace podrun::tend
