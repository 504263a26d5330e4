// Variables that come from elsewhere: the Pod itself, ConfigMaps and Secrets beside it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/manifest/tests/pods.h"
#include "runtime/model/file_key.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Env = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kBesideEnvironment = R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: cfg}
data: {port: "80", empty: "", refers: $(port)}
binaryData: {zero: "AAA=", bad: "/w=="}
---
apiVersion: v1
kind: Secret
metadata: {name: key}
stringData: {password: p@ss}
---
apiVersion: v1
kind: Secret
metadata: {name: bytes}
data: {zero: "AAA="}
---
)";

// A Pod "web" whose one container has these fields, behind the above.
std::string pod_with_fields(const std::string& fields) {
  return kBesideEnvironment +
         std::string(
             "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web, a.b/c: d}, annotations: {note: "
             "text}}\n"
             "spec:\n  serviceAccountName: robot\n  initContainers:\n  - {name: setup, image: 'rootfs:/x', resources: "
             "{limits: {memory: 1000}}}\n"
             "  containers:\n  - name: main\n    image: rootfs:/x\n    resources: {requests: {cpu: 250m}, limits: "
             "{memory: 64Mi, cpu: 1500m}}\n    ") +
         fields + "\n";
}
ContainerSpec main_of(const std::string& text) {
  const auto set = parse_manifests({{text, "x"}});
  EXPECT_TRUE(set) << set.error().what;
  return set ? set->pods[0].containers.back() : ContainerSpec();
}
Env env(const std::string& fields) { return main_of(pod_with_fields(fields)).env; }
std::string refused_environment(const std::string& fields) {
  const auto set = parse_manifests({{pod_with_fields(fields), "x"}});
  const std::string prefix = "x (Pod web): spec.containers[0].";
  const std::string what = set ? prefix : set.error().what;
  return what.starts_with(prefix) ? what.substr(prefix.size()) : what;
}
std::string from(const std::string& source) { return "env: [{name: A, valueFrom: {" + source + "}}]"; }

TEST(Environment, TakesWhatThePodSaysOfItself) {
  const auto field = [](const std::string& path) {
    const Env all = env(from("fieldRef: {apiVersion: v1, fieldPath: \"" + path + "\"}"));
    return all.empty() ? "nothing" : all[0].second;
  };
  EXPECT_EQ(field("metadata.name"), "web");
  EXPECT_EQ(field("metadata.namespace"), "default");
  EXPECT_EQ(field("metadata.labels['app']"), "web");
  EXPECT_EQ(field("metadata.labels['a.b/c']"), "d");
  EXPECT_EQ(field("metadata.labels['none']"), "");
  EXPECT_EQ(field("metadata.annotations['note']"), "text");
  EXPECT_EQ(field("spec.serviceAccountName"), "robot");
  for (const char* later :
       {"metadata.uid", "spec.nodeName", "status.podIP", "status.podIPs", "status.hostIP", "status.hostIPs"})
    EXPECT_EQ(field(later), holes::make(later));
}

TEST(Environment, TakesResourcesDividedAndRoundedUp) {
  const auto resource = [](const std::string& ref) {
    const Env all = env(from("resourceFieldRef: {" + ref + "}"));
    return all.empty() ? "nothing" : all[0].second;
  };
  EXPECT_EQ(resource("resource: limits.cpu"), "2");
  EXPECT_EQ(resource("resource: limits.cpu, divisor: 1m"), "1500");
  EXPECT_EQ(resource("resource: requests.cpu, divisor: '0'"), "1");
  EXPECT_EQ(resource("resource: limits.memory, divisor: 1Mi"), "64");
  EXPECT_EQ(resource("resource: limits.memory, divisor: 1M"), "68");
  EXPECT_EQ(resource("resource: requests.memory"), "67108864");
  EXPECT_EQ(resource("resource: limits.memory, containerName: setup"), "1000");
  EXPECT_EQ(resource("resource: requests.cpu, containerName: setup"), "0");
  EXPECT_EQ(resource("resource: limits.cpu, containerName: setup, divisor: 1m"), holes::make("machine.cpu/1"));
  EXPECT_EQ(resource("resource: requests.ephemeral-storage"), "0");
}

