// Restarts, init containers and sidecars as kubectl's users see them.
#include "runtime/cli/container_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "runtime/cli/describe_text.h"
#include "runtime/cli/kube_json.h"
#include "runtime/cli/pod_table.h"
#include "runtime/kernel/clock.h"
#include "runtime/store/test_records.h"

namespace podrun::cli {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kCreated = 1'700'000'000 * kSecond;
constexpr std::int64_t kNow = kCreated + 600 * kSecond;

const ContainerStatus kRuns{.running = true, .exit = std::nullopt};
const ContainerStatus kWaits{};

ContainerStatus ended_status(int code, std::int64_t seconds_ago = 300) {
  return {.running = false, .exit = ExitStatus{.code = code, .finished_at = kNow - seconds_ago * kSecond}};
}

ContainerRecord record_of(const std::string& name, ContainerRole role, std::uint32_t attempt, bool has_process) {
  ContainerRecord record;
  record.plan.name = name;
  record.plan.role = role;
  record.plan.attempt = attempt;
  if (has_process) record.life.process = {.pid = 7, .start_time = 1, .pidfd_inode = 1};
  if (has_process) record.life.started_at = kCreated + 200 * kSecond;
  return record;
}

LiveContainer live_container(const std::string& name, ContainerRole role, ContainerStatus status,
                             std::uint32_t attempt = 0) {
  const bool has_process = status.running || status.exit;
  LiveContainer one{record_of(name, role, attempt, has_process), status, std::nullopt};
  if (attempt > 0) one.before = Attempt{record_of(name, role, attempt - 1, true), ended_status(1)};
  if (attempt > 0) one.record.life.back_off = 10 * kSecond;
  return one;
}
LiveContainer init(const std::string& name, ContainerStatus status, std::uint32_t attempt = 0) {
  return live_container(name, ContainerRole::init, status, attempt);
}
LiveContainer sidecar(const std::string& name, ContainerStatus status, std::uint32_t attempt = 0) {
  return live_container(name, ContainerRole::sidecar, status, attempt);
}
LiveContainer main_one(const std::string& name, ContainerStatus status, std::uint32_t attempt = 0) {
  return live_container(name, ContainerRole::main, status, attempt);
}

LivePod pod_of(std::vector<LiveContainer> containers, RestartPolicy restart = RestartPolicy::always,
               Phase phase = Phase::running) {
  LivePod pod;
  pod.record = standing_record();
  pod.record.life.created_at = kCreated;
  pod.record.plan.who.manifest = "{}";
  pod.record.plan.restart = restart;
  pod.containers = std::move(containers);
  pod.phase = phase;
  return pod;
}

std::string cells(std::string row) { return std::regex_replace(row, std::regex("   +"), "|"); }

// What kubectl's printer makes of the same statuses.
TEST(StatusColumn, IsKubectls) {
  const RestartPolicy never = RestartPolicy::never;
  const struct {
    LivePod pod;
    std::string word;
    std::string ready;
    std::string restarts;
  } cases[] = {
      {pod_of({init("a", kRuns), init("b", kWaits), main_one("m", kWaits)}, never, Phase::pending), "Init:0/2", "0/1",
       "0"},
      {pod_of({init("a", ended_status(0)), init("b", kRuns), main_one("m", kWaits)}, never, Phase::pending), "Init:1/2",
       "0/1", "0"},
      {pod_of({init("a", ended_status(1)), main_one("m", kWaits)}, never, Phase::failed), "Init:Error", "0/1", "0"},
      {pod_of({init("a", ended_status(1), 3), main_one("m", kWaits)}, RestartPolicy::on_failure, Phase::pending),
       "Init:CrashLoopBackOff", "0/1", "3 (5m ago)"},
      {pod_of({init("a", kRuns, 3), main_one("m", kWaits)}, RestartPolicy::always, Phase::pending), "Init:0/1", "0/1",
       "3 (5m ago)"},
      {pod_of({init("a", ended_status(0), 2), main_one("m", kWaits)}, never, Phase::pending), "PodInitializing", "0/1",
       "0"},
      {pod_of({main_one("m", kWaits)}, never, Phase::pending), "ContainerCreating", "0/1", "0"},
      {pod_of({init("a", ended_status(0), 2), main_one("m", kRuns)}), "Running", "1/1", "0"},
      {pod_of({main_one("m", kRuns, 3)}), "Running", "1/1", "3 (5m ago)"},
      {pod_of({main_one("m", ended_status(1, 120), 3)}), "CrashLoopBackOff", "0/1", "3 (2m ago)"},
      {pod_of({main_one("m", ended_status(0, 120), 3)}), "CrashLoopBackOff", "0/1", "3 (2m ago)"},
      {pod_of({main_one("m", ended_status(0, 120), 3)}, RestartPolicy::on_failure, Phase::succeeded), "Completed",
       "0/1", "3 (5m ago)"},
      {pod_of({main_one("m", ended_status(1))}), "Error", "0/1", "0"},
      {pod_of({main_one("m", ended_status(1)), main_one("n", kRuns)}, never), "Error", "1/2", "0"},
      {pod_of({main_one("m", ended_status(0)), main_one("n", kRuns)}, never), "NotReady", "1/2", "0"},
      {pod_of({sidecar("s", kRuns), init("a", kRuns), main_one("m", kWaits)}, never, Phase::pending), "Init:1/2", "1/2",
       "0"},
      {pod_of({sidecar("s", kRuns, 2), init("a", ended_status(0), 4), main_one("m", kRuns)}), "Running", "2/2",
       "2 (5m ago)"},
      {pod_of({sidecar("s", ended_status(1, 60), 2), main_one("m", kRuns)}), "Init:CrashLoopBackOff", "1/2",
       "2 (60s ago)"},
      {pod_of({sidecar("s", ended_status(143)), main_one("m", ended_status(0))}, never, Phase::succeeded), "Completed",
       "0/2", "0"},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.word + " " + one.restarts);
    EXPECT_EQ(status_word(one.pod), one.word);
    EXPECT_EQ(cells(pod_table({one.pod}, {.headings = false}, kNow)),
              "web|" + one.ready + "|" + one.word + "|" + one.restarts + "|10m\n");
  }
}

