// What --for waits for, asked of pods as they come.
#include "runtime/cli/pod_condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/cli/test_pods.h"

namespace podrun::cli {
namespace {

using testing::HasSubstr;

constexpr ExitStatus kGood{.code = 0, .finished_at = kStarted};
constexpr ExitStatus kBad{.code = 3, .finished_at = kStarted};

class PodConditionTest : public testing::Test {
 protected:
  void wait_for(const std::string& text, const std::string& container = "") {
    auto parsed = parse_condition(text, container);
    ASSERT_TRUE(parsed) << parsed.error().what;
    condition_ = std::move(parsed->condition);
  }
  // What it prints once it is met; "not yet" before, and "error: …".
  std::string of(const LivePod* pod) {
    const auto met = condition_(pod);
    return !met ? "error: " + met.error().what : *met ? **met : "not yet";
  }
  std::string of(const LivePod& pod) { return of(&pod); }
  // Of a pod that is so.
  std::string now(const std::string& text, const LivePod& pod) {
    wait_for(text);
    return of(pod);
  }
  PodCondition condition_;
};

const LivePod& running_pod() {
  static const LivePod pod = pod_of({running("main"), running("side")});
  return pod;
}
const LivePod& half_ended() {
  static const LivePod pod = pod_of({running("main"), ended("side", kGood)});
  return pod;
}

TEST_F(PodConditionTest, ConditionsOfTheStatus) {
  EXPECT_EQ(now("condition=Ready", running_pod()), "");
  EXPECT_EQ(now("condition=ready=true", running_pod()), "");
  EXPECT_EQ(now("condition=Ready=False", running_pod()), "not yet");
  EXPECT_EQ(now("condition=ContainersReady", half_ended()), "not yet");
  EXPECT_EQ(now("condition=ContainersReady=False", half_ended()), "");
  EXPECT_EQ(now("condition=Initialized", half_ended()), "");
  wait_for("condition=Ready=False");
  EXPECT_EQ(of(nullptr), "not yet") << "what is not there has no condition";
  EXPECT_THAT(now("condition=Redy", running_pod()),
              testing::AllOf(HasSubstr("error: "), HasSubstr("Redy"), HasSubstr("ContainersReady")));
}

TEST_F(PodConditionTest, ComingAndGoing) {
  LivePod creating = running_pod();
  creating.record.life.state = PodState::creating;
  wait_for("create");
  EXPECT_EQ(of(nullptr), "not yet");
  EXPECT_EQ(of(creating), "not yet") << "it may be undone";
  EXPECT_EQ(of(running_pod()), "");
  wait_for("delete");
  EXPECT_EQ(of(running_pod()), "not yet");
  EXPECT_EQ(of(nullptr), "");
}

TEST_F(PodConditionTest, ValuesAtAPath) {
  EXPECT_EQ(now("jsonpath={.status.phase}=Running", running_pod()), "");
  EXPECT_EQ(now("jsonpath=.status.phase=Running", running_pod()), "");
  EXPECT_EQ(now("jsonpath={.status.phase}=Succeeded", running_pod()), "not yet");
  EXPECT_EQ(now("jsonpath={.status.podIP}", running_pod()), "");
  EXPECT_EQ(now("jsonpath={.status.nothing}", running_pod()), "not yet");
  EXPECT_EQ(now("jsonpath={.status.containerStatuses[?(@.name==\"side\")].ready}=false", half_ended()), "");
  EXPECT_EQ(now("jsonpath={.status.containerStatuses[0].restartCount}=0", running_pod()), "");
  EXPECT_THAT(now("jsonpath={.status.containerStatuses[*].name}=main", running_pod()), HasSubstr("2 values"));
  wait_for("jsonpath={.status.phase}=Running");
  EXPECT_EQ(of(nullptr), "not yet");
}

TEST_F(PodConditionTest, TheEndOfAllContainers) {
  wait_for("exit");
  EXPECT_EQ(of(running_pod()), "not yet");
  EXPECT_EQ(of(half_ended()), "not yet");
  EXPECT_EQ(of(pod_of({ended("main", kBad), ended("side", kGood)})), "3\n0\n");
  LivePod untold = pod_of({ended("main", std::nullopt), ended("side", kGood)});
  EXPECT_EQ(now("exit", untold), "not yet") << "the shim is about to tell";
  untold.shim_alive = false;
  EXPECT_EQ(of(untold), "137\n0\n");
}

TEST_F(PodConditionTest, TheEndOfOneContainer) {
  wait_for("exit", "side");
  EXPECT_EQ(of(running_pod()), "not yet");
  EXPECT_EQ(of(half_ended()), "0\n");
  wait_for("exit", "prepare");
  EXPECT_EQ(of(pod_of({ended("prepare", kBad)})), "3\n");
  wait_for("exit", "nobody");
  EXPECT_THAT(of(running_pod()), testing::AllOf(HasSubstr("error: "), HasSubstr("\"nobody\"")));
}

// Main containers are made once the init containers are done, and each may be made anew.
TEST_F(PodConditionTest, TheEndOfThisAttempt) {
  wait_for("exit");
  EXPECT_EQ(of(pod_of({running("prepare")})), "not yet");
  EXPECT_EQ(of(pod_of({ended("prepare", kGood)})), "not yet");
  EXPECT_EQ(of(pod_of({running("main"), running("side")})), "not yet");
  EXPECT_EQ(of(pod_of({ended("main", kBad), running("side")})), "not yet");
  EXPECT_EQ(of(pod_of({running("main", 1), ended("side", kGood)})), "3\n0\n");
  wait_for("exit", "main");
  EXPECT_EQ(of(pod_of({running("main", 4)})), "not yet");
  EXPECT_EQ(of(pod_of({after(ended("main", kBad, 4), running("main", 5))})), "3\n");
  wait_for("exit", "main");
  EXPECT_EQ(of(pod_of({running("main", 4)})), "not yet");
  EXPECT_EQ(of(pod_of({running("main", 5)})), "137\n") << "what became of it nobody knows any more";
}

TEST_F(PodConditionTest, APodThatIsGoneTellsNoExit) {
  wait_for("exit");
  EXPECT_EQ(of(running_pod()), "not yet");
  EXPECT_THAT(of(nullptr), HasSubstr("error: "));
}

TEST_F(PodConditionTest, WhatIsNoConditionIsRefused) {
  for (const char* text : {"", "Ready", "condition", "condition=", "condition=Ready=Maybe", "jsonpath",
                           "jsonpath=", "jsonpath={.status", "jsonpath={.status.phase}=", "delete=now", "exit=0"}) {
    const auto parsed = parse_condition(text, "");
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().kind, Kind::invalid);
    EXPECT_THAT(parsed.error().what, HasSubstr("--for '"));
  }
  EXPECT_FALSE(parse_condition("delete", "main")) << "a container's name is for its exit";
}

}  // namespace
}  // namespace podrun::cli
