// The container that is meant by what is typed behind `podrun debug`.
#include "runtime/cli/debug_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/kube_json.h"

namespace podrun::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

DebugManifestOptions look() {
  DebugManifestOptions options;
  options.name = "look";
  options.image = "rootfs:/srv/tools";
  return options;
}

PodPlan pod_asked_for_as(const std::string& spec) {
  PodPlan pod;
  pod.who.name = "web";
  pod.who.name_space = "team";
  pod.who.manifest = R"({"spec":)" + spec + "}";
  return pod;
}

EphemeralSpec debugger_made(const DebugManifestOptions& options, const std::string& spec = "{}") {
  auto manifest = debug_manifest(options, pod_asked_for_as(spec));
  EXPECT_TRUE(manifest) << manifest.error().what;
  return manifest ? std::move(manifest->spec) : EphemeralSpec{};
}

TEST(DebugManifest, HasWhatWasTypedAsItWasTyped) {
  DebugManifestOptions options = look();
  options.words = {"echo", "$(A)"};
  options.env = {{"A", "b"}};
  options.target = "main";
  const EphemeralSpec spec = debugger_made(options);
  EXPECT_THAT(spec.container().command, ElementsAre("echo", "$(A)"));
  const Json asked = Json::parse(spec.asked);
  EXPECT_EQ(asked["targetContainerName"], "main");
  EXPECT_EQ(asked["env"][0]["value"], "b");
  options.words_are_args = true;
  EXPECT_THAT(debugger_made(options).container().command, IsEmpty());
  EXPECT_THAT(debugger_made(options).container().args, ElementsAre("echo", "$(A)"));
}

TEST(DebugManifest, HasOfThePodWhatCountsForAllItsContainers) {
  const EphemeralSpec spec =
      debugger_made(look(), R"({"hostUsers": true, "securityContext": {"runAsUser": 7, "sysctls": [{"name":
    "kernel.msgmax", "value": "1"}]}, "nodeSelector": {"a": "b"}, "containers": [{"name": "main", "image": "a",
    "envFrom": [{"configMapRef": {"name": "is-not-here-any-more"}}]}]})");
  EXPECT_TRUE(spec.pod.host_users);
  EXPECT_EQ(spec.container().security.run_as_user, 7U);
  EXPECT_THAT(spec.pod.sysctls, IsEmpty());
  EXPECT_EQ(spec.pod.containers.size(), 1U);
}

TEST(DebugManifest, AProfileIsKubectls) {
  const auto security = [](const char* profile) {
    DebugManifestOptions options = look();
    options.profile = profile;
    return debugger_made(options).container().security;
  };
  EXPECT_THAT(security("general").add_capabilities, ElementsAre("SYS_PTRACE"));
  EXPECT_THAT(security("netadmin").add_capabilities, ElementsAre("NET_ADMIN", "NET_RAW"));
  EXPECT_THAT(security("legacy").add_capabilities, IsEmpty());
  EXPECT_TRUE(security("sysadmin").privileged);
  EXPECT_TRUE(security("restricted").run_as_non_root);
  EXPECT_THAT(security("restricted").drop_capabilities, ElementsAre("ALL"));
}

TEST(DebugManifest, SaysWhichOptionIsWrong) {
  DebugManifestOptions options = look();
  options.name = "No";
  const auto manifest = debug_manifest(options, pod_asked_for_as("{}"));
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().kind, Kind::invalid);
  EXPECT_THAT(manifest.error().what, HasSubstr("--container 'No'"));
}

}  // namespace
}  // namespace podrun::cli