TEST(StatusColumn, SaysThatItNeverBecameItsPayload) {
  LivePod pod = pod_of({main_one("m", ended_status(128))}, RestartPolicy::never, Phase::failed);
  pod.containers[0].status.exit->start_failed = true;
  pod.containers[0].record.life.failure = "find the program: no such file";
  EXPECT_EQ(status_word(pod), "StartError");
  const Json state = kube_pod(pod)["status"]["containerStatuses"][0]["state"]["terminated"];
  EXPECT_EQ(state["exitCode"], 128);
  EXPECT_EQ(state["reason"], "StartError");
  EXPECT_EQ(state["message"], "find the program: no such file");
}

TEST(ContainerStatusJson, HasWhatCameBeforeTheRestart) {
  const LivePod pod = pod_of({main_one("m", kRuns, 3)});
  const Json status = kube_pod(pod)["status"]["containerStatuses"][0];
  EXPECT_EQ(status["restartCount"], 3);
  EXPECT_TRUE(status["state"].contains("running"));
  EXPECT_EQ(status["containerID"], "podrun://" + test_id('a') + "/m.3");
  EXPECT_EQ(status["lastState"]["terminated"]["containerID"], "podrun://" + test_id('a') + "/m.2");
  EXPECT_EQ(status["lastState"]["terminated"]["exitCode"], 1);
  EXPECT_EQ(status["lastState"]["terminated"]["reason"], "Error");
}

TEST(ContainerStatusJson, OneThatCrashesOnAndOnWaits) {
  LivePod pod = pod_of({main_one("m", ended_status(2), 3)});
  const Json status = kube_pod(pod)["status"]["containerStatuses"][0];
  EXPECT_EQ(status["state"]["waiting"]["reason"], "CrashLoopBackOff");
  EXPECT_EQ(status["state"]["waiting"]["message"],
            "back-off 10s restarting failed container=m pod=web_team-a(0f0e0d0c-0b0a-4908-8706-050403020100)");
  EXPECT_EQ(status["lastState"]["terminated"]["exitCode"], 2) << "the attempt that the back-off follows";
  EXPECT_EQ(status["ready"], false);
  // The first restart does not wait, and nor does what is not made again.
  pod = pod_of({main_one("m", ended_status(2))});
  EXPECT_TRUE(kube_pod(pod)["status"]["containerStatuses"][0]["state"].contains("terminated"));
  pod = pod_of({main_one("m", ended_status(2), 3)}, RestartPolicy::never);
  EXPECT_TRUE(kube_pod(pod)["status"]["containerStatuses"][0]["state"].contains("terminated"));
}

