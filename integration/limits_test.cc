// Limits: written where the kernel reads them, and felt inside.
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <fstream>

#include "integration/cgroup_files.h"
#include "integration/test_host.h"

namespace integration {
namespace {

class LimitsTest : public PodrunTest {
 protected:
  bool must_create_limited(const Json& limits, const std::vector<std::string>& command = {"/bin/payload", "sleep"}) {
    Json main = container("main", command);
    main["resources"]["limits"] = limits;
    return must_create(pod("web", {main}));
  }
  std::string cgroup_file(const std::string& controller, const std::string& v1_file, const std::string& v2_file) const {
    return integration::cgroup_file(main_pid(), controller, v1_file, v2_file);
  }
  int main_pid() const { return container_pid("web", "main"); }
};

TEST_F(LimitsTest, MemoryIsWrittenAndFelt) {
  if (!can_run({need::controller("memory")})) return;
  ASSERT_TRUE(must_create_limited({{"memory", "64Mi"}}));
  EXPECT_EQ(cgroup_file("memory", "memory.limit_in_bytes", "memory.max"), "67108864\n");
  EXPECT_EQ(exec("web", {"/bin/payload", "eat", "16"}).status, 0);
  EXPECT_EQ(exec("web", {"/bin/payload", "eat", "200"}).status, 128 + 9);
}

TEST_F(LimitsTest, ProcessesAreCounted) {
  if (!can_run({need::controller("pids")})) return;
  ASSERT_TRUE(must_create_limited({{"podrun.io/pids", 20}}));
  EXPECT_EQ(cgroup_file("pids", "pids.max", "pids.max"), "20\n");
  const std::string counted = value_of(exec("web", {"/bin/payload", "count-children", "100"}).out, "children");
  ASSERT_NE(counted, "");
  EXPECT_LT(std::stoi(counted), 20);
  EXPECT_GT(std::stoi(counted), 10);
}

TEST_F(LimitsTest, ProcessorTimeIsWrittenAndFelt) {
  if (!can_run({need::controller("cpu")})) return;
  ASSERT_TRUE(must_create_limited({{"cpu", "100m"}}, {"/bin/payload", "spin"}));
  const std::string quota = cgroup_file("cpu", "cpu.cfs_quota_us", "cpu.max");
  EXPECT_THAT(quota, testing::StartsWith("10000"));
  const auto used = [&] {  // clock ticks, proc_pid_stat(5)
    std::ifstream file("/proc/" + std::to_string(main_pid()) + "/stat");
    std::string word;
    for (int field = 1; field <= 14; ++field) file >> word;
    return std::stol(word);
  };
  const auto start = std::chrono::steady_clock::now();
  const long before = used();
  static_cast<void>(run({"sleep", "2"}));
  const double ticks = static_cast<double>(used() - before);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_LT(ticks / 100 / seconds, 0.3) << "asked for a tenth of a processor";
}

TEST_F(LimitsTest, TheShimAndPauseAreOutsideOfTheLimits) {
  ASSERT_TRUE(must_create_limited({{"podrun.io/pids", 5}}));
  for (const auto& [which, pid] : {std::pair{"shim", shim_pid("web")}, {"pause", pause_pid("web")}}) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/cgroup");
    const std::string cgroups((std::istreambuf_iterator<char>(file)), {});
    EXPECT_THAT(cgroups, testing::HasSubstr("/aux")) << which;
    EXPECT_THAT(cgroups, testing::Not(testing::HasSubstr("/ctr"))) << which;
  }
}

// As the kubelet has it: most of the machine's memory asked for, little risk; nothing asked for, the first to go.
TEST_F(LimitsTest, MemoryThatWasAskedForSparesFromTheOomKiller) {
  if (!can_run({need::controller("memory")})) return;
  Json modest = container("modest", {"/bin/payload", "sleep"});
  modest["resources"]["requests"]["memory"] = "1Mi";
  const Output made = create(pod("web", {modest, container("other", {"/bin/payload", "sleep"})}));
  EXPECT_EQ(made.status, 0);
  EXPECT_THAT(made.err, testing::Not(testing::HasSubstr("requests"))) << "it has a meaning";
  ASSERT_TRUE(must_create(pod("idle", {container("main", {"/bin/payload", "sleep"})})));
  const auto score_of = [&](const std::string& name, const std::string& container) {
    std::ifstream file("/proc/" + std::to_string(container_pid(name, container)) + "/oom_score_adj");
    int score = -1;
    file >> score;
    return score;
  };
  EXPECT_EQ(score_of("web", "modest"), 999);
  EXPECT_EQ(score_of("web", "other"), 999);
  EXPECT_EQ(score_of("idle", "main"), 1000);
  EXPECT_EQ(exec("web", {"/bin/cat", "/proc/self/oom_score_adj"}).out, "999\n") << "exec is one more of its processes";
}

TEST_F(LimitsTest, TheOomKillerIsNamedAsTheReason) {
  if (!can_run({need::controller("memory")})) return;
  ASSERT_TRUE(must_create_limited({{"memory", "32Mi"}}, {"/bin/payload", "eat", "500"}));
  EXPECT_TRUE(eventually([&] { return phase("web") == "Failed"; }));
  EXPECT_THAT(podrun({"get", "web"}).out, testing::HasSubstr(" OOMKilled "));
  EXPECT_THAT(podrun({"describe", "pod", "web"}).out, testing::HasSubstr("OOMKilled"));
  const Json shown = Json::parse(podrun({"get", "web", "-o", "json"}).out);
  EXPECT_EQ(shown.at("status").at("containerStatuses").at(0).at("state").at("terminated").at("reason"), "OOMKilled");
}

TEST_F(LimitsTest, KilledByAnybodyElseIsAnError) {
  if (!can_run({need::controller("memory")})) return;
  ASSERT_TRUE(must_create_limited({{"memory", "64Mi"}}));
  ASSERT_EQ(::kill(main_pid(), SIGKILL), 0);
  EXPECT_TRUE(eventually([&] { return phase("web") == "Failed"; }));
  EXPECT_THAT(podrun({"get", "web"}).out, testing::HasSubstr(" Error "));
}

TEST_F(LimitsTest, AMemoryLimitThatIsTooLowToStartIsTold) {
  if (!can_run({need::controller("memory")})) return;
  remember_world();
  for (const char* limit : {"1", "64Ki"}) {
    Json main = container("main", {"/bin/payload", "sleep"});
    main["resources"]["limits"]["memory"] = limit;
    const Output made = create(pod("web", {main}));
    EXPECT_EQ(made.status, 2) << limit;
    EXPECT_THAT(made.err, testing::HasSubstr("memory limit is too low")) << limit;
    expect_world_unchanged();
  }
}

TEST_F(LimitsTest, AContainerThatIsOutOfMemoryFailsAndThePodCanBeDeleted) {
  if (!can_run({need::controller("memory")})) return;
  remember_world();
  ASSERT_TRUE(must_create_limited({{"memory", "32Mi"}}, {"/bin/payload", "eat", "500"}));
  EXPECT_TRUE(eventually([&] { return phase("web") == "Failed"; }));
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration
