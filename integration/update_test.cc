// Resources of containers that run, changed: in their cgroups at once, and on record for all that comes later.
#include <gmock/gmock.h>

#include "integration/cgroup_files.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class UpdateTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (!IsSkipped()) can_run({need::controller("memory"), need::controller("cpu"), need::controller("pids")});
  }
  static Json limited(const Json& limits, const std::vector<std::string>& command = {"/bin/payload", "sleep"}) {
    Json main = container("main", command);
    main["resources"]["limits"] = limits;
    return main;
  }
  void must(const std::vector<std::string>& words) const {
    const Output output = podrun(words);
    EXPECT_EQ(output.status, 0) << testing::PrintToString(words) << ": " << output.err;
  }
  std::string memory(const std::string& container = "main") const {
    return cgroup_file(container_pid("web", container), "memory", "memory.limit_in_bytes", "memory.max");
  }
  std::string quota() const {  // of 100 ms, in microseconds
    const std::string text = cgroup_file(container_pid("web", "main"), "cpu", "cpu.cfs_quota_us", "cpu.max");
    return text.substr(0, text.find_first_of(" \n"));
  }
  std::string pids() const { return cgroup_file(container_pid("web", "main"), "pids", "pids.max", "pids.max"); }
  Json shown() const { return Json::parse(podrun({"get", "web", "-o", "json"}).out); }
  Json resources() const { return shown().at("spec").at("containers").at(0).at("resources"); }
};

TEST_F(UpdateTest, IsInTheCgroupAndStays) {
  ASSERT_TRUE(must_create(pod("web", {limited({{"memory", "64Mi"}, {"cpu", "500m"}})})));
  const pid_t before = container_pid("web", "main");
  const Output updated = podrun({"update", "web", "--limits", "memory=96Mi,cpu=1", "--requests", "cpu=250m"});
  EXPECT_EQ(updated.status, 0) << updated.err;
  EXPECT_EQ(updated.out, "pod/web updated\n");
  EXPECT_EQ(container_pid("web", "main"), before) << "nobody was restarted";
  const auto expect_new = [&](const char* when) {
    EXPECT_EQ(memory(), "100663296\n") << when;
    EXPECT_EQ(quota(), "100000") << when;
    EXPECT_THAT(cgroup_file(container_pid("web", "main"), "cpu", "cpu.shares", "cpu.weight"),
                testing::AnyOf("256\n", "10\n"))
        << when;
  };
  expect_new("at once");
  EXPECT_EQ(exec("web", {"/bin/payload", "eat", "72"}).status, 0) << "swap is counted with it";
  const Json wanted = {{"limits", {{"memory", "96Mi"}, {"cpu", "1"}}}, {"requests", {{"cpu", "250m"}}}};
  EXPECT_EQ(resources(), wanted);
  const Json status = shown().at("status").at("containerStatuses").at(0);
  EXPECT_EQ(status.at("allocatedResources"), (Json{{"cpu", "250m"}, {"memory", "96Mi"}}));
  EXPECT_EQ(status.at("resources").at("limits"), wanted["limits"]);

  must({"restart", "web"});
  expect_new("after a restart");
  must({"stop", "web", "-t", "0"});
  must({"start", "web"});
  expect_new("after a stop and a start");
  EXPECT_EQ(podrun({"recover"}).out, "");
}

TEST_F(UpdateTest, LowersToo) {
  ASSERT_TRUE(must_create(pod("web", {limited({{"memory", "96Mi"}, {"cpu", "1"}, {"podrun.io/pids", 100}})})));
  must({"update", "web", "-m", "32m", "--cpus", "0.5", "--pids-limit", "20"});
  EXPECT_EQ(memory(), "33554432\n");
  EXPECT_EQ(quota(), "50000");
  EXPECT_EQ(pids(), "20\n");
  EXPECT_EQ(resources().at("limits"), (Json{{"memory", "32Mi"}, {"cpu", "0.5"}, {"podrun.io/pids", "20"}}));
  EXPECT_NE(exec("web", {"/bin/payload", "eat", "48"}).status, 0) << "the OOM killer";
}

