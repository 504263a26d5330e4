// Pods that use more of the disk than they may: emptyDir.sizeLimit, limits of ephemeral-storage.
#include <gmock/gmock.h>

#include "integration/aged_pod.h"
#include "integration/volumes_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class EvictionTest : public WithAgedPods<VolumesHost> {
 protected:
  static Json limited_volume(const std::string& limit) {
    Json manifest = with_volume({{"emptyDir", {{"sizeLimit", limit}}}});
    manifest["spec"]["restartPolicy"] = "Always";
    manifest["spec"]["containers"].push_back(container("beside", {"/bin/payload", "sleep"}));
    return manifest;
  }
  static Json limited_container(const std::string& limit) {
    Json manifest =
        pod("web", {container("main", {"/bin/payload", "sleep"}), container("beside", {"/bin/payload", "sleep"})});
    manifest["spec"]["restartPolicy"] = "Always";
    manifest["spec"]["containers"][0]["resources"]["limits"]["ephemeral-storage"] = limit;
    return manifest;
  }
  void expect_runs() const {
    ASSERT_EQ(tend("web").status, 0);
    EXPECT_EQ(phase("web"), "Running") << podrun({"describe", "web"}).out;
  }
  void expect_evicted(const std::string& message) const {
    const Json now = status("web");
    EXPECT_EQ(now["phase"], "Failed") << now.dump();
    EXPECT_EQ(now.value("reason", ""), "Evicted") << now.dump();
    EXPECT_EQ(now.value("message", ""), message);
    for (const Json& one : now["containerStatuses"]) {
      EXPECT_EQ(one["state"]["terminated"]["exitCode"], 137) << one.dump();
      EXPECT_EQ(one["restartCount"], 0);
    }
  }
};

TEST_F(EvictionTest, AVolumeThatGrowsTooLargeIsThePodsEnd) {
  remember_world();
  ASSERT_TRUE(must_create(limited_volume("2Mi")));
  EXPECT_EQ(sh("dd if=/dev/zero of=/v/some bs=1M count=1 2> /dev/null; busybox ln /v/some /v/again"), "");
  expect_runs();
  EXPECT_EQ(sh("dd if=/dev/zero of=/v/more bs=1M count=2 2> /dev/null"), "");
  ASSERT_EQ(tend("web").status, 0);
  expect_evicted("Usage of EmptyDir volume \"v\" exceeds the limit \"2Mi\".");
  EXPECT_THAT(podrun({"get", "pods"}).out, HasSubstr("Evicted"));
  EXPECT_THAT(podrun({"events", "web"}).out, AllOf(HasSubstr("Evicted"), Not(HasSubstr("<unknown>"))));
  EXPECT_THAT(podrun({"describe", "pod", "web"}).out, HasSubstr("Reason:           Evicted"));

  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"start", "web"}, {"start", "web", "-c", "main"}, {"restart", "web"}})
    EXPECT_THAT(podrun(args).err, HasSubstr("pod 'web' was evicted: Usage of EmptyDir volume")) << args.front();
  ASSERT_EQ(podrun({"stop", "web"}).status, 0);
  EXPECT_THAT(podrun({"start", "web"}).err, HasSubstr("was evicted"));
  EXPECT_EQ(status("web").value("reason", ""), "Evicted");
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(EvictionTest, ALayerThatGrowsTooLargeIsToo) {
  ASSERT_TRUE(must_create(limited_container("2Mi")));
  EXPECT_EQ(sh("dd if=/dev/zero of=/some bs=1M count=1 2> /dev/null"), "");
  expect_runs();
  EXPECT_EQ(sh("dd if=/dev/zero of=/more bs=1M count=2 2> /dev/null"), "");
  ASSERT_EQ(tend("web").status, 0);
  expect_evicted("Pod ephemeral local storage usage exceeds the total limit of containers 2Mi.");
}

TEST_F(EvictionTest, WhatIsLoggedCountsAndEachContainerHasItsOwnLimit) {
  Json manifest = limited_container("1Mi");
  manifest["spec"]["containers"][0]["command"] = {"sh", "-c",
                                                  "for i in $(busybox seq 20000); do echo $i some eighty bytes of a "
                                                  "line that somebody may want to read; done; exec /bin/payload sleep"};
  manifest["spec"]["containers"][1]["resources"]["limits"]["ephemeral-storage"] = "1Gi";
  ASSERT_TRUE(must_create(manifest));
  ASSERT_TRUE(eventually([&] { return lines_of(logs("web", "main")).size() == 20000; }));
  ASSERT_EQ(tend("web").status, 0);
  expect_evicted("Container main exceeded its local ephemeral storage limit \"1Mi\".");
}

TEST_F(EvictionTest, ItIsMeasuredByItselfNowAndThen) {
  Json manifest = limited_volume("1Mi");
  manifest["spec"]["restartPolicy"] = "Never";  // nothing else wakes anybody
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(sh("dd if=/dev/zero of=/v/more bs=1M count=2 2> /dev/null"), "");
  EXPECT_TRUE(eventually([&] { return phase("web") == "Failed"; }, std::chrono::seconds(15 * slow_factor())));
  EXPECT_EQ(status("web").value("reason", ""), "Evicted");
}

}  // namespace
}  // namespace integration
