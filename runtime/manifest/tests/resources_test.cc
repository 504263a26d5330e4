// The Pod's own resources (KEP-2837), and resources that are changed.
#include <gmock/gmock.h>

#include "runtime/manifest/change_resources.h"
#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::HasSubstr;
using Amount = std::optional<std::uint64_t>;

constexpr std::uint64_t kMebi = 1U << 20U;

std::string two(const std::string& own, const std::string& a, const std::string& b) {
  return pod("resources: " + own + "\ncontainers:\n- {name: a, image: 'rootfs:/r', resources: " + a +
             "}\n- {name: b, image: 'rootfs:/r', resources: " + b + "}");
}

ResourceSpec own_of(const std::string& text) { return parse(text).spec.resources.value_or(ResourceSpec()); }

TEST(PodResources, AreRead) {
  const ResourceSpec own =
      own_of(two("{limits: {cpu: 2, memory: 200Mi}, requests: {cpu: 500m, memory: 100Mi}}", "{}", "{}"));
  EXPECT_EQ(own.cpu_limit, Amount(2000));
  EXPECT_EQ(own.memory_limit, Amount(200 * kMebi));
  EXPECT_EQ(own.cpu_request, Amount(500));
  EXPECT_EQ(own.memory_request, Amount(100 * kMebi));
  EXPECT_FALSE(parse(two("{}", "{}", "{}")).spec.resources);
}

TEST(PodResources, OfProcessesAreALimitAlone) {
  const Manifest manifest = parse(two("{limits: {pids: 64}}", "{}", "{}"));
  EXPECT_EQ(manifest.spec.pids_limit, Amount(64));
  EXPECT_FALSE(manifest.spec.resources) << "which would decide about its OOM scores";
  EXPECT_FALSE(parse(two("{limits: {cpu: 1}}", "{}", "{}")).spec.pids_limit);
  expect_refused({{two("{limits: {pids: 0}}", "{}", "{}"),
                   "spec.resources.limits.pids: '0' is out of range: expected 1 to 4194304"},
                  {two("{requests: {pids: 1}}", "{}", "{}"), "spec.resources.requests.pids: no such field in a Pod"}});
}

TEST(PodResources, RequestsThatAreNotSaidAreThoseOfTheContainersAndElseTheLimits) {
  const ResourceSpec asked =
      own_of(two("{limits: {cpu: 2, memory: 200Mi}}", "{requests: {memory: 20Mi}}", "{requests: {memory: 30Mi}}"));
  EXPECT_EQ(asked.memory_request, Amount(50 * kMebi));
  EXPECT_EQ(asked.cpu_request, Amount(2000));
}

TEST(PodResources, HoldTheContainers) {
  parse(two("{requests: {memory: 50Mi}}", "{requests: {memory: 20Mi}}", "{requests: {memory: 30Mi}}"));
  parse(two("{limits: {memory: 50Mi}}", "{limits: {memory: 50Mi}, requests: {memory: 1Mi}}", "{}"));
  expect_refused({{two("{requests: {memory: 49Mi}}", "{requests: {memory: 20Mi}}", "{requests: {memory: 30Mi}}"),
                   "spec.resources.requests.memory: is less than its containers request together"},
                  {two("{limits: {memory: 49Mi}}", "{requests: {memory: 20Mi}}", "{requests: {memory: 30Mi}}"),
                   "spec.resources.limits.memory: is less than its containers request together"},
                  {two("{limits: {cpu: 1}}", "{}", "{limits: {cpu: 1100m}, requests: {cpu: 1m}}"),
                   "spec.containers[1].resources.limits.cpu: is more than the Pod's own limit"},
                  {two("{limits: {cpu: 1}, requests: {cpu: 2}}", "{}", "{}"),
                   "spec.resources.requests.cpu: is more than the limit"},
                  {two("{claims: [{name: x}]}", "{}", "{}"), "spec.resources.claims: no such field in a Pod"}});
}

TEST(PodResources, AreWhatAContainerWithoutALimitRefersTo) {
  const Manifest read = parse(
      pod("resources: {limits: {memory: 64Mi}}\ncontainers:\n- name: main\n  image: rootfs:/r\n  env:\n  - name: M\n"
          "    valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}"));
  EXPECT_EQ(read.spec.containers[0].env[0].second, "64");
}

std::string manifest_of(const std::string& text) { return parse(text).spec.manifest; }

