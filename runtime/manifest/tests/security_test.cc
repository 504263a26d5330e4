// What protects, and when it may be absent.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Manifest, ProtectionThatIsAskedForIsNeverPassedOver) {
  const std::string context = "spec.containers[0].securityContext.";
  const auto annotation = [](const std::string& name, const std::string& value) {
    return metadata("name: web, annotations: {'" + name + "': '" + value + "'}");
  };
  const std::string aa = "container.apparmor.security.beta.kubernetes.io/";
  const std::string sc = "container.seccomp.security.alpha.kubernetes.io/";
  const std::string of_pod = "seccomp.security.alpha.kubernetes.io/pod";
  const auto at = [](const std::string& name) { return "metadata.annotations[\"" + name + "\"]: "; };
  expect_refused({
      {container("securityContext: {seccompProfile: {type: Localhost}}"),
       context + "seccompProfile.localhostProfile: is missing: the profile's file, below the directory of profiles"},
      {container("securityContext: {seccompProfile: {type: Localhost, localhostProfile: /etc/a.json}}"),
       context + "seccompProfile.localhostProfile: '/etc/a.json' is not relative"},
      {container("securityContext: {seccompProfile: {type: Localhost, localhostProfile: a/../../b.json}}"),
       context + "seccompProfile.localhostProfile: 'a/../../b.json' has a '..' in it"},
      {container("securityContext: {seccompProfile: {type: RuntimeDefault, localhostProfile: a.json}}"),
       context + "seccompProfile.localhostProfile: is only for the type Localhost"},
      {pod("securityContext: {appArmorProfile: {type: Localhost}}"),
       "spec.securityContext.appArmorProfile.localhostProfile: is missing: the name of a profile that is loaded"},
      {container("securityContext: {appArmorProfile: {type: Localhost, localhostProfile: 'a//&unconfined'}}"),
       context + "appArmorProfile.localhostProfile: 'a//&unconfined' is not the name of one profile"},
      {container("securityContext: {appArmorProfile: {type: Localhost, localhostProfile: \"a\\nb\"}}"),
       context + "appArmorProfile.localhostProfile: has a control character in it"},
      {container("securityContext: {appArmorProfile: {type: RuntimeDefault, localhostProfile: a}}"),
       context + "appArmorProfile.localhostProfile: is only for the type Localhost"},
      {container("securityContext: {appArmorProfile: {localhostProfile: a}}"),
       context + "appArmorProfile.localhostProfile: is only for the type Localhost"},
      {annotation(aa + "main", "localhost/"), at(aa + "main") + "is missing: the name of a profile that is loaded"},
      {annotation(aa + "other", "runtime/default"), at(aa + "other") + "the Pod has no container 'other'"},
      {annotation(aa + "main", "strict"),
       at(aa + "main") + "expected runtime/default, unconfined or localhost/PROFILE, found 'strict'"},
      {annotation(sc + "main", "localhost/../a.json"), at(sc + "main") + "'../a.json' has a '..' in it"},
      {annotation(of_pod, "localhost/"),
       at(of_pod) + "is missing: the profile's file, below the directory of profiles"},
      {annotation("security.alpha.kubernetes.io/sysctls", "kernel.shm_rmid_forced=1"),
       at("security.alpha.kubernetes.io/sysctls") +
           "is not supported, and asks for what is not to be left out in silence",
       Kind::unsupported},
      {annotation("io.podman.annotations.label/main", "type:container_t"),
       at("io.podman.annotations.label/main") + "is not supported, and asks for what is not to be left out in silence",
       Kind::unsupported},
  });
}

