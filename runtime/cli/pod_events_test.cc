// Events as pods and their changes tell them.
#include "runtime/cli/pod_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/event_printer.h"
#include "runtime/cli/test_pods.h"
#include "runtime/kernel/clock.h"

namespace podrun::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kSaved = kStarted + 60 * kSecond;
constexpr std::int64_t kNoticed = kStarted + 90 * kSecond;

ExitStatus exit_of(int code, std::int64_t after, bool out_of_memory = false) {
  return {.code = code,
          .signal = code > 128 ? code - 128 : 0,
          .finished_at = kStarted + after * kSecond,
          .out_of_memory = out_of_memory};
}

// "+3 Warning Error: MESSAGE", in seconds from the start of the containers.
std::vector<std::string> lines(const std::vector<PodEvent>& events) {
  std::vector<std::string> lines;
  for (const PodEvent& event : events)
    lines.push_back((event.time == 0 ? "?" : std::to_string((event.time - kStarted) / kSecond)) +
                    (event.is_warning ? " Warning " : " Normal ") + event.reason + ": " + event.message);
  return lines;
}
std::vector<std::string> lines_of(const LivePod& pod) { return lines(events_of(pod, kSaved)); }

TEST(PodEvents, OfAPodThatRuns) {
  EXPECT_THAT(lines_of(pod_of({running("main"), running("side", 2)})),
              ElementsAre("0 Normal Created: Created pod", "0 Normal Started: Started container main",
                          "0 Normal Started: Started container side, attempt 2"));
}

TEST(PodEvents, EndsOfContainersInTheOrderOfTime) {
  LivePod pod = pod_of({ended("main", exit_of(3, 9)), ended("side", exit_of(0, 5)), ended("hog", exit_of(137, 7, true)),
                        ended("lost", std::nullopt)});
  EXPECT_EQ(lines_of(pod).front(), "0 Normal Created: Created pod") << "the shim is about to tell";
  pod.shim_alive = false;
  EXPECT_THAT(
      lines_of(pod),
      ElementsAre("0 Normal Created: Created pod", "0 Normal Started: Started container main",
                  "0 Normal Started: Started container side", "0 Normal Started: Started container hog",
                  "0 Normal Started: Started container lost", "5 Normal Completed: Container side ended with code 0",
                  "7 Warning OOMKilled: Container hog ended with code 137, by signal 9",
                  "9 Warning Error: Container main ended with code 3",
                  "? Warning ContainerStatusUnknown: Container lost ended; nobody was there to tell how"))
      << "what has no time is not what came first";
}

TEST(PodEvents, AContainerThatCouldNotStart) {
  LiveContainer container = ended("main", exit_of(128, 2));
  container.record.life.failure = "no such program";
  EXPECT_THAT(lines_of(pod_of({container})),
              ElementsAre("0 Normal Created: Created pod",
                          "2 Warning Failed: Container main could not be started: no such program"));
  LiveContainer made = running("main");
  made.record.life.started_at = 0;
  EXPECT_THAT(lines_of(pod_of({made})), ElementsAre("0 Normal Created: Created pod")) << "it has not started yet";
}

TEST(PodEvents, TheWayDown) {
  LivePod pod = pod_of({});
  pod.record.life.deadline = 1;
  EXPECT_EQ(lines_of(pod).back(), "60 Normal Killing: Asked its containers to end");
  pod.record.life.state = PodState::deleting;
  EXPECT_EQ(lines_of(pod).back(), "60 Normal Deleting: Deleting pod");
  pod.reason = "DeleteFailed";
  pod.message = pod.record.life.failure = "plugin bridge DEL: no";
  EXPECT_EQ(lines_of(pod).back(), "60 Warning DeleteFailed: plugin bridge DEL: no");
  pod = pod_of({});
  pod.record.life.state = PodState::stopping;
  EXPECT_EQ(lines_of(pod).back(), "60 Normal Stopping: Stopping pod");
  pod.record.life.state = PodState::stopped;
  pod.reason = "Stopped";
  EXPECT_EQ(lines_of(pod).back(), "60 Normal Stopped: Stopped pod");
  EXPECT_THAT(lines({deletion_of(pod, kNoticed)}), ElementsAre("90 Normal Deleted: Deleted pod"));
}

