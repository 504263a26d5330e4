#include "runtime/plan/limits.h"

#include <gtest/gtest.h>

namespace podrun {
namespace {

using Amount = std::optional<std::uint64_t>;

PodSpec limited_pod(std::vector<ContainerSpec> containers, std::optional<ResourceSpec> own = {}) {
  PodSpec pod;
  pod.containers = std::move(containers);
  pod.resources = own;
  return pod;
}

ContainerSpec container_asking(Amount memory_request, Amount memory_limit = {},
                               ContainerRole role = ContainerRole::main) {
  ContainerSpec container;
  container.role = role;
  container.resources.memory_request = memory_request;
  container.resources.memory_limit = memory_limit;
  return container;
}

ResourceSpec own(Amount memory_request, Amount memory_limit, Amount cpu_request, Amount cpu_limit) {
  ResourceSpec resources;
  resources.memory_request = memory_request;
  resources.memory_limit = memory_limit;
  resources.cpu_request = cpu_request;
  resources.cpu_limit = cpu_limit;
  return resources;
}

TEST(Limits, APodWithoutResourcesHasWhatItsContainersAreToKeep) {
  const CgroupLimits limits = pod_limits(limited_pod({container_asking(100), container_asking(20, 30)}));
  EXPECT_EQ(limits.memory_kept, Amount(120));
  EXPECT_EQ(limits.memory_bytes, Amount());
  EXPECT_EQ(limits.cpu_millis, Amount());
  EXPECT_EQ(limits.cpu_weight, Amount());
  EXPECT_EQ(pod_limits(limited_pod({container_asking({})})).memory_kept, Amount());
}

TEST(Limits, APodsOwnResourcesAreItsCgroups) {
  const CgroupLimits limits = pod_limits(limited_pod({container_asking(100)}, own(500, 600, 700, 800)));
  EXPECT_EQ(limits.memory_kept, Amount(500));
  EXPECT_EQ(limits.memory_bytes, Amount(600));
  EXPECT_EQ(limits.cpu_weight, Amount(700));
  EXPECT_EQ(limits.cpu_millis, Amount(800));
  EXPECT_EQ(limits.pids, Amount());
  EXPECT_EQ(limits.pids_unless_said, 0U) << "each container has that many";
}

TEST(Limits, ProcessesOfAPodAreCountedTogether) {
  PodSpec pod = limited_pod({container_asking({})});
  pod.pids_limit = 64;
  EXPECT_EQ(pod_limits(pod).pids, Amount(64));
  EXPECT_EQ(container_limits(pod, pod.containers[0]).pids, Amount());
}

TEST(Limits, AContainerWithoutALimitHasThePods) {
  const PodSpec pod = limited_pod({container_asking(100), container_asking(1, 2)}, own(500, 600, {}, 800));
  EXPECT_EQ(container_limits(pod, pod.containers[0]).memory_bytes, Amount(600));
  EXPECT_EQ(container_limits(pod, pod.containers[0]).memory_kept, Amount(100));
  EXPECT_EQ(container_limits(pod, pod.containers[0]).cpu_millis, Amount(800));
  EXPECT_EQ(container_limits(pod, pod.containers[1]).memory_bytes, Amount(2));
  EXPECT_EQ(container_limits(limited_pod({container_asking({})}), container_asking({})).memory_bytes, Amount());
}

// Kubernetes: "Resource sharing within containers", of init containers and sidecars.
TEST(Limits, InitContainersAskBesideTheSidecarsBeforeThem) {
  const auto sum = [](std::vector<ContainerSpec> containers) {
    return containers_request(containers, &ResourceSpec::memory_request);
  };
  EXPECT_EQ(sum({container_asking(10, {}, ContainerRole::init), container_asking(3), container_asking(4)}), 10U);
  EXPECT_EQ(sum({container_asking(5, {}, ContainerRole::init), container_asking(3), container_asking(4)}), 7U);
  EXPECT_EQ(sum({container_asking(2, {}, ContainerRole::sidecar), container_asking(10, {}, ContainerRole::init),
                 container_asking(3)}),
            12U);
  EXPECT_EQ(sum({container_asking(10, {}, ContainerRole::init), container_asking(2, {}, ContainerRole::sidecar),
                 container_asking(9)}),
            11U);
}

}  // namespace
}  // namespace podrun
