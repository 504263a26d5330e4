// Volumes of a pod: what they are made of, who may write to them, and how long they stay.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "integration/volumes_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class VolumesTest : public VolumesHost {};

TEST_F(VolumesTest, AnEmptyDirIsSharedByThePodsContainers) {
  Json manifest = with_volume({{"emptyDir", Json::object()}});
  Json beside = container("beside", {"/bin/payload", "sleep"});
  beside["volumeMounts"] = {{{"name", "v"}, {"mountPath", "/elsewhere"}, {"readOnly", true}}};
  beside["securityContext"] = {{"runAsUser", 1000}};
  manifest["spec"]["containers"].push_back(beside);
  for_both_users(manifest, [&] {
    EXPECT_EQ(sh("stat -c '%u %g %a' /v; echo hello > /v/file"), "0 0 777");
    EXPECT_EQ(sh("cat /elsewhere/file", "beside"), "hello");
    EXPECT_THAT(sh("touch /elsewhere/x", "beside"), HasSubstr("Read-only file system"));
  });
}

TEST_F(VolumesTest, AnybodyMayWriteToAnEmptyDir) {
  Json manifest = with_volume({{"emptyDir", Json::object()}});
  manifest["spec"]["containers"][0]["securityContext"] = {{"runAsUser", 1000}, {"runAsGroup", 1000}};
  for_both_users(manifest, [&] { EXPECT_EQ(sh("touch /v/mine && stat -c '%u %g' /v/mine"), "1000 1000"); });
}

TEST_F(VolumesTest, AnEmptyDirHasTheModeThatItIsGiven) {
  for (const char* medium : {"", "Memory"}) {
    SCOPED_TRACE(medium);
    Json manifest = with_volume({{"emptyDir", {{"medium", medium}, {"mode", 01750}}}});
    Json beside = container("beside", {"/bin/payload", "sleep"});
    beside["volumeMounts"] = {{{"name", "v"}, {"mountPath", "/v"}}};
    beside["securityContext"] = {{"runAsUser", 1000}};
    manifest["spec"]["containers"].push_back(beside);
    for_both_users(manifest, [&] {
      EXPECT_EQ(sh("stat -c '%u %g %a' /v; echo hello > /v/file"), "0 0 1750");
      EXPECT_THAT(sh("ls /v", "beside"), HasSubstr("Permission denied"));
    });
    manifest["spec"]["securityContext"] = {{"fsGroup", 2000}};
    for_both_users(manifest, [&] {
      EXPECT_EQ(sh("stat -c '%u %g %a' /v"), "0 2000 3770");
      EXPECT_EQ(sh("touch /v/mine && stat -c '%u %g' /v/mine", "beside"), "1000 2000");
    });
  }
}

TEST_F(VolumesTest, AMountHasItsOwnOptions) {
  const auto options = [&](const std::string& target) {
    return sh("grep ' " + target + " ' /proc/self/mounts | cut -d ' ' -f 4");
  };
  Json manifest = with_volume({{"emptyDir", Json::object()}});
  Json& main = manifest["spec"]["containers"][0];
  manifest["spec"]["volumes"].push_back({{"name", "m"}, {"emptyDir", {{"medium", "Memory"}}}});
  manifest["spec"]["volumes"].push_back({{"name", "h"}, {"hostPath", {{"path", host_directory()}}}});
  for (const char* name : {"m", "h"})
    main["volumeMounts"].push_back(
        {{"name", name}, {"mountPath", std::string("/") + name}, {"bindMountOptions", {"noexec", "nosuid", "nodev"}}});
  main["volumeMounts"].push_back({{"name", "v"}, {"mountPath", "/a:b"}, {"bindMountOptions", {"noexec"}}});
  const std::string run_in = "cp /bin/busybox $d/ && $d/busybox true && echo ran; rm $d/busybox";
  for_both_users(manifest, [&] {
    EXPECT_EQ(sh("d=/v; " + run_in), "ran");
    for (const char* target : {"/m", "/h", "/a:b"}) {
      EXPECT_THAT(options(target), HasSubstr("noexec")) << target;
      EXPECT_THAT(sh("d=" + std::string(target) + "; " + run_in), HasSubstr("Permission denied")) << target;
    }
    EXPECT_THAT(options("/h"), HasSubstr("nosuid"));
    EXPECT_THAT(options("/h"), HasSubstr("nodev"));
  });
}

