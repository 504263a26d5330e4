// Volumes of files: what is in them, from ConfigMaps and Secrets that stand beside the Pod.
#include <gmock/gmock.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kBesideVolumes =
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\ndata: {a.conf: one, b.conf: two}\n"
    "binaryData: {raw: AAE=}\n"
    "---\napiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {password: secret}\n"
    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: far, namespace: other}\ndata: {x: far}\n";

std::string pod_with_volume(std::string_view source) {
  return pod("volumes: [{name: v, " + std::string(source) + "}]") + kBesideVolumes;
}

// "a.conf 644 one"
std::vector<std::string> files(std::string_view source) {
  const Manifest manifest = parse(pod_with_volume(source));
  EXPECT_THAT(manifest.warnings, IsEmpty());
  std::vector<std::string> lines;
  if (manifest.spec.volumes.empty()) return lines;
  for (const VolumeFile& file : std::get<FilesSpec>(manifest.spec.volumes[0].source).files) {
    char mode[8];
    std::snprintf(mode, sizeof(mode), "%o", file.mode);
    lines.push_back(file.path + " " + mode + " " + file.content);
  }
  return lines;
}

TEST(VolumeFiles, AreTheKeysOfAConfigMap) {
  EXPECT_THAT(files("configMap: {name: conf}"),
              ElementsAre("a.conf 644 one", "b.conf 644 two", std::string("raw 644 \0\1", 10)));
  EXPECT_THAT(
      files("configMap: {name: conf, defaultMode: 0400, items: [{key: b.conf, path: etc/./b}, {key: a.conf, path: a, "
            "mode: 0755}]}"),
      ElementsAre("a 755 one", "etc/b 400 two"));
}

TEST(VolumeFiles, AreTheKeysOfASecret) {
  EXPECT_THAT(files("secret: {secretName: key, defaultMode: 256}"), ElementsAre("password 400 secret"));
  EXPECT_THAT(files("secret: {secretName: key, items: [{key: password, path: db/password}]}"),
              ElementsAre("db/password 644 secret"));
}

// "a.conf 1000"
std::vector<std::string> users(std::string_view source, const std::string& more = "") {
  std::vector<std::string> lines;
  const Manifest manifest = parse(pod(more + "volumes: [{name: v, " + std::string(source) + "}]") + kBesideVolumes);
  for (const VolumeFile& file : std::get<FilesSpec>(manifest.spec.volumes.at(0).source).files)
    lines.push_back(file.path + " " + std::to_string(file.user));
  return lines;
}

TEST(VolumeFiles, BelongToAUser) {
  const std::string items = "items: [{key: a.conf, path: a}, {key: b.conf, path: b, user: 7}]";
  EXPECT_THAT(users("configMap: {name: conf, " + items + "}"), ElementsAre("a 0", "b 7"));
  EXPECT_THAT(users("configMap: {name: conf, defaultUser: 1000, " + items + "}"), ElementsAre("a 1000", "b 7"));
  EXPECT_THAT(users("secret: {secretName: key, defaultUser: 1000}"), ElementsAre("password 1000"));
  EXPECT_THAT(users("downwardAPI: {defaultUser: 5, items: [{path: own, fieldRef: {fieldPath: metadata.name}}]}"),
              ElementsAre("own 5"));
  EXPECT_THAT(
      users("projected: {defaultUser: 5, sources: [{secret: {name: key}}, {configMap: {name: conf, " + items + "}}]}"),
      ElementsAre("a 5", "b 7", "password 5"));
  EXPECT_THAT(users("secret: {secretName: key, defaultUser: 65536}", "hostUsers: true\n"),
              ElementsAre("password 65536"));
  EXPECT_THAT(
      parse_manifest(pod_with_volume("secret: {secretName: key, defaultUser: 65536}"), "x").error().what,
      HasSubstr("spec.volumes[0].secret.defaultUser: 65536 is no id of the Pod's user namespace, which has 0 to "
                "65535; hostUsers: true has them all"));
}