TEST(Environment, TakesKeysOfConfigMapsAndSecrets) {
  EXPECT_THAT(env(from("configMapKeyRef: {name: cfg, key: port}")), ElementsAre(Pair("A", "80")));
  EXPECT_THAT(env(from("configMapKeyRef: {name: cfg, key: empty}")), ElementsAre(Pair("A", "")));
  EXPECT_THAT(env(from("secretKeyRef: {name: key, key: password}")), ElementsAre(Pair("A", "p@ss")));
  EXPECT_THAT(env(from("configMapKeyRef: {name: none, key: a, optional: true}")), IsEmpty());
  EXPECT_THAT(env(from("secretKeyRef: {name: key, key: none, optional: true}")), IsEmpty());
}

TEST(Environment, TakesWholeConfigMapsAndSecretsBeforeItsOwn) {
  const ContainerSpec container = main_of(pod_with_fields(
      "envFrom: [{configMapRef: {name: cfg}}, {prefix: S_, secretRef: {name: key}}, {configMapRef: {name: "
      "none, optional: true}}]\n"
      "    env: [{name: port, value: '81'}, {name: URL, value: 'http://x:$(port)/$(S_password)'}]\n    "
      "args: [\"$(refers)\"]"));
  EXPECT_THAT(container.env, ElementsAre(Pair("empty", ""), Pair("port", "81"), Pair("refers", "$(port)"),
                                         Pair("S_password", "p@ss"), Pair("URL", "http://x:81/p@ss")));
  EXPECT_THAT(container.args, ElementsAre("$(port)"));
}

TEST(Environment, HolesAreKeptByReferencesToThem) {
  const ContainerSpec container = main_of(pod_with_fields(
      "env: [{name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}, {name: URL, value: 'http://$(IP):80'}]\n    "
      "args: [\"--ip=$(IP)\"]"));
  EXPECT_EQ(container.env[1].second, "http://" + holes::make("status.podIP") + ":80");
  EXPECT_THAT(container.args, ElementsAre("--ip=" + holes::make("status.podIP")));
}

TEST(Environment, AFileIsReadLater) {
  const auto main = [](const std::string& ref) {
    return parse(pod("volumes: [{name: v}, {name: c, hostPath: {path: /x}}]",
                     "env: [{name: A, valueFrom: {fileKeyRef: {" + ref + "}}}]\nargs: [\"--a=$(A)\"]"));
  };
  const std::string hole = holes::make(FileKey{.volume = "v", .path = "a/b=c.env", .key = "KEY", .optional = true});
  const ContainerSpec container =
      main("volumeName: v, path: a/b=c.env, key: KEY, optional: true").spec.containers.at(0);
  EXPECT_THAT(container.env, ElementsAre(Pair("A", hole)));
  EXPECT_THAT(container.args, ElementsAre("--a=" + hole));
  const auto key = holes::file_key(std::string_view(hole).substr(1, hole.size() - 2));
  ASSERT_TRUE(key);
  EXPECT_EQ(key->volume + " " + key->path + " " + key->key, "v a/b=c.env KEY");
  EXPECT_TRUE(key->optional);

  const auto bad = [](const std::string& ref, const std::string& why, Kind kind = Kind::invalid) {
    return Bad{pod("volumes: [{name: v}, {name: c, hostPath: {path: /x}}]",
                   "env: [{name: A, valueFrom: {fileKeyRef: {" + ref + "}}}]"),
               "spec.containers[0].env[0].valueFrom.fileKeyRef." + why, kind};
  };
  expect_refused({
      bad("volumeName: v, path: a", "key: is missing"),
      bad("volumeName: v, key: a", "path: is missing"),
      bad("volumeName: w, path: a, key: a", "volumeName: 'w' is no volume of the Pod"),
      bad("volumeName: c, path: a, key: a", "volumeName: 'c' is no emptyDir", Kind::unsupported),
      bad("volumeName: v, path: /a, key: a", "path: '/a' is not relative"),
      bad("volumeName: v, path: a/../b, key: a", "path: 'a/../b' has a '..' in it"),
      bad("volumeName: v, path: a, key: 'a=b'", "key: 'a=b' may hold only printable ASCII characters other than '='"),
  });
}

