// Volumes and where containers have them.
#include <gmock/gmock.h>
#include <sys/mount.h>

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

TEST(Volumes, AnEmptyDirMayBeInMemoryAndHaveALimit) {
  const Manifest memory = parse(volume("emptyDir: {medium: Memory, sizeLimit: 64Mi}"));
  EXPECT_THAT(memory.warnings, IsEmpty());
  const auto& spec = std::get<EmptyDirSpec>(memory.spec.volumes.at(0).source);
  EXPECT_TRUE(spec.in_memory);
  EXPECT_EQ(spec.size_limit, 64U << 20U);
  const Manifest on_disk = parse(volume("emptyDir: {sizeLimit: 1Gi}"));
  EXPECT_THAT(on_disk.warnings, IsEmpty());
  EXPECT_EQ(std::get<EmptyDirSpec>(on_disk.spec.volumes.at(0).source).size_limit, 1U << 30U);
  EXPECT_THAT(parse(volume("emptyDir: {sizeLimit: 0}")).warnings, IsEmpty());
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
      {volume("emptyDir: {sizeLimit: much}"),
       "spec.volumes[0].emptyDir.sizeLimit: 'much' is no quantity, such as 2, 0.5, 100m, 64Mi or 1G"},
      {volume("emptyDir: {medium: HugePages-2Mi}"), "spec.volumes[0].emptyDir.medium: no volumes of huge pages here",
       Kind::unsupported},
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

TEST(Volumes, AnEmptyDirHasAMode) {
  const auto mode = [](const std::string& text) {
    return std::get<EmptyDirSpec>(parse(volume("emptyDir: {" + text + "}")).spec.volumes.at(0).source).mode;
  };
  EXPECT_EQ(mode(""), 0777U);
  EXPECT_EQ(mode("mode: 01777"), 01777U);
  EXPECT_EQ(mode("mode: 0, medium: Memory"), 0U);
  expect_refused(
      {{volume("emptyDir: {mode: 02000}"), "spec.volumes[0].emptyDir.mode: expected 0 to 1023, found 1024"}});
}

TEST(VolumeMounts, SayWhere) {
  const VolumeMountSpec spec = parse_mount("mountPath: /data, subPath: a/b, readOnly: true");
  EXPECT_EQ(spec.volume, "v");
  EXPECT_EQ(spec.target, "/data");
  EXPECT_EQ(spec.sub_path, "a/b");
  EXPECT_TRUE(spec.read_only);
  EXPECT_FALSE(parse_mount("mountPath: /data").read_only);
}

TEST(Volumes, ClaimsAreByName) {
  const Manifest manifest = parse(volume("persistentVolumeClaim: {claimName: data.db, readOnly: true}"));
  const auto& claim = std::get<ClaimSpec>(manifest.spec.volumes.at(0).source);
  EXPECT_EQ(claim.claim, "data.db");
  EXPECT_TRUE(claim.read_only);
  expect_refused(
      {{volume("persistentVolumeClaim: {}"), "spec.volumes[0].persistentVolumeClaim.claimName: is missing"}});
  EXPECT_TRUE(parse_manifest(volume("persistentVolumeClaim: {claimName: ../a}"), "x").error().kind == Kind::invalid);
}

TEST(Volumes, ImagesAreNamedAsThoseOfContainers) {
  const auto image = [](const std::string& text) {
    return std::get<ImageSpec>(parse(volume("image: {" + text + "}")).spec.volumes.at(0).source);
  };
  EXPECT_EQ(image("reference: 'nginx:1.27'").reference, "nginx:1.27");
  EXPECT_EQ(image("reference: 'rootfs:/srv/a'").pull_policy, PullPolicy::by_tag);
  EXPECT_EQ(image("reference: a, pullPolicy: Never").pull_policy, PullPolicy::never);
  expect_refused({
      {volume("image: {pullPolicy: Always}"), "spec.volumes[0].image.reference: is missing"},
      {volume("image: {reference: 'rootfs:a'}"),
       "spec.volumes[0].image.reference: expected rootfs:DIR or oci:DIR[:TAG] with an absolute DIR, found 'rootfs:a'"},
      {volume("image: {reference: a, pullPolicy: Sometimes}"),
       "spec.volumes[0].image.pullPolicy: expected one of Never, IfNotPresent, Always; found 'Sometimes'"},
  });
}

TEST(Volumes, AnEphemeralClaimIsAnEmptyDir) {
  const Manifest manifest = parse(volume("ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}"));
  EXPECT_TRUE(std::holds_alternative<EmptyDirSpec>(manifest.spec.volumes.at(0).source));
  EXPECT_THAT(manifest.warnings, IsEmpty());
}

TEST(Volumes, BelongToAGroup) {
  const Manifest manifest = parse(pod("securityContext: {fsGroup: 2000, fsGroupChangePolicy: OnRootMismatch}"));
  EXPECT_EQ(manifest.spec.fs_group, 2000U);
  EXPECT_TRUE(manifest.spec.fs_group_on_root_mismatch);
  EXPECT_FALSE(parse(pod("hostIPC: true")).spec.fs_group);
  expect_refused({{pod("securityContext: {fsGroup: 65536}"),
                   "spec.securityContext.fsGroup: 65536 is no id of the Pod's user namespace, which has 0 to 65535; "
                   "hostUsers: true has them all"}});
}

TEST(VolumeMounts, MayBeReadOnlyAllTheWayDown) {
  EXPECT_TRUE(parse_mount("mountPath: /a, readOnly: true, recursiveReadOnly: Enabled").is_recursive);
  EXPECT_TRUE(parse_mount("mountPath: /a, readOnly: true, recursiveReadOnly: IfPossible").is_recursive);
  EXPECT_FALSE(parse_mount("mountPath: /a, readOnly: true, recursiveReadOnly: Disabled").is_recursive);
  EXPECT_EQ(parse_mount("mountPath: /a, mountPropagation: HostToContainer").propagation,
            Propagation::host_to_container);
  EXPECT_EQ(parse_mount("mountPath: /a, mountPropagation: None").propagation, Propagation::none);
}

TEST(VolumeMounts, MayShowTheHostWhatAContainerMounts) {
  const PodSpec spec = parse(pod("hostUsers: true\nvolumes: [{name: v, hostPath: {path: /v}}]",
                                 "securityContext: {privileged: true}\nvolumeMounts: [{name: v, mountPath: /a, "
                                 "mountPropagation: Bidirectional}]"))
                           .spec;
  EXPECT_EQ(spec.containers.at(0).volume_mounts.at(0).propagation, Propagation::bidirectional);
}

TEST(VolumeMounts, ASubPathMayHaveVariables) {
  const auto sub_path = [](const std::string& expression) {
    const Manifest manifest = parse(pod("volumes: [{name: v}]",
                                        "env: [{name: A, value: b}]\nvolumeMounts: [{name: v, "
                                        "mountPath: /v, subPathExpr: " +
                                            expression + "}]"));
    return manifest.spec.containers.at(0).volume_mounts.at(0).sub_path;
  };
  EXPECT_EQ(sub_path("x/$(A)"), "x/b");
  EXPECT_EQ(sub_path("plain"), "plain");
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
      {mount("mountPath: /"), at + "mountPath: '/' is the container's root"},
      {mount("mountPath: /a/.."), at + "mountPath: '/a/..' is the container's root"},
      {mount("mountPath: /proc/sys"),
       at + "mountPath: '/proc/sys' is in /proc, where nothing may hide what the kernel says"},
      {mount("mountPath: /x/../proc"),
       at + "mountPath: '/x/../proc' is in /proc, where nothing may hide what the kernel says"},
      {mount("mountPath: /dev"), at + "mountPath: '/dev' has the container's own devices; mount below it, or elsewhere",
       Kind::unsupported},
      {mount("mountPath: /a, subPath: /b"), at + "subPath: '/b' is not relative"},
      {mount("mountPath: /a, subPathExpr: $(B)"),
       at + "subPathExpr: '$(B)' refers to a variable without a value that is known beforehand"},
      {mount("mountPath: /a, subPathExpr: b, subPath: c"), at + "subPathExpr: and subPath do not go together"},
      {mount("mountPath: /a, recursiveReadOnly: Enabled"), at + "recursiveReadOnly: 'Enabled' needs readOnly: true"},
      {mount("mountPath: /a, mountPropagation: Bidirectional"),
       at + "mountPropagation: 'Bidirectional' is only for privileged containers"},
      {pod("volumes: [{name: v, hostPath: {path: /v}}]",
           "securityContext: {privileged: true}\nvolumeMounts: [{name: v, mountPath: /a, "
           "mountPropagation: Bidirectional}]"),
       at + "mountPropagation: 'Bidirectional' needs hostUsers: true: what a Pod with users of its own mounts is never "
            "the host's"},
      {pod("hostUsers: true\nvolumes: [{name: v}]",
           "securityContext: {privileged: true}\nvolumeMounts: [{name: v, mountPath: /a, "
           "mountPropagation: Bidirectional}]"),
       at + "mountPropagation: 'Bidirectional' is only for a hostPath", Kind::unsupported},
      {mount("mountPath: /a, subPath: b/../../c"), at + "subPath: 'b/../../c' has a '..' in it"},
      {pod("volumes: [{name: v}]", "volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /a/}]"),
       "spec.containers[0].volumeMounts[1].mountPath: '/a' is that of an earlier mount"},
  });
}

// What mount(8) would read as two names is one to the kernel.
TEST(VolumeMounts, MayHaveAColonInTheirPath) { EXPECT_EQ(parse_mount("mountPath: '/a:b'").target, "/a:b"); }

TEST(VolumeMounts, HaveOptionsOfTheirOwn) {
  EXPECT_EQ(parse_mount("mountPath: /a").attributes, 0U);
  EXPECT_EQ(parse_mount("mountPath: /a, bindMountOptions: [noexec]").attributes, MOUNT_ATTR_NOEXEC);
  EXPECT_EQ(parse_mount("mountPath: /a, bindMountOptions: [nosuid, nodev]").attributes,
            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  const std::string at = "spec.containers[0].volumeMounts[0].bindMountOptions";
  expect_refused({
      {mount("mountPath: /a, bindMountOptions: [ro]"), at + "[0]: expected one of noexec, nodev, nosuid; found 'ro'"},
      {mount("mountPath: /a, bindMountOptions: [nodev, nodev]"), at + "[1]: 'nodev' is there already"},
      {pod("volumes: [{name: v, image: {reference: a}}]",
           "volumeMounts: [{name: v, mountPath: /a, bindMountOptions: [nosuid]}]"),
       at + ": are not for a volume that is an image"},
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