TEST(ContainerStatusJson, InitContainersHaveAListOfTheirOwn) {
  const LivePod pod = pod_of({init("a", ended_status(0)), sidecar("s", kRuns), main_one("m", kWaits)},
                             RestartPolicy::always, Phase::pending);
  const Json status = kube_pod(pod)["status"];
  ASSERT_EQ(status["initContainerStatuses"].size(), 2U);
  EXPECT_EQ(status["initContainerStatuses"][0]["ready"], true) << "it has succeeded";
  EXPECT_EQ(status["initContainerStatuses"][0]["started"], false);
  EXPECT_EQ(status["initContainerStatuses"][1]["started"], true);
  ASSERT_EQ(status["containerStatuses"].size(), 1U);
  EXPECT_EQ(status["containerStatuses"][0]["state"]["waiting"]["reason"], "PodInitializing");
  EXPECT_FALSE(status["containerStatuses"][0].contains("containerID"));
  EXPECT_EQ(status["conditions"][0]["type"], "Initialized");
  EXPECT_EQ(status["conditions"][0]["status"], "True");
  EXPECT_FALSE(kube_pod(pod_of({main_one("m", kRuns)}))["status"].contains("initContainerStatuses"));
}

TEST(ContainerStatusJson, WithoutAManifestTheSpecSaysWhichAreInit) {
  const Json spec = kube_pod(pod_of({init("a", kRuns), main_one("m", kWaits)}))["spec"];
  EXPECT_EQ(spec["initContainers"][0]["name"], "a");
  EXPECT_EQ(spec["containers"][0]["name"], "m");
}

TEST(DescribeContainers, TellsStateAndLastState) {
  const LivePod pod = pod_of({init("a", ended_status(0)), main_one("m", ended_status(2), 3)});
  const std::string text = describe_text(pod, kube_pod(pod));
  EXPECT_THAT(text, HasSubstr("Init Containers:\n  a:\n"));
  EXPECT_THAT(text, HasSubstr("Containers:\n  m:\n"));
  EXPECT_THAT(text, HasSubstr("    State:            Waiting\n      Reason:           CrashLoopBackOff\n"));
  EXPECT_THAT(text, HasSubstr("    Last State:       Terminated\n      Reason:           Error\n"
                              "      Exit Code:        2\n"));
  EXPECT_THAT(text, HasSubstr("    Restart Count:    3\n"));
}

std::string log_of(const LivePod& pod, bool previous) {
  const auto attempt = attempt_with_log(pod, "m", previous);
  return attempt ? attempt->plan.key() : attempt.error().what;
}

TEST(LogOf, IsTheAttemptsThatTheKubeletWouldPrint) {
  const std::string none = "previous terminated container \"m\" in pod \"web\" not found";
  EXPECT_EQ(log_of(pod_of({main_one("m", kRuns)}), false), "m.0");
  EXPECT_EQ(log_of(pod_of({main_one("m", kRuns)}), true), none);
  EXPECT_EQ(log_of(pod_of({main_one("m", ended_status(1))}, RestartPolicy::never), true), none);
  EXPECT_EQ(log_of(pod_of({main_one("m", kRuns, 3)}), false), "m.3");
  EXPECT_EQ(log_of(pod_of({main_one("m", kRuns, 3)}), true), "m.2");
  EXPECT_EQ(log_of(pod_of({main_one("m", ended_status(1), 3)}), true), "m.3") << "its next attempt waits";
  EXPECT_EQ(log_of(pod_of({main_one("m", kWaits, 3)}), false), "m.2") << "it is being made";
  EXPECT_EQ(log_of(pod_of({init("a", kRuns), main_one("m", kWaits)}), false),
            "container \"m\" in pod \"web\" is waiting to start: PodInitializing");
}

// What could not become a process has no log: asked for is what was said before it.
TEST(LogOf, PassesOverAnAttemptThatNeverRan) {
  LivePod pod = pod_of({main_one("m", ended_status(1), 3)});
  LiveContainer& one = pod.containers.front();
  one.record.life.process = {};
  one.record.life.failure = "no such image";
  EXPECT_EQ(log_of(pod, false), "m.2");
  EXPECT_EQ(log_of(pod, true), "m.2");
  one.before.reset();
  EXPECT_THAT(log_of(pod, false), HasSubstr("is waiting to start: "));
  EXPECT_THAT(log_of(pod, true), HasSubstr("not found"));
}

}  // namespace
}  // namespace podrun::cli