TEST(VolumeFiles, TellThePodOfItself) {
  const std::string pod_with_labels =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: web, uid: u, labels: {b: two, a: one}, annotations: {note: "
      "\"a\\n\\\"b\"}}\n"
      "spec:\n  containers: [{name: main, image: 'rootfs:/', resources: {limits: {memory: 64Mi}}}]\n"
      "  volumes: [{name: v, downwardAPI: {defaultMode: 0400, items: ["
      "{path: labels, fieldRef: {fieldPath: metadata.labels}}, {path: notes, fieldRef: {fieldPath: "
      "metadata.annotations}}, "
      "{path: of/b, fieldRef: {fieldPath: \"metadata.labels['b']\"}, mode: 0644}, {path: uid, fieldRef: {fieldPath: "
      "metadata.uid}}, "
      "{path: mi, resourceFieldRef: {containerName: main, resource: limits.memory, divisor: 1Mi}}]}}]\n";
  std::map<std::string, std::string> contents;
  const Manifest manifest = parse(pod_with_labels);
  for (const VolumeFile& file : std::get<FilesSpec>(manifest.spec.volumes.at(0).source).files) {
    contents[file.path] = file.content;
    EXPECT_EQ(file.mode, file.path == "of/b" ? 0644U : 0400U) << file.path;
  }
  EXPECT_EQ(contents, (std::map<std::string, std::string>{{"labels", "a=\"one\"\nb=\"two\""},
                                                          {"notes", "note=\"a\\n\\\"b\""},
                                                          {"of/b", "two"},
                                                          {"uid", "u"},
                                                          {"mi", "64"}}));
  EXPECT_THAT(
      files("projected: {sources: [{downwardAPI: {items: [{path: own, fieldRef: {fieldPath: metadata.name}}]}}]}"),
      ElementsAre("own 644 web"));
  const auto item = [](const std::string& more) {
    return pod("volumes: [{name: v, downwardAPI: {items: [{path: a" + more + "}]}}]");
  };
  const std::string at = "spec.volumes[0].downwardAPI.items[0].";
  expect_refused(
      {{item(""), at + "fieldRef: needs to stand here, or resourceFieldRef, and not both"},
       {item(", fieldRef: {fieldPath: status.podIP}"),
        at + "fieldRef.fieldPath: 'status.podIP' cannot be a file; that can be metadata.name, .namespace, .uid, "
             ".labels and .annotations, of both also ['KEY']"},
       {item(", resourceFieldRef: {resource: limits.cpu}"),
        at + "resourceFieldRef.containerName: '' is no container of the Pod"}});
}

TEST(VolumeFiles, AreNoMoreThanMemoryCanHold) {
  std::string items;
  for (int i = 0; i < 40; ++i) items += "{key: k, path: f" + std::to_string(i) + "},";
  const std::string beside =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {k: " + std::string(600'000, 'x') + "}\n";
  const auto large = [&](const std::string& names) {
    std::string volumes;
    for (const char name : names)
      volumes += std::string("{name: ") + name + ", configMap: {name: c, items: [" + items + "]}},";
    return parse_manifest(pod("volumes: [" + volumes + "]") + beside, "web.yaml");
  };
  const auto one = large("a");
  ASSERT_FALSE(one);
  EXPECT_THAT(one.error().what, HasSubstr("spec.volumes[0].configMap.items: make files of more than 16 MiB"));
  items = items.substr(0, items.find("{key: k, path: f20}"));
  EXPECT_TRUE(large("a"));
  const auto many = large("abcdefg");
  ASSERT_FALSE(many);
  EXPECT_THAT(many.error().what, HasSubstr("spec.volumes: make files of more than 64 MiB together"));
}

TEST(VolumeFiles, OfSeveralSourcesAreOneVolume) {
  EXPECT_THAT(
      files("projected: {defaultMode: 0440, sources: [{configMap: {name: conf, items: [{key: a.conf, path: a}]}}, "
            "{secret: {name: key}}, {configMap: {name: conf, items: [{key: b.conf, path: a, mode: 0600}]}}]}"),
      ElementsAre("a 600 two", "password 440 secret"));
}

TEST(VolumeFiles, MayBeMissingWhereTheyAreOptional) {
  EXPECT_THAT(files("configMap: {name: none, optional: true}"), IsEmpty());
  EXPECT_THAT(files("secret: {secretName: none, optional: true, items: [{key: a, path: b}]}"), IsEmpty());
  EXPECT_THAT(files("configMap: {name: conf, optional: true, items: [{key: c, path: c}, {key: a.conf, path: a}]}"),
              ElementsAre("a 644 one"));
}

TEST(VolumeFiles, TokensOfAClusterAreMissingWithAWarning) {
  const Manifest manifest =
      parse(pod_with_volume("projected: {sources: [{serviceAccountToken: {path: token}}, {secret: {name: key}}]}"));
  EXPECT_THAT(
      manifest.warnings,
      ElementsAre(
          "web.yaml (Pod web): spec.volumes[0].projected.sources[0].serviceAccountToken: there is no cluster whose "
          "API a token would open: the volume has no such file"));
  EXPECT_EQ(std::get<FilesSpec>(manifest.spec.volumes.at(0).source).files.size(), 1U);
}

TEST(VolumeFiles, AreRefusedWithTheReason) {
  const auto beside = [](const char* kind, const char* name) {
    return std::string("no ") + kind + " '" + name +
           "' stands beside the Pod in namespace 'default' (give its file, too, with -f)";
  };
  const std::string item = "spec.volumes[0].configMap.items[0].";
  const auto at = [&](const char* path) {
    return pod_with_volume("configMap: {name: conf, items: [{key: a.conf, path: " + std::string(path) + "}]}");
  };
  const std::pair<std::string, std::string> cases[] = {
      {pod_with_volume("configMap: {name: none}"), "spec.volumes[0].configMap.name: " + beside("ConfigMap", "none")},
      {pod_with_volume("configMap: {name: far}"), "spec.volumes[0].configMap.name: " + beside("ConfigMap", "far")},
      {pod_with_volume("configMap: {}"), "spec.volumes[0].configMap.name: is missing"},
      {pod_with_volume("secret: {secretName: conf}"), "spec.volumes[0].secret.secretName: " + beside("Secret", "conf")},
      {pod_with_volume("projected: {sources: [{secret: {name: none}}]}"),
       "spec.volumes[0].projected.sources[0].secret.name: " + beside("Secret", "none")},
      {pod_with_volume("configMap: {name: conf, items: [{key: c, path: c}]}"),
       item + "key: 'c' is no key of ConfigMap 'conf'"},
      {pod_with_volume("configMap: {name: conf, items: [{path: c}]}"), item + "key: is missing"},
      {pod_with_volume("configMap: {name: conf, items: [{key: a.conf}]}"), item + "path: is missing"},
      {at("/etc/a"), item + "path: '/etc/a' is not relative"},
      {at("a/../../b"), item + "path: 'a/../../b' has a name that begins with '..'"},
      {at("..data"), item + "path: '..data' has a name that begins with '..'"},
      {at("./"), item + "path: './' names no file"},
      {pod_with_volume("configMap: {name: conf, defaultMode: 01000}"),
       "spec.volumes[0].configMap.defaultMode: expected 0 to 511, found 512"},
      {pod_with_volume("configMap: {name: conf, items: [{key: a.conf, path: a}, {key: b.conf, path: a/b}]}"),
       "spec.volumes[0].configMap.items: 'a' is a file, and 'a/b' is below it"},
  };
  for (const auto& [text, error] : cases) {
    const auto manifest = parse_manifest(text, "web.yaml");
    ASSERT_FALSE(manifest) << text;
    EXPECT_EQ(manifest.error().what, "web.yaml (Pod web): " + error);
  }
}

}  // namespace
}  // namespace podrun
