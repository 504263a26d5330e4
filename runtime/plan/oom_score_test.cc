#include "runtime/plan/oom_score.h"

#include <gtest/gtest.h>

namespace podrun {
namespace {

constexpr std::uint64_t kGibi = 1U << 30U;
constexpr std::uint64_t kMachine = 16 * kGibi;

PodSpec pod_asking(std::vector<ResourceSpec> containers) {
  PodSpec pod;
  for (const ResourceSpec& resources : containers) pod.containers.emplace_back().resources = resources;
  return pod;
}

int score(const PodSpec& pod, std::size_t container = 0) {
  return oom_score_adj(pod, pod.containers.at(container), kMachine);
}

ResourceSpec asking_for(std::uint64_t bytes) {
  ResourceSpec resources;
  resources.memory_request = bytes;
  return resources;
}

ResourceSpec guaranteed() {
  ResourceSpec resources;
  resources.memory_limit = resources.memory_request = kGibi;
  resources.cpu_limit = resources.cpu_request = 500;
  return resources;
}

TEST(QosClass, IsKubernetes) {
  EXPECT_STREQ(qos_class(pod_asking({{}, {}})), "BestEffort");
  EXPECT_STREQ(qos_class(pod_asking({guaranteed(), guaranteed()})), "Guaranteed");
  EXPECT_STREQ(qos_class(pod_asking({guaranteed(), {}})), "Burstable");
  PodSpec pod = pod_asking({{}, {}});
  pod.resources = guaranteed();
  EXPECT_STREQ(qos_class(pod), "Guaranteed") << "its own resources decide";
}

TEST(OomScore, NothingAskedForGoesFirst) { EXPECT_EQ(score(pod_asking({{}, {}})), 1000); }

TEST(OomScore, WhoHasAllItMayUseGoesLast) { EXPECT_EQ(score(pod_asking({guaranteed(), guaranteed()}), 1), -997); }

TEST(OomScore, OneContainerWithoutLimitsAndThePodIsNotGuaranteed) {
  const PodSpec pod = pod_asking({guaranteed(), {}});
  EXPECT_EQ(score(pod, 0), 1000 - 1000 / 16);
  EXPECT_EQ(score(pod, 1), 999);
}

TEST(OomScore, MoreAskedForIsSparedLonger) {
  EXPECT_EQ(score(pod_asking({asking_for(4 * kGibi)})), 750);
  EXPECT_EQ(score(pod_asking({asking_for(1)})), 999) << "never as soon as one that asks for nothing";
  EXPECT_EQ(score(pod_asking({asking_for(100 * kGibi)})), 3) << "never as late as a guaranteed one";
}

// The kubelet computes the class of service over all of them.
TEST(OomScore, AnInitContainerWithoutLimitsAndThePodIsNotGuaranteed) {
  PodSpec pod = pod_asking({{}, guaranteed()});
  pod.containers[0].role = ContainerRole::init;
  EXPECT_EQ(score(pod, 1), 1000 - 1000 / 16);
}

TEST(OomScore, ASidecarIsSparedAsLongAsWhomItServes) {
  PodSpec pod = pod_asking({asking_for(kGibi), asking_for(8 * kGibi), asking_for(4 * kGibi)});
  pod.containers[0].role = ContainerRole::sidecar;
  EXPECT_EQ(score(pod, 0), 750);
  pod.containers[0].resources = asking_for(6 * kGibi);
  EXPECT_EQ(score(pod, 0), 625) << "it has asked for more itself";
  pod.containers[0].role = ContainerRole::init;
  pod.containers[0].resources = asking_for(kGibi);
  EXPECT_EQ(score(pod, 0), 1000 - 1000 / 16) << "an init container serves nobody";
}

// KEP-2837.
TEST(OomScore, ResourcesOfThePodDecideBeforeItsContainers) {
  PodSpec pod = pod_asking({{}, {}});
  pod.resources = guaranteed();
  EXPECT_EQ(score(pod), -997);
  pod.resources = asking_for(8 * kGibi);
  EXPECT_EQ(score(pod), 750) << "half of it each, a quarter of the machine";
  pod.containers[0].resources = asking_for(2 * kGibi);
  EXPECT_EQ(score(pod, 0), 1000 - 125 - 187) << "its own, and half of what is left";
  EXPECT_EQ(score(pod, 1), 1000 - 187);
  pod.containers[0].resources = guaranteed();
  pod.containers[1].resources = guaranteed();
  EXPECT_NE(score(pod), -997) << "the Pod's own are not";
}

}  // namespace
}  // namespace podrun
