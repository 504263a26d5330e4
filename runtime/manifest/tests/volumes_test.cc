// Volumes and where containers have them.
#include <gmock/gmock.h>

#include "runtime/manifest/tests/pods.h"

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string volume(std::string_view fields) { return pod("volumes: [{name: v, " + std::string(fields) + "}]"); }
std::string mount(std::string_view fields) {
  return pod("volumes: [{name: v}]", "volumeMounts: [{name: v, " + std::string(fields) + "}]");
}

VolumeMountSpec parse_mount(std::string_view fields) {
  const Manifest manifest = parse(mount(fields));
  EXPECT_THAT(manifest.spec.containers.at(0).volume_mounts, SizeIs(1));
  return manifest.spec.containers.at(0).volume_mounts.at(0);
}

TEST(Volumes, OfNoKindIsAnEmptyDir) {
  for (const char* text :
       {"volumes: [{name: v}]", "volumes: [{name: v, emptyDir: {}}]", "volumes: [{name: v, emptyDir: }]"}) {
    const Manifest manifest = parse(pod(text));
    ASSERT_THAT(manifest.spec.volumes, SizeIs(1)) << text;
    EXPECT_EQ(manifest.spec.volumes[0].name, "v");
    EXPECT_TRUE(std::holds_alternative<EmptyDirSpec>(manifest.spec.volumes[0].source)) << text;
  }
}

TEST(Volumes, HostPathsHaveAType) {
  const std::pair<const char*, HostPathType> types[] = {
      {"''", HostPathType::any},
      {"DirectoryOrCreate", HostPathType::directory_or_create},
      {"Directory", HostPathType::directory},
      {"FileOrCreate", HostPathType::file_or_create},
      {"File", HostPathType::file},
      {"Socket", HostPathType::socket},
      {"CharDevice", HostPathType::char_device},
      {"BlockDevice", HostPathType::block_device},
  };
  for (const auto& [word, type] : types) {
    const Manifest manifest = parse(volume("hostPath: {path: /srv/data, type: " + std::string(word) + "}"));
    const auto& host = std::get<HostPathSpec>(manifest.spec.volumes.at(0).source);
    EXPECT_EQ(host.path, "/srv/data");
    EXPECT_EQ(host.type, type) << word;
  }
}

TEST(Volumes, AreRefusedWithTheReason) {
  const std::string network =
      "no volumes of networks or clouds here: mount it on this machine, and name the directory by hostPath";
  expect_refused({
      {pod("volumes: [{emptyDir: {}}]"), "spec.volumes[0].name: is missing"},
      {pod("volumes: [{name: A}]"),
       "spec.volumes[0].name: 'A' may hold only a-z, 0-9 and '-', and begins and ends with a letter or digit"},
      {pod("volumes: [{name: a}, {name: a}]"), "spec.volumes[1].name: 'a' is the name of an earlier volume"},
      {volume("emptyDir: {}, hostPath: {path: /a}"),
       "spec.volumes[0].hostPath: is one too many: the volume is of emptyDir already"},
      {volume("hostPath: {}"), "spec.volumes[0].hostPath.path: is missing"},
      {volume("hostPath: {path: a}"), "spec.volumes[0].hostPath.path: 'a' does not begin with '/'"},
      {volume("hostPath: {path: /a/../b}"), "spec.volumes[0].hostPath.path: '/a/../b' has a '..' in it"},
      {volume("hostPath: {path: /a, type: Dir}"),
       "spec.volumes[0].hostPath.type: expected one of DirectoryOrCreate, Directory, FileOrCreate, File, Socket, "
       "CharDevice, BlockDevice; found 'Dir'"},
      {volume("nfs: {server: a, path: /b}"), "spec.volumes[0].nfs: " + network, Kind::unsupported},
      {volume("csi: {driver: a}"), "spec.volumes[0].csi: " + network, Kind::unsupported},
      {volume("emptyDirs: {}"), "spec.volumes[0].emptyDirs: no such field in a Pod; did you mean 'emptyDir'?"},
  });
}

