// What a pod's shim and podrun do for it when nobody is there: restart policies, init containers, sidecars.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "integration/clean_up.h"
#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SupervisionTest : public PodrunTest {
 protected:
  Json with_policy(const std::string& policy, const std::vector<Json>& containers) const {
    Json manifest = pod("web", containers);
    manifest["spec"]["restartPolicy"] = policy;
    return manifest;
  }
  static Json sidecar(const std::string& name) {
    Json one = container(name, {"/bin/payload", "sleep"});
    one["restartPolicy"] = "Always";
    return one;
  }
  Json status(const std::string& name) const {
    for (const char* list : {"containerStatuses", "initContainerStatuses"})
      for (const Json& one :
           Json::parse(podrun({"get", "pod", "web", "-o", "json"}).out)["status"].value(list, Json::array()))
        if (one["name"] == name) return one;
    return {};
  }
  int restarts(const std::string& name) const { return status(name)["restartCount"]; }
  std::string reason(const std::string& name) const {
    return status(name)["state"].value(Json::json_pointer("/waiting/reason"), std::string());
  }
  // The container is older than it is.
  void age(std::int64_t seconds) const {
    const std::string path = "/run/podrun/pods/" + pod_id("web") + "/containers/main.0.json";
    Json record = Json::parse(std::ifstream(path));
    for (const char* time : {"createdAt", "startedAt"})
      record["life"][time] = record["life"][time].get<std::int64_t>() - seconds * 1'000'000'000;
    std::ofstream(path) << record.dump();
  }
  std::string shim_log() const {
    std::ifstream file("/run/podrun/pods/" + pod_id("web") + "/shim.log");
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(SupervisionTest, WhatEndsIsMadeAgainAtOnceAndThenWithBackOff) {
  ASSERT_TRUE(must_create(with_policy("Always", {container("main", {"/bin/payload", "exit", "3"})})));
  ASSERT_TRUE(eventually([&] { return restarts("main") == 1 && reason("main") == "CrashLoopBackOff"; }));
  EXPECT_EQ(status("main")["lastState"]["terminated"]["exitCode"], 3);
  EXPECT_EQ(phase("web"), "Running");
  EXPECT_EQ(shim_log(), "");
}

TEST_F(SupervisionTest, OnFailureAndNeverLeaveWhatSucceeded) {
  ASSERT_TRUE(must_create(with_policy("OnFailure", {container("good", {"/bin/payload", "exit", "0"}),
                                                    container("bad", {"/bin/payload", "exit", "1"})})));
  ASSERT_TRUE(eventually([&] { return restarts("bad") == 1; }));
  EXPECT_EQ(restarts("good"), 0);
  EXPECT_EQ(remove("web").status, 0);
  ASSERT_TRUE(must_create(with_policy("Never", {container("main", {"/bin/payload", "exit", "1"})})));
  ASSERT_TRUE(eventually([&] { return phase("web") == "Failed"; }));
  EXPECT_EQ(restarts("main"), 0);
}

TEST_F(SupervisionTest, ContainersHavePoliciesAndRulesOfTheirOwn) {
  const auto with = [](Json one, const char* policy, Json rules = Json::array()) {
    one["restartPolicy"] = policy;
    for (Json& rule : rules) one["restartPolicyRules"].push_back({{"action", "Restart"}, {"exitCodes", rule}});
    return one;
  };
  const auto exits = [](const char* name, const char* code) { return container(name, {"/bin/payload", "exit", code}); };
  Json manifest =
      with_policy("Never", {with(exits("again", "0"), "Always"), with(exits("fails", "1"), "OnFailure"),
                            with(exits("rule", "42"), "Never", {{{"operator", "In"}, {"values", {3, 42}}}}),
                            with(exits("other", "41"), "Never", {{{"operator", "In"}, {"values", {3, 42}}}}),
                            with(exits("but", "5"), "Never", {{{"operator", "NotIn"}, {"values", {0}}}}),
                            with(exits("fine", "0"), "OnFailure")});
  manifest["spec"]["initContainers"] = {with(exits("first", "0"), "Never")};
  ASSERT_TRUE(must_create(manifest));
  for (const char* name : {"again", "fails", "rule", "but"})
    EXPECT_TRUE(eventually([&] { return restarts(name) == 1 && reason(name) == "CrashLoopBackOff"; })) << name;
  for (const char* name : {"other", "fine"}) EXPECT_EQ(restarts(name), 0) << name;
  EXPECT_EQ(phase("web"), "Running");
}

TEST_F(SupervisionTest, APodThatAlwaysRestartsIsOverOnceNoneOfItsContainersDoes) {
  Json main = container("main", {"/bin/payload", "exit", "1"});
  main["restartPolicy"] = "Never";
  ASSERT_TRUE(must_create(with_policy("Always", {main})));
  EXPECT_TRUE(eventually([&] { return phase("web") == "Failed"; }));
  EXPECT_EQ(restarts("main"), 0);
}

TEST_F(SupervisionTest, OneThatIsKilledIsMadeAgainOnAFreshLayer) {
  ASSERT_TRUE(must_create(with_policy("Always", {container("main", {"/bin/payload", "sleep"})})));
  std::ofstream(data_dir() + "/pods/" + pod_id("web") + "/containers/main.0/upper/left") << "x";
  const pid_t before = container_pid("web", "main");
  ASSERT_EQ(podrun({"kill", "web", "-s", "KILL"}).status, 0);
  ASSERT_TRUE(eventually([&] { return container_pid("web", "main") != before && phase("web") == "Running"; }));
  EXPECT_FALSE(std::ifstream("/proc/" + std::to_string(container_pid("web", "main")) + "/root/left").is_open());
}

TEST_F(SupervisionTest, OneThatAPersonStoppedStaysStopped) {
  ASSERT_TRUE(must_create(with_policy(
      "Always", {container("main", {"/bin/payload", "sleep"}), container("other", {"/bin/payload", "sleep"})})));
  ASSERT_EQ(podrun({"stop", "web", "-c", "main"}).status, 0);
  const Output killed = podrun({"kill", "web", "-c", "other"});
  ASSERT_EQ(killed.status, 0) << killed.err;
  ASSERT_TRUE(eventually([&] { return restarts("other") == 1; })) << "tend has looked";
  EXPECT_EQ(restarts("main"), 0);
  ASSERT_EQ(podrun({"start", "web", "-c", "main"}).status, 0);
  ASSERT_EQ(podrun({"kill", "web", "-c", "main"}).status, 0);
  EXPECT_TRUE(eventually([&] { return restarts("main") == 2; })) << "and is looked after again";
}

TEST_F(SupervisionTest, InitContainersEndInOrderBeforeTheOthersBegin) {
  Json manifest = with_policy("Never", {container("main", {"/bin/payload", "sleep"})});
  manifest["spec"]["initContainers"] = {container("first", {"/bin/payload", "count-lines", "3"}), sidecar("beside"),
                                        container("second", {"/bin/payload", "exit", "0"})};
  ASSERT_TRUE(must_create(manifest));
  ASSERT_TRUE(eventually([&] { return status("main")["started"] == true; }));
  const auto started = [&](const char* name) {
    const Json state = inspect("web");
    for (const Json& one : state["containers"])
      if (one["plan"]["name"] == name) return one["life"]["startedAt"].get<std::int64_t>();
    return std::int64_t{0};
  };
  EXPECT_LT(started("first"), started("beside"));
  EXPECT_LT(started("beside"), started("second"));
  EXPECT_LT(started("second"), started("main"));
  EXPECT_EQ(phase("web"), "Running");
}

TEST_F(SupervisionTest, InitContainersRunAgainAfterAStopAndTheOthersFindWhatTheyWrote) {
  Json manifest = with_policy("Always", {container("main", {"/bin/payload", "sleep"})});
  manifest["spec"]["initContainers"] = {container("first", {"/bin/payload", "exit", "0"})};
  ASSERT_TRUE(must_create(manifest));
  ASSERT_TRUE(eventually([&] { return status("main")["started"] == true; }));
  std::ofstream("/proc/" + std::to_string(container_pid("web", "main")) + "/root/kept") << "yes";
  ASSERT_EQ(podrun({"restart", "web"}).status, 0);
  EXPECT_EQ(restarts("first"), 0) << "it has done its work";
  ASSERT_EQ(podrun({"stop", "web"}).status, 0);
  ASSERT_EQ(podrun({"start", "web"}).status, 0);
  ASSERT_TRUE(eventually([&] { return status("main")["started"] == true; }));
  EXPECT_EQ(restarts("first"), 1);
  EXPECT_TRUE(fs::exists("/proc/" + std::to_string(container_pid("web", "main")) + "/root/kept"));
}

TEST_F(SupervisionTest, OneWhoseTurnHasNotComeIsNotStartedAndMayBeHeld) {
  Json manifest = with_policy("Always", {container("main", {"/bin/payload", "sleep"})});
  manifest["spec"]["initContainers"] = {container("first", {"/bin/payload", "sleep"})};
  ASSERT_TRUE(must_create(manifest));
  EXPECT_THAT(podrun({"start", "web", "-c", "main"}).err, HasSubstr("once its init containers have ended"));
  EXPECT_EQ(status("main")["started"], false);
  ASSERT_EQ(podrun({"stop", "web", "-c", "main"}).status, 0);
  end_in_order("web", "first");
  ASSERT_TRUE(eventually([&] { return status("first")["state"].contains("terminated"); }));
  ::usleep(300'000U * static_cast<unsigned>(slow_factor()));
  EXPECT_EQ(status("main")["started"], false);
}

TEST_F(SupervisionTest, AnInitContainerThatFailsFailsThePod) {
  Json manifest = with_policy("Never", {container("main", {"/bin/payload", "sleep"})});
  manifest["spec"]["initContainers"] = {container("first", {"/bin/payload", "exit", "7"})};
  ASSERT_TRUE(must_create(manifest));
  ASSERT_TRUE(eventually([&] { return phase("web") == "Failed"; }));
  EXPECT_EQ(status("main")["started"], false);
}

TEST_F(SupervisionTest, SidecarsEndAfterTheMainContainers) {
  Json manifest = with_policy("Never", {container("main", {"/bin/payload", "count-lines", "3"})});
  manifest["spec"]["initContainers"] = {sidecar("beside")};
  ASSERT_TRUE(must_create(manifest));
  ASSERT_TRUE(eventually([&] { return phase("web") == "Succeeded"; }));
  EXPECT_TRUE(status("beside")["state"].contains("terminated"));
}

// Before there is a process, and once there is one.
TEST_F(SupervisionTest, OneThatCannotBeStartedIsTriedAgainWithBackOff) {
  for (const bool without_image : {true, false}) {
    ASSERT_TRUE(must_create(with_policy("Always", {container("main", {"/bin/payload", "sleep"})})));
    age(1000);  // longer than any back-off
    fs::rename(rootfs() + (without_image ? "" : "/bin"), rootfs() + ".away");
    ASSERT_EQ(podrun({"kill", "web"}).status, 0);
    EXPECT_TRUE(eventually([&] { return reason("main") == "CrashLoopBackOff"; })) << status("main").dump();
    EXPECT_LE(restarts("main"), 2);
    EXPECT_THAT(shim_log(), HasSubstr("start container 'main'"));
    fs::rename(rootfs() + ".away", rootfs() + (without_image ? "" : "/bin"));
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(SupervisionTest, NothingIsLeftOfAPodThatCrashes) {
  remember_world();
  ASSERT_TRUE(must_create(with_policy("Always", {container("main", {"/bin/payload", "exit", "1"})})));
  ASSERT_TRUE(eventually([&] { return reason("main") == "CrashLoopBackOff"; }));
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration
