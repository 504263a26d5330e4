// What a pod is, by what its containers do.
#include <gtest/gtest.h>

#include <vector>

#include "runtime/kernel/clock.h"
#include "runtime/store/store.h"

namespace podrun {
namespace {

constexpr std::int64_t kNow = 1'800'000'000 * kSecond;

// What the kubelet's getPhase makes of the same containers.
class PhaseOfContainers : public ::testing::Test {
 protected:
  PhaseOfContainers() {
    pod_.life.boot_id = boot_id();
    pod_.life.state = PodState::ready;
    pod_.plan.restart = RestartPolicy::always;
  }
  static LiveContainer one(ContainerRole role, std::optional<int> code = std::nullopt) {
    LiveContainer live;
    live.record.plan.role = role;
    live.record.life.process = {7, 1, 1};
    live.status.running = !code;
    if (code) live.status.exit = ExitStatus{.code = *code};
    return live;
  }
  static LiveContainer waiting(ContainerRole role) {
    LiveContainer live;
    live.record.plan.role = role;
    return live;
  }
  Phase phase(RestartPolicy restart, const std::vector<LiveContainer>& containers) {
    pod_.plan.restart = restart;
    return phase_of(pod_, sandbox_, containers, kNow);
  }

  PodRecord pod_;
  SandboxStatus sandbox_{.shim = true, .pause = true};
};

constexpr ContainerRole kMain = ContainerRole::main;
constexpr ContainerRole kInit = ContainerRole::init;
constexpr ContainerRole kSidecar = ContainerRole::sidecar;

TEST_F(PhaseOfContainers, WhatIsMadeAgainRuns) {
  EXPECT_EQ(phase(RestartPolicy::always, {one(kMain, 0)}), Phase::running);
  EXPECT_EQ(phase(RestartPolicy::always, {one(kMain, 1), one(kMain, 0)}), Phase::running);
  EXPECT_EQ(phase(RestartPolicy::on_failure, {one(kMain, 1), one(kMain, 0)}), Phase::running);
  EXPECT_EQ(phase(RestartPolicy::on_failure, {one(kMain, 0), one(kMain, 0)}), Phase::succeeded);
  EXPECT_EQ(phase(RestartPolicy::never, {one(kMain, 1), one(kMain, 0)}), Phase::failed);
  EXPECT_EQ(phase(RestartPolicy::never, {one(kMain, 0)}), Phase::succeeded);
}

TEST_F(PhaseOfContainers, PendingUntilAllInitContainersHaveSucceeded) {
  EXPECT_EQ(phase(RestartPolicy::always, {one(kInit), waiting(kMain)}), Phase::pending);
  EXPECT_EQ(phase(RestartPolicy::always, {one(kInit, 1), waiting(kMain)}), Phase::pending);
  EXPECT_EQ(phase(RestartPolicy::always, {one(kInit, 0), waiting(kMain)}), Phase::pending);
  EXPECT_EQ(phase(RestartPolicy::always, {one(kInit, 0), one(kMain)}), Phase::running);
  EXPECT_EQ(phase(RestartPolicy::always, {one(kSidecar), waiting(kMain)}), Phase::pending);
}

TEST_F(PhaseOfContainers, AnInitContainerFailsThePodOnlyForGood) {
  EXPECT_EQ(phase(RestartPolicy::never, {one(kInit, 1), waiting(kMain)}), Phase::failed);
  EXPECT_EQ(phase(RestartPolicy::on_failure, {one(kInit, 1), waiting(kMain)}), Phase::pending);
}

TEST_F(PhaseOfContainers, SidecarsRunButDoNotDecideHowItEnded) {
  EXPECT_EQ(phase(RestartPolicy::never, {one(kSidecar), one(kMain, 0)}), Phase::running) << "it is about to be stopped";
  EXPECT_EQ(phase(RestartPolicy::never, {one(kSidecar, 143), one(kMain, 0)}), Phase::succeeded);
  EXPECT_EQ(phase(RestartPolicy::never, {one(kSidecar, 0), one(kMain, 2)}), Phase::failed);
}

TEST_F(PhaseOfContainers, TheNextAttemptInTheMakingRuns) {
  LiveContainer next = waiting(kMain);
  next.before = Attempt{};
  EXPECT_EQ(phase(RestartPolicy::always, {next}), Phase::running);
  next.record.plan.role = kSidecar;
  EXPECT_EQ(phase(RestartPolicy::never, {next, one(kMain, 0)}), Phase::succeeded) << "a sidecar decides nothing";
}

TEST_F(PhaseOfContainers, APodThatIsToEndMakesNothingAgain) {
  pod_.life.state = PodState::stopped;
  EXPECT_EQ(phase(RestartPolicy::always, {one(kMain, 0)}), Phase::succeeded);
  EXPECT_EQ(phase(RestartPolicy::always, {one(kMain, 143)}), Phase::failed);
  EXPECT_EQ(phase(RestartPolicy::always, {one(kInit, 0), waiting(kMain)}), Phase::failed);
}

TEST_F(PhaseOfContainers, WithoutContainersItRunsUntilItIsStopped) {
  EXPECT_EQ(phase(RestartPolicy::always, {}), Phase::running);
  pod_.life.state = PodState::stopped;
  pod_.life.boot_id = "another";
  sandbox_ = {};
  EXPECT_EQ(phase(RestartPolicy::always, {}), Phase::succeeded) << "a stopped pod needs no shim, and outlives a boot";
}

TEST_F(PhaseOfContainers, AMakingOfAnotherBootHasFailed) {
  for (const PodState state : {PodState::creating, PodState::starting}) {
    pod_.life.state = state;
    pod_.life.boot_id = boot_id();
    EXPECT_EQ(phase(RestartPolicy::always, {}), Phase::pending);
    pod_.life.boot_id = "another";
    EXPECT_EQ(phase(RestartPolicy::always, {}), Phase::failed);
  }
}

TEST_F(PhaseOfContainers, ItIsOverOnceAllMainContainersHaveEndedForGood) {
  const auto over = [&](RestartPolicy restart, const std::vector<LiveContainer>& containers) {
    pod_.plan.restart = restart;
    return is_over(pod_, containers, kNow);
  };
  EXPECT_TRUE(over(RestartPolicy::never, {one(kMain, 0), one(kMain, 1)}));
  EXPECT_FALSE(over(RestartPolicy::never, {one(kMain, 0), one(kMain)}));
  EXPECT_FALSE(over(RestartPolicy::never, {one(kMain), one(kMain, 0)}));
  EXPECT_FALSE(over(RestartPolicy::never, {one(kMain, 0), waiting(kMain)}));
  EXPECT_FALSE(over(RestartPolicy::never, {one(kInit, 0), one(kSidecar, 0)})) << "there is no main one";
  EXPECT_TRUE(over(RestartPolicy::never, {one(kInit, 1), waiting(kMain)}));
  EXPECT_FALSE(over(RestartPolicy::never, {one(kInit, 0), waiting(kMain)}));
  EXPECT_FALSE(over(RestartPolicy::on_failure, {one(kInit, 1), waiting(kMain)}));
  EXPECT_TRUE(over(RestartPolicy::on_failure, {one(kMain, 0)}));
  EXPECT_FALSE(over(RestartPolicy::on_failure, {one(kMain, 1)}));
  EXPECT_FALSE(over(RestartPolicy::always, {one(kMain, 0)}));
}

TEST_F(PhaseOfContainers, WhatHasEndedIsMadeAgainWhileThePodStands) {
  const auto again = [&](const LiveContainer& ended) { return is_made_again(pod_, {ended, one(kMain)}, ended, kNow); };
  EXPECT_TRUE(again(one(kMain, 0)));
  EXPECT_TRUE(again(one(kSidecar, 0)));
  EXPECT_TRUE(again(one(kInit, 1)));
  EXPECT_FALSE(again(one(kInit, 0)));
  EXPECT_FALSE(again(one(ContainerRole::ephemeral, 1))) << "kubectl debug's has no restart policy";
  EXPECT_FALSE(again(one(kMain))) << "it runs";
  EXPECT_FALSE(again(waiting(kMain)));
  LiveContainer held = one(kMain, 0);
  held.record.life.held = true;
  EXPECT_FALSE(again(held));
  pod_.life.deadline = 1;
  EXPECT_FALSE(again(one(kMain, 0))) << "it is to be deleted";
  pod_.life.deadline = 0;
  pod_.life.state = PodState::stopped;
  EXPECT_FALSE(again(one(kMain, 0)));
  pod_.life.state = PodState::ready;
  pod_.plan.restart = RestartPolicy::never;
  const LiveContainer sidecar = one(kSidecar, 0);
  EXPECT_TRUE(is_made_again(pod_, {sidecar, one(kMain)}, sidecar, kNow)) << "as long as it is needed";
  EXPECT_FALSE(is_made_again(pod_, {sidecar, one(kMain, 0)}, sidecar, kNow));
}

TEST_F(PhaseOfContainers, OwnPoliciesAndRulesAreWhatCounts) {
  LiveContainer again = one(kMain, 42);
  again.record.plan.restart = {.policy = RestartPolicy::never, .rules = {{.is_in = true, .exit_codes = {42}}}};
  EXPECT_EQ(phase(RestartPolicy::never, {again}), Phase::running);
  again.status.exit->code = 1;
  EXPECT_EQ(phase(RestartPolicy::always, {again}), Phase::failed);
  again.status.exit.reset();  // nobody was there to tell: as killed
  again.record.plan.restart.rules = {{.is_in = true, .exit_codes = {137}}};
  EXPECT_EQ(phase(RestartPolicy::never, {again}), Phase::running);
}

TEST_F(PhaseOfContainers, WhatSomebodyStoppedIsNotMadeAgain) {
  LiveContainer held = one(kMain, 143);
  held.record.life.held = true;
  EXPECT_EQ(phase(RestartPolicy::always, {held}), Phase::failed);
  EXPECT_FALSE(is_over(pod_, {held}, kNow)) << "its sidecars wait for it";
  held.record.plan.role = kInit;
  EXPECT_EQ(phase(RestartPolicy::always, {held, waiting(kMain)}), Phase::pending);
}

class PastDeadline : public PhaseOfContainers {
 protected:
  PastDeadline() {
    pod_.plan.active_deadline = 60;
    pod_.life.created_at = kNow - 60 * kSecond;
  }
  static LiveContainer ended(int code, std::int64_t seconds_after_deadline) {
    LiveContainer live = one(kMain, code);
    live.status.exit->finished_at = kNow + seconds_after_deadline * kSecond;
    return live;
  }
};

TEST_F(PastDeadline, APodThatHadNotEndedHasFailedOnceAllOfItHas) {
  EXPECT_EQ(phase(RestartPolicy::never, {one(kMain)}), Phase::running) << "it has its grace period";
  EXPECT_EQ(phase(RestartPolicy::always, {one(kMain, 0)}), Phase::failed);
  EXPECT_EQ(phase(RestartPolicy::never, {ended(0, 1)}), Phase::failed) << "whatever it exits with";
  EXPECT_EQ(phase(RestartPolicy::on_failure, {one(kInit, 0), waiting(kMain)}), Phase::failed);
  EXPECT_EQ(phase(RestartPolicy::never, {one(kSidecar), ended(0, 1)}), Phase::running);
  pod_.life.state = PodState::stopped;
  EXPECT_EQ(phase(RestartPolicy::always, {one(kMain, 0)}), Phase::failed);
}

TEST_F(PastDeadline, APodThatHadEndedIsWhatItWas) {
  EXPECT_EQ(phase(RestartPolicy::never, {ended(0, -1)}), Phase::succeeded);
  EXPECT_FALSE(has_exceeded_deadline(pod_, {ended(0, -1)}, kNow));
  EXPECT_FALSE(has_exceeded_deadline(pod_, {ended(0, -1), one(kSidecar, 0)}, kNow)) << "those do not count";
  EXPECT_TRUE(has_exceeded_deadline(pod_, {ended(0, 0)}, kNow));
  EXPECT_TRUE(has_exceeded_deadline(pod_, {ended(0, -1), ended(0, 1)}, kNow));
  EXPECT_TRUE(has_exceeded_deadline(pod_, {ended(0, -1), one(kMain)}, kNow));
}

TEST_F(PastDeadline, NotBeforeIt) {
  EXPECT_EQ(active_until(pod_), kNow);
  EXPECT_FALSE(has_exceeded_deadline(pod_, {one(kMain)}, kNow - 1));
  EXPECT_TRUE(has_exceeded_deadline(pod_, {one(kMain)}, kNow));
  pod_.plan.active_deadline.reset();
  EXPECT_EQ(active_until(pod_), 0);
  EXPECT_FALSE(has_exceeded_deadline(pod_, {one(kMain)}, kNow));
}

}  // namespace
}  // namespace podrun