TEST(ChangeResources, OfEveryContainerOrOfOne) {
  const std::string before = manifest_of(two("{}", "{limits: {cpu: 1, memory: 10Mi}}", "{limits: {cpu: 2}}"));
  const auto all = change_resources(before, {{.container = "", .limits = {{"cpu", "3"}}, .requests = {{"cpu", "1"}}}});
  ASSERT_TRUE(all) << all.error().what;
  ASSERT_EQ(all->spec.containers.size(), 2U);
  for (const ContainerSpec& container : all->spec.containers) {
    EXPECT_EQ(container.resources.cpu_limit, Amount(3000)) << container.name;
    EXPECT_EQ(container.resources.cpu_request, Amount(1000)) << container.name;
  }
  EXPECT_EQ(all->spec.containers[0].resources.memory_limit, Amount(10 * kMebi));
  EXPECT_THAT(all->manifest, HasSubstr(R"("limits":{"cpu":"3","memory":"10Mi"})"));
  EXPECT_EQ(parse_manifest(all->manifest, "again")->spec.containers[1].resources.cpu_limit, Amount(3000));

  const auto one = change_resources(before, {{.container = "b", .limits = {{"memory", "1Gi"}}, .requests = {}}});
  ASSERT_TRUE(one) << one.error().what;
  EXPECT_EQ(one->spec.containers[0].resources.memory_limit, Amount(10 * kMebi));
  EXPECT_EQ(one->spec.containers[1].resources.memory_limit, Amount(1024 * kMebi));
  EXPECT_EQ(one->spec.containers[1].resources.memory_request, Amount(1024 * kMebi)) << "not said: the limit";
}

TEST(ChangeResources, InitContainersAreMeantByName) {
  const std::string before = manifest_of(
      pod("initContainers: [{name: i, image: 'rootfs:/r'}, {name: s, image: 'rootfs:/r', restartPolicy: Always}]\n"
          "containers: [{name: a, image: 'rootfs:/r'}]"));
  const auto all = change_resources(before, {{.container = "", .limits = {{"cpu", "1"}}, .requests = {}}});
  ASSERT_TRUE(all) << all.error().what;
  EXPECT_EQ(all->spec.containers[0].resources.cpu_limit, Amount());
  EXPECT_EQ(all->spec.containers[1].role, ContainerRole::sidecar);
  EXPECT_EQ(all->spec.containers[2].resources.cpu_limit, Amount(1000));
  const auto sidecar = change_resources(before, {{.container = "s", .limits = {{"cpu", "1"}}, .requests = {}}});
  ASSERT_TRUE(sidecar) << sidecar.error().what;
  EXPECT_EQ(sidecar->spec.containers[1].resources.cpu_limit, Amount(1000));
}

TEST(ChangeResources, WhatNoPodCouldHaveIsRefused) {
  const std::string before =
      manifest_of(two("{limits: {memory: 20Mi}}", "{limits: {memory: 10Mi}, requests: {memory: 1Mi}}", "{}"));
  const auto refused = [&](const ResourceChange& change) {
    const auto changed = change_resources(before, std::vector<ResourceChange>{change});
    return changed ? "" : changed.error().what;
  };
  EXPECT_THAT(refused({"a", {{"memory", "30Mi"}}, {}}), HasSubstr("more than the Pod's own limit"));
  EXPECT_THAT(refused({"a", {{"memory", "5Mi"}}, {{"memory", "6Mi"}}}), HasSubstr("is more than the limit"));
  EXPECT_THAT(refused({"a", {{"memory", "much"}}, {}}), HasSubstr("containers[0].resources.limits.memory"));
  EXPECT_THAT(refused({"a", {{"memory", "0"}}, {{"memory", "0"}}}), HasSubstr("cannot be taken away"));
  EXPECT_THAT(refused({"a", {{"cpu", "-1"}}, {}}), testing::Not(HasSubstr("cannot be taken away")));
  EXPECT_THAT(
      refused({"a", {{"cpu", "-1"}, {"memory", "much"}}, {}}),
      testing::AllOf(HasSubstr("limits.memory"), HasSubstr("; its manifest: spec.containers[0].resources.limits.cpu")));
  EXPECT_THAT(refused({"a", {{"nvidia.com/gpu", "1"}}, {}}), HasSubstr("cannot be changed"));
  EXPECT_THAT(refused({"a", {}, {{"podrun.io/pids", "1"}}}), HasSubstr("cannot be changed"));
  EXPECT_THAT(refused({"c", {{"cpu", "1"}}, {}}), HasSubstr("no container 'c'"));
  EXPECT_EQ(change_resources("", {{.container = "a", .limits = {{"cpu", "1"}}, .requests = {}}}).error().kind,
            Kind::corrupt);
}

