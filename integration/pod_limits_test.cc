// Limits of the Pod as a whole: those of the cgroup around its containers.
#include <gmock/gmock.h>

#include "integration/cgroup_files.h"
#include "integration/test_host.h"

namespace integration {
namespace {

class PodLimitsTest : public PodrunTest {
 protected:
  static Json held(const Json& resources, const std::vector<std::string>& main) {
    Json manifest = pod("web", {container("main", main), container("beside", {"/bin/payload", "sleep"})});
    manifest["spec"]["resources"] = resources;
    return manifest;
  }
  std::string of_pod(const std::string& controller, const std::string& v1, const std::string& v2) const {
    return cgroup_file(container_pid("web", "main"), controller, "../" + v1, "../" + v2);
  }
};

TEST_F(PodLimitsTest, AreWrittenAroundTheContainersAndInThem) {
  if (!can_run({need::controller("memory"), need::controller("cpu")})) return;
  remember_world();
  ASSERT_TRUE(must_create(
      held({{"limits", {{"memory", "96Mi"}, {"cpu", "2"}}}, {"requests", {{"cpu", "1"}}}}, {"/bin/payload", "sleep"})));
  const auto expect_limits = [&](const char* when) {
    const pid_t pid = container_pid("web", "main");
    EXPECT_EQ(of_pod("memory", "memory.limit_in_bytes", "memory.max"), "100663296\n") << when;
    EXPECT_EQ(cgroup_file(pid, "memory", "memory.limit_in_bytes", "memory.max"), "100663296\n") << when;
    EXPECT_EQ(of_pod("cpu", "cpu.cfs_quota_us", "cpu.max").substr(0, 6), "200000") << when;
    EXPECT_THAT(of_pod("cpu", "cpu.shares", "../cpu.weight"), testing::AnyOf("1024\n", "39\n")) << when;
  };
  expect_limits("created");
  ASSERT_EQ(podrun({"stop", "web", "-t", "0"}).status, 0);
  ASSERT_EQ(podrun({"start", "web"}).status, 0);
  expect_limits("started again");
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(PodLimitsTest, CountProcessesOfAllContainers) {
  if (!can_run({need::controller("pids")})) return;
  ASSERT_TRUE(must_create(held({{"limits", {{"pids", 24}}}}, {"/bin/payload", "sleep"})));
  const auto of_each = [&] { return cgroup_file(container_pid("web", "main"), "pids", "pids.max", "pids.max"); };
  EXPECT_EQ(of_pod("pids", "pids.max", "pids.max"), "24\n");
  EXPECT_EQ(of_each(), "2048\n");
  const std::string many = "i=0; while [ $i -lt 16 ]; do sleep 30 > /dev/null 2>&1 & i=$((i+1)); done; echo all";
  EXPECT_EQ(exec("web", {"sh", "-c", many}, {"-c", "main"}).out, "all\n");
  const Output second = exec("web", {"sh", "-c", many}, {"-c", "beside"});
  EXPECT_EQ(second.out, "") << "they are 32 together";
  EXPECT_EQ(podrun({"update", "web", "--pod", "--pids-limit", "48"}).status, 0);
  EXPECT_EQ(of_pod("pids", "pids.max", "pids.max"), "48\n");
  EXPECT_EQ(of_each(), "2048\n");
  ASSERT_EQ(podrun({"stop", "web", "-t", "0"}).status, 0);
  ASSERT_EQ(podrun({"start", "web"}).status, 0);
  EXPECT_EQ(of_pod("pids", "pids.max", "pids.max"), "48\n");
}

TEST_F(PodLimitsTest, AreFeltByAllTogether) {
  if (!can_run({need::controller("memory")})) return;
  ASSERT_TRUE(must_create(held({{"limits", {{"memory", "64Mi"}}}}, {"/bin/payload", "hold", "40"})));
  ASSERT_TRUE(eventually([&] { return logs("web", "main").find("ate 40") != std::string::npos; }));
  // Each may have 64 MiB, and both together no more: one of them has to go, the kernel says which.
  const bool is_refused = exec("web", {"/bin/payload", "eat", "40"}, {"-c", "beside"}).status != 0;
  EXPECT_TRUE(is_refused || eventually([&] {
                return podrun({"get", "web"}).out.find("OOMKilled") != std::string::npos;
              }));
  Json alone = held({{"limits", {{"memory", "64Mi"}}}}, {"/bin/payload", "sleep"});
  alone["metadata"]["name"] = "other";
  ASSERT_TRUE(must_create(alone));
  EXPECT_EQ(exec("other", {"/bin/payload", "eat", "40"}, {"-c", "beside"}).status, 0);
}

TEST_F(PodLimitsTest, HoldWhatAnUpdateMayGive) {
  if (!can_run({need::controller("memory"), need::controller("cpu")})) return;
  ASSERT_TRUE(must_create(held({{"limits", {{"memory", "96Mi"}, {"cpu", "1"}}}}, {"/bin/payload", "sleep"})));
  const Output refused = podrun({"update", "web", "-c", "main", "--limits", "memory=128Mi"});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, testing::HasSubstr("is more than the Pod's own limit"));
  EXPECT_EQ(podrun({"update", "web", "-c", "main", "--limits", "memory=48Mi,cpu=500m"}).status, 0);
  EXPECT_EQ(cgroup_file(container_pid("web", "main"), "memory", "memory.limit_in_bytes", "memory.max"), "50331648\n");
  EXPECT_EQ(cgroup_file(container_pid("web", "beside"), "memory", "memory.limit_in_bytes", "memory.max"),
            "100663296\n");
  EXPECT_EQ(of_pod("memory", "memory.limit_in_bytes", "memory.max"), "100663296\n");
}

}  // namespace
}  // namespace integration
