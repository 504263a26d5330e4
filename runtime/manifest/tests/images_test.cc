// image, imagePullPolicy, imagePullSecrets.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ManifestImages, ReferencesOfEveryKind) {
  for (const char* image :
       {"nginx", "nginx:1.27", "ghcr.io/a/b@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "rootfs:/srv", "oci:/srv/a:1.0"})
    EXPECT_EQ(parse(pod("containers: [{name: a, image: '" + std::string(image) + "'}]")).spec.containers[0].image,
              image);
}

TEST(ManifestImages, WhatIsNone) {
  const std::string at = "spec.containers[0].image: ";
  const std::string expected = "expected rootfs:DIR or oci:DIR[:TAG] with an absolute DIR, found ";
  expect_refused({
      {pod("containers: [{name: a, image: 'rootfs:'}]"), at + expected + "'rootfs:'"},
      {pod("containers: [{name: a, image: 'rootfs:srv'}]"), at + expected + "'rootfs:srv'"},
      {pod("containers: [{name: a, image: 'oci::tag'}]"), at + expected + "'oci::tag'"},
      {pod("containers: [{name: a, image: Nginx}]"), at + "'Nginx' is no image: names of images are in lower case"},
      {pod("containers: [{name: a, image: 'a:'}]"), at + "'a:' is no image: what stands behind the colon is no tag"},
  });
}

TEST(ManifestImages, PullPolicies) {
  EXPECT_EQ(parse_container("").pull_policy, PullPolicy::by_tag);
  EXPECT_EQ(parse_container("imagePullPolicy: Always").pull_policy, PullPolicy::always);
  EXPECT_EQ(parse_container("imagePullPolicy: IfNotPresent").pull_policy, PullPolicy::if_not_present);
  EXPECT_EQ(parse_container("imagePullPolicy: Never").pull_policy, PullPolicy::never);
}

std::string secret(const std::string& name, const std::string& type, const std::string& key,
                   const nlohmann::json& content) {
  return nlohmann::json{{"apiVersion", "v1"},
                        {"kind", "Secret"},
                        {"metadata", {{"name", name}}},
                        {"type", type},
                        {"stringData", {{key, content.dump()}}}}
             .dump() +
         "\n";
}

ManifestSet with_secrets(const std::string& secrets, const std::string& names) {
  auto set = parse_manifests({{secrets + "---\n" + pod("imagePullSecrets: " + names), "web.yaml"}});
  EXPECT_TRUE(set) << set.error().what;
  return set ? std::move(set).value() : ManifestSet();
}

TEST(ManifestImages, PullSecretsOfBothForms) {
  const nlohmann::json first{{"auths", {{"a.example", {{"auth", "MQ=="}}}}}};
  const nlohmann::json second{{"a.example", {{"auth", "Mg=="}}}, {"b.example", {{"auth", "Mw=="}}}};
  const ManifestSet set = with_secrets(secret("one", "kubernetes.io/dockerconfigjson", ".dockerconfigjson", first) +
                                           "---\n" + secret("two", "kubernetes.io/dockercfg", ".dockercfg", second),
                                       "[{name: one}, {name: two}]");
  ASSERT_EQ(set.pods.size(), 1U);
  EXPECT_THAT(set.warnings, IsEmpty());
  EXPECT_EQ(nlohmann::json::parse(set.pods[0].registry_auths),
            (nlohmann::json{{"auths", {{"a.example", {{"auth", "MQ=="}}}, {"b.example", {{"auth", "Mw=="}}}}}}));
}

TEST(ManifestImages, SecretsThatAreNotThereOrOfNoUseAreTold) {
  const ManifestSet set = with_secrets(secret("one", "Opaque", "key", "value"), "[{name: one}, {name: two}]");
  ASSERT_EQ(set.pods.size(), 1U);
  EXPECT_EQ(set.pods[0].registry_auths, "");
  EXPECT_THAT(set.warnings,
              ElementsAre("web.yaml (Pod web): imagePullSecrets: 'one' holds no registries' credentials",
                          "web.yaml (Pod web): imagePullSecrets: 'two' is not among what was given; images are "
                          "pulled without it"));
}

}  // namespace
}  // namespace podrun