TEST_F(UpdateTest, ALimitThatWasNotThereIsAdded) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  must({"update", "web", "--limits", "memory=32Mi"});
  EXPECT_EQ(memory(), "33554432\n");
  EXPECT_NE(exec("web", {"/bin/payload", "eat", "48"}).status, 0);
}

TEST_F(UpdateTest, OneContainerOfSeveral) {
  Json beside = limited({{"memory", "64Mi"}});
  beside["name"] = "beside";
  ASSERT_TRUE(must_create(pod("web", {limited({{"memory", "64Mi"}}), beside})));
  must({"update", "web", "-c", "beside", "--limits", "memory=80Mi"});
  EXPECT_EQ(memory(), "67108864\n");
  EXPECT_EQ(memory("beside"), "83886080\n");
  must({"update", "web", "--limits", "memory=70Mi"});
  EXPECT_EQ(memory(), "73400320\n");
  EXPECT_EQ(memory("beside"), "73400320\n");
}

TEST_F(UpdateTest, OneThatIsStoppedHasThemWhenItIsStarted) {
  ASSERT_TRUE(must_create(pod("web", {limited({{"memory", "64Mi"}})})));
  must({"stop", "web", "-t", "0"});
  must({"update", "web", "--limits", "memory=96Mi"});
  must({"start", "web"});
  EXPECT_EQ(memory(), "100663296\n");
}

TEST_F(UpdateTest, OneWhoseTurnComesLaterHasThemThen) {
  Json manifest = pod("web", {limited({{"memory", "64Mi"}})});
  manifest["spec"]["initContainers"] = {container("first", {"/bin/payload", "sleep"})};
  ASSERT_TRUE(must_create(manifest));
  must({"update", "web", "--limits", "memory=96Mi"});
  end_in_order("web", "first");
  ASSERT_TRUE(eventually([&] { return container_pid("web", "main") != 0; }));
  EXPECT_TRUE(eventually([&] { return memory() == "100663296\n"; })) << memory();
}

TEST_F(UpdateTest, LessMemoryThanIsUsedIsRefused) {
  ASSERT_TRUE(must_create(pod("web", {limited({{"memory", "96Mi"}}, {"/bin/payload", "hold", "48"})})));
  ASSERT_TRUE(eventually([&] { return logs("web", "main").find("ate 48") != std::string::npos; }));
  const Output refused = podrun({"update", "web", "--limits", "memory=32Mi"});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("container 'main' uses "));
  EXPECT_THAT(refused.err, HasSubstr("more than the new limit of 33554432"));
  EXPECT_EQ(memory(), "100663296\n");
  EXPECT_EQ(resources().at("limits").at("memory"), "96Mi");
  EXPECT_EQ(phase("web"), "Running");
}

TEST_F(UpdateTest, ThePodsOwnAreSharedByItsContainers) {
  Json manifest = pod("web", {container("main", {"/bin/payload", "sleep"})});
  manifest["spec"]["resources"]["limits"] = {{"memory", "64Mi"}};
  ASSERT_TRUE(must_create(manifest));
  const auto of_all = [&] {
    return cgroup_file(container_pid("web", "main"), "memory", "../memory.limit_in_bytes", "../memory.max");
  };
  EXPECT_EQ(of_all(), "67108864\n");
  must({"update", "web", "--pod", "--limits", "memory=96Mi"});
  EXPECT_EQ(of_all(), "100663296\n");
  EXPECT_EQ(memory(), "100663296\n") << "a container without a limit has the Pod's";
  EXPECT_EQ(shown().at("spec").at("resources").at("limits").at("memory"), "96Mi");
  EXPECT_EQ(exec("web", {"/bin/payload", "eat", "72"}).status, 0);
  must({"stop", "web", "-t", "0"});
  must({"start", "web"});
  EXPECT_EQ(memory(), "100663296\n");
  EXPECT_THAT(podrun({"update", "web", "--pod", "-c", "main", "--limits", "memory=1Gi"}).err,
              HasSubstr("--pod and -c do not go together"));
}