TEST(PodEvents, AnEvictionHasItsTime) {
  LivePod pod = pod_of({ended("main", exit_of(137, 59))});
  pod.reason = "Evicted";
  pod.message = pod.record.life.evicted = "Usage of EmptyDir volume \"v\" exceeds the limit \"2Mi\".";
  EXPECT_EQ(lines_of(pod).back(), "60 Warning Evicted: " + pod.message);
}

TEST(PodEvents, AContainerThatIsKilledWithItsPod) {
  LivePod pod = pod_of({ended("main", std::nullopt)});
  pod.record.life.state = PodState::deleting;
  pod.shim_alive = false;
  EXPECT_THAT(lines_of(pod),
              ElementsAre("0 Normal Created: Created pod", "0 Normal Started: Started container main",
                          "60 Normal Deleting: Deleting pod", "? Normal Killed: Container main ended with its pod"));
  pod.record.life.state = PodState::stopped;
  EXPECT_THAT(lines_of(pod),
              ElementsAre("0 Normal Created: Created pod", "0 Normal Started: Started container main",
                          "60 Normal Killed: Container main ended with its pod", "60 Normal Stopped: Stopped pod"));
}

TEST(PodEvents, ADeathThatNoFileTellsOf) {
  LivePod pod = pod_of({});
  pod.reason = "SandboxGone";
  pod.message = "its shim process is gone";
  EXPECT_THAT(lines_of(pod), ElementsAre(testing::_, "? Warning SandboxGone: its shim process is gone"));
}

TEST(PodEvents, AContainerThatWaitsForItsNextAttempt) {
  LiveContainer container = ended("main", exit_of(1, 4), 2);
  container.record.life.back_off = 10 * kSecond;
  LivePod pod = pod_of({container});
  EXPECT_EQ(lines_of(pod).back(), "4 Warning Error: Container main, attempt 2 ended with code 1") << "for ever";
  pod.record.plan.restart = RestartPolicy::always;
  EXPECT_THAT(lines_of(pod).back(), testing::StartsWith("4 Warning BackOff: back-off "));
}

TEST(PodEvents, NewsAreWhatWasNotThereBefore) {
  const auto before = events_of(pod_of({running("main")}), kSaved);
  EXPECT_THAT(lines(news(before, before, kNoticed)), IsEmpty());
  const auto anew = events_of(pod_of({after(ended("main", exit_of(1, 4)), running("main", 1))}), kSaved);
  EXPECT_THAT(lines(news(before, anew, kNoticed)), ElementsAre("0 Normal Started: Started container main, attempt 1",
                                                               "4 Warning Error: Container main ended with code 1"));
  LivePod without_shim = pod_of({ended("main", std::nullopt)});
  without_shim.shim_alive = false;
  const auto lost = events_of(without_shim, kSaved);
  EXPECT_THAT(lines(news(before, lost, kNoticed)),
              ElementsAre("90 Warning ContainerStatusUnknown: Container main ended; nobody was there to tell how"));
}

TEST(EventTable, HasHeadingsOnce) {
  const auto events = events_of(pod_of({running("main")}), kSaved);
  EventTable table(false);
  EXPECT_EQ(table.lines({}), "");
  EXPECT_EQ(table.lines({events.front()}),
            "TIME                   TYPE     REASON    OBJECT    MESSAGE\n"
            "2023-11-14T22:13:20Z   Normal   Created   pod/web   Created pod\n");
  EXPECT_EQ(table.lines({events.back()}),
            "2023-11-14T22:13:21Z   Normal   Started   pod/web   Started container main\n");
  EXPECT_THAT(EventTable(true).lines({events.front()}), testing::StartsWith("NAMESPACE   TIME "));
}

TEST(KubeEvent, HasTheShapeOfAnEvent) {
  const auto events = events_of(pod_of({running("main")}), kSaved);
  EXPECT_EQ(kube_event(events.back()), Json::parse(R"({
    "apiVersion": "v1",
    "kind": "Event",
    "metadata": {"namespace": "team-a"},
    "type": "Normal",
    "reason": "Started",
    "message": "Started container main",
    "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": "web", "namespace": "team-a",
                       "uid": "0f0e0d0c-0b0a-4908-8706-050403020100", "fieldPath": "spec.containers{main}"},
    "source": {"component": "podrun"},
    "count": 1,
    "firstTimestamp": "2023-11-14T22:13:21Z",
    "lastTimestamp": "2023-11-14T22:13:21Z",
    "eventTime": "2023-11-14T22:13:21.000000000Z"
  })"));
}

}  // namespace
}  // namespace podrun::cli
