// What is told of a manifest in which several things are wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;

std::vector<std::string> all_errors(const std::string& text) {
  const Result<Manifest> manifest = parse_manifest(text, "web.yaml");
  if (manifest) return {};
  std::vector<std::string> lines{manifest.error().what};
  if (const auto* const more = dynamic_cast<const ManifestProblems*>(manifest.error().detail.get()))
    lines.insert(lines.end(), more->lines.begin(), more->lines.end());
  return lines;
}

TEST(Manifest, AllThatIsWrongIsToldAtOnce) {
  EXPECT_THAT(
      all_errors("apiVersion: v1\nkind: Pod\nmetadata: {name: Web, labels: {a: 1}}\nspec:\n"
                 "  resourceClaims: [{}]\n  hostPid: true\n  hostAliases: [5, {ip: x}]\n"
                 "  containers:\n"
                 "  - {name: a, image: 5, volumeDevices: [1], command: [1, b]}\n"
                 "  - {image: 'Nginx', ports: [{containerPort: 0}, {}], resources: {limits: {cpu: fast}}}\n"
                 "  - 7\n"),
      ElementsAre("web.yaml: metadata.labels.a: expected a string, found a number",
                  "web.yaml: spec.resourceClaims: there is no driver here that would give a device for a claim",
                  "web.yaml: spec.hostPid: no such field in a Pod; did you mean 'hostPID'?",
                  "web.yaml: spec.hostAliases[0]: expected an object, found a number",
                  "web.yaml: spec.containers[0].image: expected a string, found a number",
                  testing::StartsWith("web.yaml: spec.containers[0].volumeDevices: no volume here is a block device"),
                  "web.yaml: spec.containers[0].command[0]: expected a string, found a number",
                  "web.yaml: spec.containers[2]: expected an object, found a number",
                  testing::StartsWith("web.yaml: metadata.name: 'Web' may hold only"),
                  "web.yaml: spec.hostAliases[1].ip: 'x' is no IP address",
                  "web.yaml: spec.containers[1].name: is missing",
                  testing::StartsWith("web.yaml: spec.containers[1].image: 'Nginx' is no image: "),
                  "web.yaml: spec.containers[1].ports[0].containerPort: expected 1 to 65535, found 0",
                  "web.yaml: spec.containers[1].ports[1].containerPort: is missing",
                  testing::StartsWith("web.yaml: spec.containers[1].resources.limits.cpu: ")));
}

TEST(Manifest, SomeWrongThingsMakeAMistakeAndOnlyMissingOnesDoNot) {
  const auto kind = [](const std::string& text) { return parse_manifest(text, "x").error().kind; };
  EXPECT_EQ(kind(pod("runtimeClassName: kata", "volumeDevices: [1]")), Kind::unsupported);
  EXPECT_EQ(kind(pod("runtimeClassName: kata", "tty: 'yes'\nimagePullPolicy: 5")), Kind::invalid);
}

TEST(Manifest, ToldIsABoundedNumberOfThings) {
  std::string many = "containers:\n";
  for (int i = 0; i < 500; ++i) many += "- {name: A, bad: 1}\n";
  const auto errors = all_errors(pod(many));
  ASSERT_EQ(errors.size(), 51U);
  EXPECT_THAT(errors.back(), testing::MatchesRegex("web.yaml: and [0-9]+ more"));
}

}  // namespace
}  // namespace podrun