TEST(VolumeMounts, SayWhere) {
  const VolumeMountSpec spec = parse_mount("mountPath: /data, subPath: a/b, readOnly: true");
  EXPECT_EQ(spec.volume, "v");
  EXPECT_EQ(spec.target, "/data");
  EXPECT_EQ(spec.sub_path, "a/b");
  EXPECT_TRUE(spec.read_only);
  EXPECT_FALSE(parse_mount("mountPath: /data").read_only);
}

TEST(VolumeMounts, HaveAnAbsoluteAndPlainPath) {
  const std::pair<const char*, const char*> paths[] = {
      {"data", "/data"}, {"/data/", "/data"}, {"//a//b", "/a/b"}, {"/a/./b/../c", "/a/c"}, {"/../a", "/a"}};
  for (const auto& [given, target] : paths)
    EXPECT_EQ(parse_mount("mountPath: " + std::string(given)).target, target) << given;
}

TEST(VolumeMounts, AreRefusedWithTheReason) {
  const std::string at = "spec.containers[0].volumeMounts[0].";
  expect_refused({
      {container("volumeMounts: [{name: v, mountPath: /a}]"), at + "name: 'v' is no volume of the Pod"},
      {container("volumeMounts: [{mountPath: /a}]"), at + "name: is missing"},
      {mount("readOnly: true"), at + "mountPath: is missing"},
      {mount("mountPath: '/a:b'"), at + "mountPath: '/a:b' has a ':' in it"},
      {mount("mountPath: /"), at + "mountPath: '/' is the container's root"},
      {mount("mountPath: /a/.."), at + "mountPath: '/a/..' is the container's root"},
      {mount("mountPath: /proc/sys"),
       at + "mountPath: '/proc/sys' is in /proc, where nothing may hide what the kernel says"},
      {mount("mountPath: /x/../proc"),
       at + "mountPath: '/x/../proc' is in /proc, where nothing may hide what the kernel says"},
      {mount("mountPath: /dev"), at + "mountPath: '/dev' has the container's own devices; mount below it, or elsewhere",
       Kind::unsupported},
      {mount("mountPath: /a, subPath: /b"), at + "subPath: '/b' is not relative"},
      {mount("mountPath: /a, subPath: b/../../c"), at + "subPath: 'b/../../c' has a '..' in it"},
      {pod("volumes: [{name: v}]", "volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /a/}]"),
       "spec.containers[0].volumeMounts[1].mountPath: '/a' is that of an earlier mount"},
  });
}

TEST(VolumeMounts, AreBoundedInNumber) {
  std::string many = "volumeMounts:\n";
  for (int i = 0; i < 201; ++i) many += "- {name: v, mountPath: /m" + std::to_string(i) + "}\n";
  expect_refused(
      {{pod("volumes: [{name: v}]", many), "spec.containers[0].volumeMounts: are more than 200", Kind::unsupported}});
}

// Exported Pods have them: a token of a cluster's, for its API.
TEST(VolumeMounts, OfAServiceAccountArePassedOver) {
  const Manifest manifest = parse(
      pod("volumes: [{name: v}, {name: kube-api-access-x2v7p, projected: {sources: [{serviceAccountToken: {path: "
          "token}}]}}]",
          "volumeMounts: [{name: kube-api-access-x2v7p, mountPath: /var/run/secrets}, {name: v, mountPath: /v}]"));
  EXPECT_THAT(manifest.warnings, IsEmpty());
  EXPECT_THAT(manifest.spec.volumes, ElementsAre(testing::Field(&VolumeSpec::name, "v")));
  EXPECT_THAT(manifest.spec.containers.at(0).volume_mounts,
              ElementsAre(testing::Field(&VolumeMountSpec::target, "/v")));
}

}  // namespace
}  // namespace podrun
