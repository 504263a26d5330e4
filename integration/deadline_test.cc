// Pods that may be active for so long: spec.activeDeadlineSeconds.
#include <gmock/gmock.h>
#include <unistd.h>

#include "integration/aged_pod.h"

namespace integration {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class DeadlineTest : public WithAgedPods<PodrunTest> {
 protected:
  static Json always(Json manifest) {
    manifest["spec"]["restartPolicy"] = "Always";
    return manifest;
  }
  static Json sleeping(const std::string& name) { return container(name, {"/bin/payload", "sleep"}); }
};

TEST_F(DeadlineTest, EndsAllContainersAndNothingIsMadeAgain) {
  Json beside = sleeping("beside");
  beside["restartPolicy"] = "Always";
  Json manifest = with_deadline(always(pod("web", {sleeping("main"), sleeping("other")})), 2 * slow_factor());
  manifest["spec"]["initContainers"] = {beside};
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(phase("web"), "Running");
  ASSERT_TRUE(eventually([&] { return phase("web") == "Failed"; }, std::chrono::seconds(20)));
  EXPECT_THAT(why_not_failed_by_deadline("web"), IsEmpty());
  const Json now = status("web");
  for (const char* list : {"containerStatuses", "initContainerStatuses"})
    for (const Json& one : now[list]) {
      EXPECT_EQ(one["state"]["terminated"]["exitCode"], 0) << "asked, and not killed: " << one.dump();
      EXPECT_EQ(one["restartCount"], 0);
    }
  EXPECT_THAT(podrun({"get", "pods"}).out, HasSubstr("DeadlineExceeded"));
  EXPECT_THAT(podrun({"events", "web"}).out, HasSubstr("DeadlineExceeded"));
  const std::string described = podrun({"describe", "pod", "web"}).out;
  EXPECT_THAT(described, HasSubstr("Reason:           DeadlineExceeded"));
  EXPECT_THAT(described, HasSubstr("longer than the specified deadline"));
}

TEST_F(DeadlineTest, NobodyIsStartedAfterIt) {
  ASSERT_TRUE(must_create(with_deadline(always(pod("web", {sleeping("main")})))));
  age("web");
  ASSERT_EQ(tend("web").status, 0);
  EXPECT_THAT(why_not_failed_by_deadline("web"), IsEmpty());
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"start", "web"}, {"start", "web", "-c", "main"}, {"restart", "web"}})
    EXPECT_THAT(podrun(args).err, HasSubstr("has had its activeDeadlineSeconds, 3600 from its creation on"));
  ASSERT_EQ(podrun({"stop", "web"}).status, 0);
  EXPECT_THAT(why_not_failed_by_deadline("web"), IsEmpty());
  EXPECT_THAT(podrun({"start", "web"}).err, HasSubstr("has had its activeDeadlineSeconds"));
  EXPECT_EQ(pod_state("web"), "stopped");
  EXPECT_EQ(podrun({"delete", "pod", "web"}).status, 0);
}

// The time goes on from the creation, whatever became of the pod since.
TEST_F(DeadlineTest, AStopAndAStartGiveNoTime) {
  ASSERT_TRUE(must_create(with_deadline(pod("web", {sleeping("main")}))));
  const std::string before = status("web")["startTime"];
  ASSERT_EQ(podrun({"stop", "web"}).status, 0);
  ASSERT_EQ(podrun({"start", "web"}).status, 0);
  EXPECT_EQ(status("web")["startTime"], before);
  EXPECT_EQ(phase("web"), "Running");
  age("web", kLong - 2);
  ASSERT_EQ(tend("web").status, 0);  // as the shim woke it: it says when it is to be woken next
  ASSERT_TRUE(eventually([&] { return phase("web") == "Failed"; }, std::chrono::seconds(20)));
  EXPECT_THAT(why_not_failed_by_deadline("web"), IsEmpty());
}

TEST_F(DeadlineTest, WhatHadEndedBeforeIsWhatItWas) {
  ASSERT_TRUE(must_create(with_deadline(pod("web", {container("main", {"/bin/payload", "exit", "0"})}), 3)));
  ASSERT_TRUE(eventually([&] { return phase("web") == "Succeeded"; }));
  ::usleep(3'000'000);
  EXPECT_EQ(phase("web"), "Succeeded");
  EXPECT_THAT(status("web").dump(), Not(HasSubstr("DeadlineExceeded")));
  EXPECT_EQ(tend("web").status, 0);
  EXPECT_EQ(phase("web"), "Succeeded");
}

TEST_F(DeadlineTest, OneThatIgnoresItsSignalIsKilledAfterItsGracePeriod) {
  Json manifest = with_deadline(pod("web", {container("main", {"/bin/payload", "stubborn"})}));
  manifest["spec"]["terminationGracePeriodSeconds"] = 1;
  ASSERT_TRUE(must_create(manifest));
  ASSERT_TRUE(eventually([&] { return logs("web", "main").find("stubborn") != std::string::npos; }));
  age("web");
  ASSERT_EQ(tend("web").status, 0);
  EXPECT_THAT(why_not_failed_by_deadline("web"), IsEmpty());
  EXPECT_EQ(status("web")["containerStatuses"][0]["state"]["terminated"]["exitCode"], 137);
}

TEST_F(DeadlineTest, AnInitContainerIsEndedAndNobodyComesAfterIt) {
  Json manifest = with_deadline(always(pod("web", {sleeping("main")})));
  manifest["spec"]["initContainers"] = {sleeping("first")};
  ASSERT_TRUE(must_create(manifest));
  age("web");
  ASSERT_EQ(tend("web").status, 0);
  EXPECT_THAT(why_not_failed_by_deadline("web"), IsEmpty());
  EXPECT_TRUE(status("web")["containerStatuses"][0]["state"].contains("waiting"));
}

}  // namespace
}  // namespace integration