TEST(Manifest, AnAppArmorProfileIsWhatTheContainerSaysElseWhatThePodSaysElseAnAnnotation) {
  using Type = AppArmorSpec::Type;
  const auto of = [](const std::string& text) { return parse(text).spec.containers[0].security.apparmor; };
  const auto type = [&](const std::string& text) { return of(text).type; };
  const std::string local = "securityContext: {appArmorProfile: {type: Localhost, localhostProfile: strict}}";
  const std::string by_default = "securityContext: {appArmorProfile: {type: RuntimeDefault}}";
  const std::string off = "securityContext: {appArmorProfile: {type: Unconfined}}";
  EXPECT_EQ(type(pod("")), Type::unsaid);
  EXPECT_EQ(type(container(by_default)), Type::runtime_default);
  EXPECT_EQ(type(container(off)), Type::unconfined);
  EXPECT_EQ(of(container(local)).profile, "strict");
  EXPECT_EQ(of(pod(local)).profile, "strict");
  EXPECT_EQ(type(pod(local, off)), Type::unconfined);
  EXPECT_EQ(type(pod(off, by_default)), Type::runtime_default);
  EXPECT_EQ(type(pod(local, "securityContext: {privileged: true}")), Type::unconfined);
  for (const std::string& text : {container(by_default), container(local), container(off)})
    EXPECT_THAT(parse(text).warnings, IsEmpty()) << "what the machine has is not for a manifest to know";

  const auto annotated = [](const std::string& value, const std::string& context = "{}") {
    return "{apiVersion: v1, kind: Pod, metadata: {name: web, annotations: "
           "{container.apparmor.security.beta.kubernetes.io/main: '" +
           value + "'}}, spec: {containers: [{name: main, image: 'rootfs:/a', securityContext: " + context + "}]}}";
  };
  EXPECT_EQ(type(annotated("runtime/default")), Type::runtime_default);
  EXPECT_EQ(type(annotated("unconfined")), Type::unconfined);
  EXPECT_EQ(type(annotated("")), Type::unsaid);
  EXPECT_EQ(of(annotated("localhost/strict")).profile, "strict");
  EXPECT_EQ(type(annotated("localhost/strict", "{appArmorProfile: {type: Unconfined}}")), Type::unconfined);
  EXPECT_EQ(type(annotated("localhost/strict", "{privileged: true}")), Type::unconfined);
}

TEST(Manifest, SeccompIsOffOnlyWhereThatIsAskedFor) {
  const auto seccomp = [](const std::string& text) { return parse(text).spec.containers[0].security.seccomp; };
  EXPECT_TRUE(seccomp(pod("")));
  EXPECT_TRUE(seccomp(container("securityContext: {seccompProfile: {type: RuntimeDefault}}")));
  EXPECT_FALSE(seccomp(container("securityContext: {seccompProfile: {type: Unconfined}}")));
  EXPECT_FALSE(seccomp(pod("securityContext: {seccompProfile: {type: Unconfined}}")));
  EXPECT_TRUE(seccomp(pod("securityContext: {seccompProfile: {type: Unconfined}}",
                          "securityContext: {seccompProfile: {type: RuntimeDefault}}")));
  const std::string of_pod = "seccomp.security.alpha.kubernetes.io/pod";
  const std::string of_main = "container.seccomp.security.alpha.kubernetes.io/main";
  EXPECT_TRUE(seccomp(metadata("name: web, annotations: {" + of_pod + ": docker/default}")));
  EXPECT_FALSE(seccomp(metadata("name: web, annotations: {" + of_pod + ": unconfined}")));
  EXPECT_TRUE(
      seccomp(metadata("name: web, annotations: {" + of_main + ": runtime/default, " + of_pod + ": unconfined}")));
  const std::string both = "{apiVersion: v1, kind: Pod, metadata: {name: web, annotations: {" + of_pod +
                           ": unconfined}}, "
                           "spec: {containers: [{name: main, image: 'rootfs:/a', securityContext: {seccompProfile: "
                           "{type: RuntimeDefault}}}]}}";
  EXPECT_TRUE(seccomp(both));
  const std::string with_init = "{apiVersion: v1, kind: Pod, metadata: {name: web, annotations: {" + of_main +
                                ": unconfined}}, spec: {initContainers: [{name: i, image: 'rootfs:/a', "
                                "securityContext: {seccompProfile: {type: RuntimeDefault}}}], "
                                "containers: [{name: main, image: 'rootfs:/a'}]}}";
  const PodSpec spec = parse(with_init).spec;
  EXPECT_TRUE(spec.containers[0].security.seccomp) << "the init container has a field of its own";
  EXPECT_FALSE(spec.containers[1].security.seccomp);
}