TEST(ChangeResources, OfThePodItselfAndOfSeveralTogether) {
  const std::string before = manifest_of(two("{limits: {memory: 20Mi}}", "{limits: {memory: 10Mi}}", "{}"));
  const ResourceChange of_pod{.container = "", .limits = {{"memory", "40Mi"}}, .requests = {}, .of_pod = true};
  const ResourceChange of_one{.container = "a", .limits = {{"memory", "30Mi"}}, .requests = {}};
  const auto alone = change_resources(before, {of_one});
  ASSERT_FALSE(alone);
  const auto both = change_resources(before, {of_one, of_pod});
  ASSERT_TRUE(both) << both.error().what;
  EXPECT_EQ(both->spec.resources->memory_limit, Amount(40 * kMebi));
  EXPECT_EQ(both->spec.containers[0].resources.memory_limit, Amount(30 * kMebi));
  EXPECT_EQ(both->spec.containers[1].resources.memory_limit, Amount());
  const auto refused = [&](const ResourceChange& change) { return change_resources(before, {change}).error().what; };
  EXPECT_THAT(refused({"", {{"memory", "5Mi"}}, {}, true}), HasSubstr("is less than its containers request together"));
  EXPECT_THAT(refused({"", {{"memory", "0"}}, {}, true}), HasSubstr("cannot be taken away"));
  EXPECT_THAT(refused({"", {{"podrun.io/pids", "5"}}, {}, true}), HasSubstr("cannot be changed"));
  EXPECT_THAT(refused({"", {{"pids", "0"}}, {}, true}), HasSubstr("limits.pids: '0' is out of range"));
  EXPECT_THAT(refused({"a", {{"pids", "5"}}, {}}), HasSubstr("cannot be changed"));
  const auto fewer =
      change_resources(before, {{.container = "", .limits = {{"pids", "5"}}, .requests = {}, .of_pod = true}});
  ASSERT_TRUE(fewer) << fewer.error().what;
  EXPECT_EQ(fewer->spec.pids_limit, Amount(5));
}

TEST(DifferenceOfResources, IsWhatCanBeChanged) {
  const std::string before =
      manifest_of(two("{}", "{limits: {cpu: 1, memory: 10Mi}}", "{limits: {cpu: '2', podrun.io/pids: 5}}"));
  const std::string after =
      manifest_of(two("{limits: {memory: 1Gi}}", "{limits: {cpu: '1', memory: 20Mi}, requests: {cpu: 1m}}",
                      "{limits: {cpu: 2, podrun.io/pids: 6}}"));
  const ResourceDifference difference = difference_of_resources(before, after);
  ASSERT_EQ(difference.changes.size(), 3U);
  using Amounts = std::map<std::string, std::string>;
  EXPECT_TRUE(difference.changes[0].of_pod);
  EXPECT_EQ(difference.changes[0].limits, (Amounts{{"memory", "1Gi"}}));
  EXPECT_EQ(difference.changes[1].container, "a");
  EXPECT_EQ(difference.changes[1].limits, (Amounts{{"memory", "20Mi"}})) << "1 and '1' are the same";
  EXPECT_EQ(difference.changes[1].requests, (Amounts{{"cpu", "1m"}}));
  EXPECT_EQ(difference.changes[2].limits, (Amounts{{"podrun.io/pids", "6"}}));
  EXPECT_EQ(difference.manifest, after) << "no other difference is left";
  EXPECT_TRUE(difference_of_resources(after, after).changes.empty());

  const std::string less = manifest_of(two("{}", "{limits: {cpu: 1}}", "{limits: {cpu: '2', podrun.io/pids: 5}}"));
  EXPECT_TRUE(difference_of_resources(before, less).changes.empty());
  EXPECT_NE(difference_of_resources(before, less).manifest, less) << "a limit that goes";
  const std::string more = manifest_of(
      two("{}", "{limits: {cpu: 1, memory: 10Mi, nvidia.com/gpu: 1}}", "{limits: {cpu: '2', podrun.io/pids: 5}}"));
  EXPECT_NE(difference_of_resources(before, more).manifest, more) << "what update cannot give";
}

}  // namespace
}  // namespace podrun