TEST(Environment, WhatCannotBeReferredToIsToldByItsPath) {
  EXPECT_EQ(
      refused_environment(from("configMapKeyRef: {name: none, key: a}")),
      "env[0].valueFrom.configMapKeyRef.name: no ConfigMap 'none' stands beside the Pod in namespace 'default' (give "
      "its file, too, with -f)");
  EXPECT_EQ(
      refused_environment("envFrom: [{secretRef: {name: cfg}}]"),
      "envFrom[0].secretRef.name: no Secret 'cfg' stands beside the Pod in namespace 'default' (give its file, too, "
      "with -f)");
  EXPECT_EQ(refused_environment(from("configMapKeyRef: {name: cfg, key: none}")),
            "env[0].valueFrom.configMapKeyRef.key: 'none' is no key of ConfigMap 'cfg'");
  EXPECT_EQ(refused_environment(from("configMapKeyRef: {name: cfg}")),
            "env[0].valueFrom.configMapKeyRef.key: is missing");
  EXPECT_EQ(refused_environment(from("configMapKeyRef: {key: a}")),
            "env[0].valueFrom.configMapKeyRef.name: is missing");
  EXPECT_EQ(refused_environment(from("configMapKeyRef: {name: cfg, key: zero}")),
            "env[0].valueFrom.configMapKeyRef.key: 'zero' holds a NUL byte, which no variable can");
  EXPECT_EQ(refused_environment(from("configMapKeyRef: {name: cfg, key: bad}")),
            "env[0].valueFrom.configMapKeyRef.key: 'bad' is no UTF-8 text, which a variable has to be");
  EXPECT_EQ(refused_environment("envFrom: [{secretRef: {name: bytes}}]"),
            "envFrom[0].secretRef.name: key 'zero' of Secret 'bytes' holds a NUL byte, which no variable can");
  EXPECT_EQ(refused_environment("envFrom: [{prefix: 'a=', secretRef: {name: key}}]"),
            "envFrom[0].prefix: 'a=' may hold only printable ASCII characters other than '='");
  EXPECT_EQ(refused_environment("envFrom: [{secretRef: {name: key}, configMapRef: {name: cfg}}]"),
            "envFrom[0]: needs one of configMapRef and secretRef");
  EXPECT_EQ(refused_environment("env: [{name: A, valueFrom: {}}]"),
            "env[0].valueFrom: needs one of fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef and fileKeyRef");
  EXPECT_EQ(refused_environment("env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]"),
            "env[0].valueFrom: and value do not go together");
  EXPECT_EQ(refused_environment(from("fieldRef: {fieldPath: spec.hostname}")).substr(0, 76),
            "env[0].valueFrom.fieldRef.fieldPath: 'spec.hostname' cannot be referred to; ");
  EXPECT_EQ(refused_environment(from("fieldRef: {fieldPath: \"metadata.labels['']\"}")).substr(0, 36),
            "env[0].valueFrom.fieldRef.fieldPath:");
  EXPECT_EQ(refused_environment(from("resourceFieldRef: {resource: limits.cpu, containerName: x}")),
            "env[0].valueFrom.resourceFieldRef.containerName: 'x' is no container of the Pod");
  EXPECT_EQ(refused_environment(from("resourceFieldRef: {resource: limits.gpu}")).substr(0, 67),
            "env[0].valueFrom.resourceFieldRef.resource: 'limits.gpu' cannot be ");
  EXPECT_EQ(refused_environment(from("resourceFieldRef: {resource: limits.cpu, divisor: x}")),
            "env[0].valueFrom.resourceFieldRef.divisor: 'x' is no quantity to divide cpu by");
}

// A thousand references to one value of half a megabyte.
TEST(Environment, WhatItMayBecomeIsBounded) {
  std::string text =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: big}\nstringData: {a: " + std::string(100'000, 'x') +
      "}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: main\n    image: "
      "rootfs:/x\n    envFrom:\n";
  for (int i = 0; i < 1000; ++i) text += "    - {prefix: a" + std::to_string(i) + ", secretRef: {name: big}}\n";
  const auto set = parse_manifests({{text, "x"}});
  ASSERT_FALSE(set);
  EXPECT_THAT(set.error().what, testing::HasSubstr("expand to more than 4 MiB"));
}

TEST(Holes, AreFilledOneByOne) {
  const auto value = [](std::string_view name) -> std::optional<std::string> {
    if (name == "a") return "1";
    return std::nullopt;
  };
  EXPECT_EQ(holes::fill("x" + holes::make("a") + holes::make("b") + "y", value), "x1" + holes::make("b") + "y");
  EXPECT_EQ(holes::fill("plain", value), "plain");
  EXPECT_EQ(holes::fill(std::string("\0open", 5), value), std::string("\0open", 5));
}

}  // namespace
}  // namespace podrun