TEST_F(UpdateTest, ApplyGivesNewResourcesAndMakesNothingAnew) {
  Json manifest = pod("web", {limited({{"memory", "64Mi"}, {"cpu", "500m"}})});
  manifest["spec"]["containers"][0]["image"] = "rootfs:" + rootfs();
  manifest["spec"]["terminationGracePeriodSeconds"] = 1;
  const auto apply = [&](const std::vector<std::string>& more = {}) {
    std::vector<std::string> words{"apply", "--network", "none", "-f", "-"};
    words.insert(words.end(), more.begin(), more.end());
    const Output output = podrun(words, manifest.dump());
    EXPECT_EQ(output.status, 0) << output.err;
    return output.out;
  };
  Json& limits = manifest["spec"]["containers"][0]["resources"]["limits"];
  EXPECT_EQ(apply(), "pod/web created\n");
  const pid_t before = container_pid("web", "main");
  limits["memory"] = "96Mi";
  limits["cpu"] = 1;
  EXPECT_EQ(apply({"--dry-run=client"}), "pod/web configured (dry run)\n");
  EXPECT_EQ(memory(), "67108864\n");
  EXPECT_EQ(apply(), "pod/web configured\n");
  EXPECT_EQ(memory(), "100663296\n");
  EXPECT_EQ(quota(), "100000");
  EXPECT_EQ(apply(), "pod/web unchanged\n");
  EXPECT_EQ(container_pid("web", "main"), before);

  must({"update", "web", "--limits", "memory=70Mi"});
  EXPECT_EQ(apply(), "pod/web configured\n") << "what update has given is taken back";
  EXPECT_EQ(memory(), "100663296\n");
  EXPECT_EQ(container_pid("web", "main"), before);

  limits.erase("cpu");
  EXPECT_EQ(apply(), "pod/web replaced\n") << "a limit that goes";
  limits["memory"] = "80Mi";
  manifest["metadata"]["labels"]["new"] = "yes";
  EXPECT_EQ(apply(), "pod/web replaced\n") << "and something else";
  EXPECT_EQ(memory(), "83886080\n");
  must({"stop", "web", "-t", "0"});
  limits["memory"] = "90Mi";
  EXPECT_EQ(apply(), "pod/web configured\n");
  EXPECT_EQ(pod_state("web"), "stopped");
}

TEST_F(UpdateTest, WhatIsNoChangeIsRefused) {
  ASSERT_TRUE(must_create(pod("web", {limited({{"memory", "64Mi"}})})));
  const auto refused = [&](const std::vector<std::string>& options) {
    std::vector<std::string> words{"update", "web"};
    words.insert(words.end(), options.begin(), options.end());
    const Output output = podrun(words);
    EXPECT_NE(output.status, 0);
    return output.err;
  };
  EXPECT_THAT(refused({}), HasSubstr("change what?"));
  EXPECT_THAT(refused({"--limits", "memory"}), HasSubstr("expected NAME=AMOUNT"));
  EXPECT_THAT(refused({"--limits", "memory=0"}), HasSubstr("cannot be taken away"));
  EXPECT_THAT(refused({"--limits", "gpu=1"}), HasSubstr("cannot be changed"));
  EXPECT_THAT(refused({"-c", "none", "--limits", "memory=1Gi"}), HasSubstr("not found in pod"));
  EXPECT_THAT(refused({"--requests", "memory=65Mi"}), HasSubstr("is more than the limit"));
  EXPECT_EQ(memory(), "67108864\n");
  EXPECT_NE(podrun({"update", "none", "--limits", "memory=1Gi"}).status, 0);
}

}  // namespace
}  // namespace integration