TEST(Manifest, AProfileOfTheMachinesIsNamed) {
  const auto of = [](const std::string& text) { return parse(text).spec.containers[0].security; };
  const std::string local = "securityContext: {seccompProfile: {type: Localhost, localhostProfile: profiles/a.json}}";
  EXPECT_EQ(of(pod(local)).seccomp_profile, "profiles/a.json");
  EXPECT_TRUE(of(pod(local)).seccomp);
  EXPECT_EQ(of(container(local)).seccomp_profile, "profiles/a.json");
  EXPECT_EQ(of(pod(local, "securityContext: {seccompProfile: {type: RuntimeDefault}}")).seccomp_profile, "");
  EXPECT_EQ(of(pod(local, "securityContext: {privileged: true}")).seccomp_profile, "");

  const std::string of_pod = "seccomp.security.alpha.kubernetes.io/pod: ";
  const std::string of_main = "container.seccomp.security.alpha.kubernetes.io/main: ";
  EXPECT_EQ(of(metadata("name: web, annotations: {" + of_pod + "localhost/a.json}")).seccomp_profile, "a.json");
  EXPECT_EQ(of(metadata("name: web, annotations: {" + of_main + "localhost/b.json, " + of_pod + "localhost/a.json}"))
                .seccomp_profile,
            "b.json");
  EXPECT_EQ(of(metadata("name: web, annotations: {" + of_main + "runtime/default, " + of_pod + "localhost/a.json}"))
                .seccomp_profile,
            "");
}

TEST(Manifest, Security) {
  const SecuritySpec spec =
      parse_container(
          "securityContext: {runAsUser: 1000, runAsGroup: 0, runAsNonRoot: true, readOnlyRootFilesystem: true, "
          "allowPrivilegeEscalation: true, capabilities: {add: [cap_net_admin, SYS_TIME], drop: [all]}}")
          .security;
  EXPECT_EQ(spec.run_as_user, 1000U);
  EXPECT_EQ(spec.run_as_group, 0U);
  EXPECT_TRUE(spec.run_as_non_root);
  EXPECT_TRUE(spec.read_only_root);
  EXPECT_FALSE(spec.no_new_privileges);
  EXPECT_THAT(spec.add_capabilities, ElementsAre("NET_ADMIN", "SYS_TIME"));
  EXPECT_THAT(spec.drop_capabilities, ElementsAre("ALL"));
}

TEST(Manifest, ContainersInheritThePodsUser) {
  const std::string_view of_pod = "securityContext: {runAsUser: 5, runAsGroup: 6, runAsNonRoot: true}";
  const SecuritySpec inherited = parse(pod(of_pod)).spec.containers[0].security;
  EXPECT_EQ(inherited.run_as_user, 5U);
  EXPECT_EQ(inherited.run_as_group, 6U);
  EXPECT_TRUE(inherited.run_as_non_root);
  const SecuritySpec own =
      parse(pod(of_pod, "securityContext: {runAsUser: 0, runAsNonRoot: false}")).spec.containers[0].security;
  EXPECT_EQ(own.run_as_user, 0U);
  EXPECT_EQ(own.run_as_group, 6U);
  EXPECT_FALSE(own.run_as_non_root);
}

TEST(Manifest, BadSecurity) {
  const std::string context = "spec.containers[0].securityContext.";
  expect_refused({
      {container("securityContext: {runAsUser: -1}"), context + "runAsUser: expected 0 to 2147483647, found -1"},
      {container("securityContext: {runAsUser: root}"), context + "runAsUser: expected a whole number, found a string"},
      {container("securityContext: {runAsGroup: 65536}"),
       context + "runAsGroup: 65536 is no id of the Pod's user namespace, which has 0 to 65535; hostUsers: true has "
                 "them all"},
      {container("securityContext: {runAsUser: 0, runAsNonRoot: true}"),
       context + "runAsNonRoot: is true, but runAsUser is 0"},
      {pod("securityContext: {runAsNonRoot: true}", "securityContext: {runAsUser: 0}"),
       "spec.securityContext.runAsNonRoot: is true, but runAsUser is 0"},
      {container("securityContext: {capabilities: {add: ['']}}"),
       context + "capabilities.add[0]: '' is no capability, such as NET_ADMIN"},
      {container("securityContext: {capabilities: {drop: [NET ADMIN]}}"),
       context + "capabilities.drop[0]: 'NET ADMIN' is no capability, such as NET_ADMIN"},
  });
  EXPECT_EQ(
      parse(pod("hostUsers: true", "securityContext: {runAsUser: 70000}")).spec.containers[0].security.run_as_user,
      70000U);
}

}  // namespace
}  // namespace podrun