TEST_F(VolumesTest, AnEmptyDirStaysUntilThePodIsDeleted) {
  remember_world();
  ASSERT_TRUE(must_create(with_volume({{"emptyDir", Json::object()}})));
  const std::string on_host = volume_dir();
  EXPECT_EQ(sh("echo kept > /v/file"), "");
  ASSERT_EQ(podrun({"restart", "web", "-c", "main"}).status, 0);
  EXPECT_EQ(sh("cat /v/file"), "kept");
  ASSERT_EQ(podrun({"stop", "web"}).status, 0);
  EXPECT_TRUE(fs::exists(on_host + "/file"));
  ASSERT_EQ(podrun({"start", "web"}).status, 0);
  EXPECT_EQ(sh("cat /v/file; stat -c '%u %a' /v"), "kept\n0 777");
  ASSERT_EQ(remove("web").status, 0);
  EXPECT_FALSE(fs::exists(on_host));
  expect_world_unchanged();
}

TEST_F(VolumesTest, AnEmptyDirGoesWhateverIsInIt) {
  remember_world();
  ASSERT_TRUE(must_create(with_volume({{"emptyDir", Json::object()}})));
  const std::string on_host = volume_dir();
  EXPECT_EQ(
      sh("cd /v && i=0; while [ $i -lt 150 ]; do mkdir ddddddddddddddddddddd && cd ddddddddddddddddddddd || exit; "
         "i=$((i+1)); done; cd /v && ln -s /etc escape && mkfifo fifo && mkdir closed && chmod 0 closed"),
      "");
  std::ofstream(on_host + "/fixed") << "x";
  static_cast<void>(run({"chattr", "+i", on_host + "/fixed"}));
  ASSERT_EQ(remove("web").status, 0);
  EXPECT_FALSE(fs::exists(on_host));
  EXPECT_TRUE(fs::exists("/etc/passwd"));
  expect_world_unchanged();
}

