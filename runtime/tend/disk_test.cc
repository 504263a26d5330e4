#include "runtime/tend/disk.h"

#include <gtest/gtest.h>

#include "runtime/tend/seen.h"

namespace podrun::tend {
namespace {

ContainerPlan container(const std::string& name, std::uint64_t disk_bytes, ContainerRole role = ContainerRole::main) {
  ContainerPlan plan;
  plan.name = name;
  plan.role = role;
  plan.disk_bytes = disk_bytes;
  return plan;
}

TEST(Disk, IsMeasuredWhereSomethingHasALimit) {
  const ContainerPlan free = container("a", 0);
  const ContainerPlan limited = container("b", 1);
  PodPlan pod;
  pod.volumes = {{"v", PodDirectory{"/v"}}, {"m", PodMemory{7}}};
  EXPECT_FALSE(has_disk_limit(pod, {&free}));
  EXPECT_TRUE(has_disk_limit(pod, {&free, &limited}));
  pod.volumes.push_back({"w", PodDirectory{"/w", 1}});
  EXPECT_TRUE(has_disk_limit(pod, {&free}));
}

TEST(Disk, AVolumeThatIsTooLargeIsNamed) {
  PodPlan pod;
  pod.volumes = {{"free", PodDirectory{"/free"}}, {"v", PodDirectory{"/v", 3U << 20U}}};
  const ContainerPlan free = container("a", 0);
  EXPECT_EQ(why_evicted(pod, {&free}, {{{"free", 9U << 20U}, {"v", 3U << 20U}}, {{"a", 9U << 20U}}}), "");
  EXPECT_EQ(why_evicted(pod, {&free}, {{{"v", (3U << 20U) + 1}}, {}}),
            "Usage of EmptyDir volume \"v\" exceeds the limit \"3Mi\".");
}

TEST(Disk, ContainersHaveALimitEachAndOneTogetherWithTheVolumes) {
  const ContainerPlan init = container("i", 30, ContainerRole::init);
  const ContainerPlan main = container("a", 10);
  const ContainerPlan other = container("b", 5);
  PodPlan pod;
  pod.volumes = {{"v", PodDirectory{"/v"}}};
  const auto why = [&](const DiskUsage& usage) { return why_evicted(pod, {&main, &other}, usage); };
  EXPECT_EQ(why({{}, {{"a", 10}, {"b", 5}}}), "");
  EXPECT_EQ(why({{}, {{"a", 2}, {"b", 6}}}), "Container b exceeded its local ephemeral storage limit \"5\".");
  EXPECT_EQ(why({{{"v", 6}}, {{"a", 10}}}),
            "Pod ephemeral local storage usage exceeds the total limit of containers 15.");
  EXPECT_EQ(why_evicted(pod, {&init, &main, &other}, {{{"v", 20}}, {{"a", 10}}}), "") << "those before count, too";
  const ContainerPlan free = container("c", 0);
  EXPECT_EQ(why_evicted(pod, {&main, &free}, {{}, {{"c", 11}}}),
            "Pod ephemeral local storage usage exceeds the total limit of containers 10.")
      << "as the kubelet has it";
}

TEST(Disk, AnEvictedPodIsEndedAtOnceAndForGood) {
  PodRecord pod = standing(kAlways);
  pod.life.evicted = "too much";
  const Next next = tend::next(pod, all({runs("m"), ended("n", 1), waits("o")}), kNow);
  ASSERT_EQ(next.steps.size(), 1U);
  EXPECT_EQ(next.steps[0].act, Step::Act::stop);
  EXPECT_EQ(next.steps[0].container, "m");
  EXPECT_EQ(next.steps[0].grace_period, 0U);
  EXPECT_TRUE(tend::next(pod, all({ended("m", 137)}), kNow).over);
}

}  // namespace
}  // namespace podrun::tend