TEST_F(VolumesTest, AHostPathHasItsIdsInsideAsOnTheHost) {
  const std::string path = host_directory();
  ASSERT_EQ(::chown((path + "/file").c_str(), 1000, 2000), 0);
  for_both_users(with_volume({{"hostPath", {{"path", path}, {"type", "Directory"}}}}), [&] {
    EXPECT_EQ(sh("stat -c '%u %g' /v/file; cat /v/file; echo new > /v/made"), "1000 2000\nhello");
    struct stat info {};
    ASSERT_EQ(::stat((path + "/made").c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, 0U);
    fs::remove(path + "/made");
  });
  EXPECT_TRUE(fs::exists(path + "/file")) << "it is the host's";
}

TEST_F(VolumesTest, AHostPathMayBeAFileASocketOrADevice) {
  const std::string path = host_directory();
  for_both_users(with_volume({{"hostPath", {{"path", path + "/file"}, {"type", "File"}}}}),
                 [&] { EXPECT_EQ(sh("cat /v"), "hello"); });
  ASSERT_EQ(::mknod((path + "/null").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
  for_both_users(with_volume({{"hostPath", {{"path", path + "/null"}, {"type", "CharDevice"}}}}),
                 [&] { EXPECT_EQ(sh("echo x > /v && stat -c %F /v"), "character special file"); });
  ASSERT_EQ(::mknod((path + "/sock").c_str(), S_IFSOCK | 0666, 0), 0);
  for_both_users(with_volume({{"hostPath", {{"path", path + "/sock"}, {"type", "Socket"}}}}),
                 [&] { EXPECT_EQ(sh("stat -c %F /v"), "socket"); });
}

TEST_F(VolumesTest, AHostPathIsMadeWhereItsTypeSaysSo) {
  const auto make = [&](const std::string& path, const char* type) {
    for_both_users(with_volume({{"hostPath", {{"path", path}, {"type", type}}}}), [] {});
  };
  make(dir() + "/a/b", "DirectoryOrCreate");
  EXPECT_TRUE(fs::is_directory(dir() + "/a/b"));
  make(dir() + "/c", "");
  EXPECT_TRUE(fs::is_directory(dir() + "/c"));
  make(dir() + "/a/file", "FileOrCreate");
  EXPECT_TRUE(fs::is_regular_file(dir() + "/a/file"));
}

TEST_F(VolumesTest, AHostPathOfAnotherTypeIsRefusedBeforeAnythingIsMade) {
  const std::string path = host_directory();
  remember_world();
  const auto refused = [&](const std::string& at, const char* type, const std::string& why) {
    const Output output = create(with_volume({{"hostPath", {{"path", at}, {"type", type}}}}));
    EXPECT_NE(output.status, 0) << type;
    EXPECT_THAT(output.err, HasSubstr("volume 'v': find hostPath '" + at + "'" + why));
  };
  refused(path + "/none", "Directory", ": No such file or directory");
  refused(path + "/none", "File", ": No such file or directory");
  refused(path + "/file", "Directory", ": it is no directory (its type says Directory)");
  refused(path + "/file", "DirectoryOrCreate", ": it is no directory (its type says DirectoryOrCreate)");
  refused(path, "FileOrCreate", ": it is no file (its type says FileOrCreate)");
  refused(path + "/file", "Socket", ": it is no socket (its type says Socket)");
  refused(path + "/file", "BlockDevice", ": it is no block device (its type says BlockDevice)");
  EXPECT_FALSE(fs::exists(path + "/none"));
  expect_world_unchanged();
}

TEST_F(VolumesTest, MountsBelowAHostPathComeAlongAndNoneGoesBack) {
  const std::string path = host_directory();
  fs::create_directories(path + "/below");
  ASSERT_EQ(run({"mount", "--bind", path, path + "/below"}).status, 0);
  Json manifest = with_volume({{"hostPath", {{"path", path}}}});
  manifest["spec"]["hostUsers"] = true;
  manifest["spec"]["containers"][0]["securityContext"] = {{"capabilities", {{"add", {"SYS_ADMIN"}}}},
                                                          {"seccompProfile", {{"type", "Unconfined"}}}};
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(sh("cat /v/below/file"), "hello");
  EXPECT_EQ(sh("mkdir /v/inside && mount -t tmpfs none /v/inside && touch /v/inside/hidden"), "");
  EXPECT_FALSE(fs::exists(path + "/inside/hidden"));
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_EQ(run({"umount", path + "/below"}).status, 0);
}

TEST_F(VolumesTest, AFilesystemThatCannotMapIdsIsNamed) {
  const Output output = create(with_volume({{"hostPath", {{"path", "/proc/sys"}}}}));
  EXPECT_NE(output.status, 0);
  EXPECT_THAT(output.err, HasSubstr("volume 'v': '/proc/sys': its filesystem (proc) cannot map ids on this kernel "
                                    "(`hostUsers: true`, or a directory on another filesystem, avoids that)"));
  const std::string path = host_directory();
  fs::create_directories(path + "/deep/proc");
  ASSERT_EQ(run({"mount", "-t", "proc", "none", path + "/deep/proc"}).status, 0);
  const Output below = create(with_volume({{"hostPath", {{"path", path}}}}));
  EXPECT_THAT(below.err, HasSubstr("'" + path + "/deep/proc': its filesystem (proc) cannot map ids"));
  EXPECT_EQ(run({"umount", path + "/deep/proc"}).status, 0);
  Json manifest = with_volume({{"hostPath", {{"path", "/proc/sys"}}}});
  manifest["spec"]["hostUsers"] = true;
  EXPECT_TRUE(must_create(manifest));
}

TEST_F(VolumesTest, AreMountedInEachOtherAndOverWhatIsThere) {
  Json manifest = with_volume({{"emptyDir", Json::object()}});
  manifest["spec"]["volumes"].push_back({{"name", "w"}});
  Json& mounts = manifest["spec"]["containers"][0]["volumeMounts"];
  mounts = Json::array({{{"name", "w"}, {"mountPath", "/v/deep/w"}},
                        {{"name", "v"}, {"mountPath", "/v"}},
                        {{"name", "w"}, {"mountPath", "/dev/shm"}}});
  for_both_users(manifest, [&] {
    EXPECT_EQ(sh("echo 1 > /v/deep/w/file; cat /dev/shm/file; ls /v /v/deep"), "1\n/v:\ndeep\n\n/v/deep:\nw");
    EXPECT_TRUE(fs::exists(volume_dir("w") + "/file"));
  });
}

TEST_F(VolumesTest, AFileNeedsAFileAndADirectoryADirectory) {
  const std::string path = host_directory();
  Json manifest = with_volume({{"hostPath", {{"path", path + "/file"}}}});
  main_mount(manifest)["mountPath"] = "/bin";
  EXPECT_THAT(create(manifest).err, HasSubstr("mount at '/bin': the image has a directory where a file belongs"));
  manifest = with_volume({{"emptyDir", Json::object()}});
  main_mount(manifest)["mountPath"] = "/bin/payload";
  EXPECT_THAT(create(manifest).err, HasSubstr("'/bin/payload': Not a directory"));
}

}  // namespace
}  // namespace integration
