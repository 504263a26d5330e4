// What of a volume is mounted, and how: subPath and its links, readOnly with what is mounted below, propagation.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "integration/volumes_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class SubPathTest : public VolumesHost {
 protected:
  // "beside" gets the part of it that "main" has whole.
  static Json with_part(const Json& source, const std::string& sub_path) {
    Json manifest = with_volume(source);
    Json beside = container("beside", {"/bin/payload", "sleep"});
    beside["volumeMounts"] = {{{"name", "v"}, {"mountPath", "/part"}, {"subPath", sub_path}}};
    manifest["spec"]["containers"].push_back(beside);
    return manifest;
  }
};

TEST_F(SubPathTest, IsMadeLikeTheVolumeWhereItIsMissing) {
  for_both_users(with_part({{"emptyDir", Json::object()}}, "a/b"), [&] {
    EXPECT_EQ(sh("stat -c '%u %g %a' /v/a /v/a/b"), "0 0 777\n0 0 777");
    EXPECT_EQ(sh("echo x > /part/file", "beside"), "");
    EXPECT_EQ(sh("cat /v/a/b/file"), "x");
  });
}

TEST_F(SubPathTest, MayHaveVariables) {
  Json manifest = with_volume({{"emptyDir", Json::object()}});
  manifest["spec"]["containers"][0]["env"] = {{{"name", "WHO"}, {"value", "web-1"}}};
  main_mount(manifest)["subPathExpr"] = "logs/$(WHO)";
  ASSERT_TRUE(must_create(manifest));
  EXPECT_TRUE(fs::is_directory(volume_dir() + "/logs/web-1"));
}

// CVE-2017-1002101
TEST_F(SubPathTest, ALinkLeadsNowhereOutsideOfTheVolume) {
  for (const char* target : {"/etc", "../../../../../../../../../etc", "/proc/self/root/etc", "/proc/1/root"}) {
    SCOPED_TRACE(target);
    Json manifest = with_part({{"emptyDir", Json::object()}}, "link");
    manifest["spec"]["restartPolicy"] = "Always";
    Json init = container("init", {"ln", "-s", target, "/v/link"});
    init["volumeMounts"] = {{{"name", "v"}, {"mountPath", "/v"}}};
    manifest["spec"]["initContainers"] = {init};
    for (const bool host_users : {false, true}) {
      manifest["spec"]["hostUsers"] = host_users;
      ASSERT_TRUE(must_create(manifest));
      EXPECT_TRUE(eventually([&] { return sh("echo here", "beside") == "here"; })) << podrun({"describe", "web"}).out;
      EXPECT_EQ(sh("ls -A /part", "beside"), "") << "a directory of the volume";
      EXPECT_EQ(remove("web").status, 0);
    }
  }
}

// CVE-2021-25741: the way is changed while it is walked.
TEST_F(SubPathTest, AContainerThatChangesTheWayGainsNothing) {
  Json manifest = with_part({{"emptyDir", Json::object()}}, "way");
  manifest["spec"]["hostUsers"] = true;
  manifest["spec"]["containers"][0]["command"] = {
      "sh", "-c", "cd /v; while :; do ln -sfn /etc way; rm -rf way; mkdir way; rmdir way; done"};
  int begun = 0;
  for (int i = 0; i < 8; ++i) {
    const Output output = create(manifest);
    if (output.status == 0) {
      ++begun;
      EXPECT_THAT(sh("ls -A /part", "beside"), testing::Not(HasSubstr("passwd")));
    }
    static_cast<void>(remove("web"));
  }
  EXPECT_GT(begun, 0);
}

TEST_F(SubPathTest, AMountPointThatALinkOfAVolumeLeadsIntoProcIsRefused) {
  const std::string path = host_directory();
  ASSERT_EQ(::symlink("/proc/sys", (path + "/inner").c_str()), 0);
  Json manifest = with_volume({{"hostPath", {{"path", path}}}});
  manifest["spec"]["hostUsers"] = true;
  manifest["spec"]["volumes"].push_back({{"name", "w"}});
  manifest["spec"]["containers"][0]["volumeMounts"].push_back({{"name", "w"}, {"mountPath", "/v/inner/kernel"}});
  EXPECT_THAT(create(manifest).err, HasSubstr("mount at '/v/inner/kernel': it leads into /proc"));
}

TEST_F(SubPathTest, ReadOnlyIsForOneMountAndRecursiveForAll) {
  const std::string path = host_directory();
  fs::create_directories(path + "/below");
  ASSERT_EQ(run({"mount", "-t", "tmpfs", "none", path + "/below"}).status, 0);
  Json manifest = with_volume({{"hostPath", {{"path", path}}}});
  manifest["spec"]["hostUsers"] = true;
  main_mount(manifest)["readOnly"] = true;
  ASSERT_TRUE(must_create(manifest));
  EXPECT_THAT(sh("touch /v/x"), HasSubstr("Read-only file system"));
  EXPECT_EQ(sh("touch /v/below/x"), "");
  EXPECT_EQ(remove("web").status, 0);
  main_mount(manifest)["recursiveReadOnly"] = "Enabled";
  ASSERT_TRUE(must_create(manifest));
  EXPECT_THAT(sh("touch /v/below/y"), HasSubstr("Read-only file system"));
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_EQ(run({"umount", path + "/below"}).status, 0);
}

TEST_F(SubPathTest, LaterMountsOfTheHostShowOnlyWhereTheyAreAskedFor) {
  const std::string path = host_directory();
  ASSERT_EQ(run({"mount", "--bind", path, path}).status, 0);
  ASSERT_EQ(run({"mount", "--make-shared", path}).status, 0);
  fs::create_directories(path + "/later");
  for (const char* propagation : {"None", "HostToContainer"}) {
    SCOPED_TRACE(propagation);
    Json manifest = with_volume({{"hostPath", {{"path", path}}}});
    main_mount(manifest)["mountPropagation"] = propagation;
    for_both_users(manifest, [&] {
      EXPECT_EQ(run({"mount", "-t", "tmpfs", "none", path + "/later"}).status, 0);
      std::ofstream(path + "/later/seen") << "";
      EXPECT_EQ(sh("ls /v/later"), std::string(propagation) == "None" ? "" : "seen");
      EXPECT_EQ(run({"umount", path + "/later"}).status, 0);
    });
  }
  EXPECT_EQ(run({"umount", path}).status, 0);
}

class BidirectionalTest : public SubPathTest {
 protected:
  void SetUp() override {
    SubPathTest::SetUp();
    if (IsSkipped()) return;
    path_ = host_directory();
    ASSERT_EQ(run({"mount", "--bind", path_, path_}).status, 0);
    ASSERT_EQ(run({"mount", "--make-shared", path_}).status, 0);
    fs::create_directories(path_ + "/made");
  }
  void TearDown() override {
    podrun({"delete", "--all", "--force", "--grace-period", "0"});
    run({"umount", "-R", path_});  // else its directory stays
    SubPathTest::TearDown();
  }
  Json shared() const {
    Json manifest = with_volume({{"hostPath", {{"path", path_}}}});
    manifest["spec"]["hostUsers"] = true;
    manifest["spec"]["containers"][0]["securityContext"]["privileged"] = true;
    main_mount(manifest)["mountPropagation"] = "Bidirectional";
    return manifest;
  }
  // Without the pinned network namespaces, which every pod has there.
  static std::vector<std::string> mounts_of_host() {
    std::vector<std::string> mounts = lines_of(run({"cat", "/proc/self/mountinfo"}).out);
    // Where podrun pins network namespaces, as ip-netns does.
    std::erase_if(mounts, [](const std::string& line) { return line.find(" /run/netns") != std::string::npos; });
    return mounts;
  }

  std::string path_;
};

TEST_F(BidirectionalTest, WhatAContainerMountsIsTheHostsAndItsNeighboursAndTheOtherWayRound) {
  Json manifest = shared();
  Json beside = container("beside", {"/bin/payload", "sleep"});
  beside["volumeMounts"] = {{{"name", "v"}, {"mountPath", "/part"}, {"mountPropagation", "HostToContainer"}}};
  Json apart = container("apart", {"/bin/payload", "sleep"});
  apart["volumeMounts"] = {{{"name", "v"}, {"mountPath", "/part"}}};
  manifest["spec"]["containers"].push_back(beside);
  manifest["spec"]["containers"].push_back(apart);
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(sh("busybox mount -t tmpfs none /v/made && echo here > /v/made/seen"), "");
  EXPECT_EQ(run({"cat", path_ + "/made/seen"}).out, "here\n");
  EXPECT_EQ(sh("cat /part/made/seen", "beside"), "here");
  EXPECT_THAT(sh("cat /part/made/seen", "apart"), HasSubstr("No such file"));
  EXPECT_EQ(sh("busybox umount /v/made"), "");
  EXPECT_FALSE(fs::exists(path_ + "/made/seen"));

  EXPECT_EQ(run({"mount", "-t", "tmpfs", "none", path_ + "/made"}).status, 0);
  std::ofstream(path_ + "/made/of-host") << "";
  EXPECT_EQ(sh("ls /v/made"), "of-host");
  EXPECT_EQ(run({"umount", path_ + "/made"}).status, 0);
  EXPECT_EQ(sh("ls /v/made"), "");
}

TEST_F(BidirectionalTest, NothingElseOfThePodShowsOnTheHost) {
  Json manifest = shared();
  manifest["spec"]["volumes"].push_back({{"name", "w"}, {"emptyDir", {{"medium", "Memory"}}}});
  manifest["spec"]["containers"][0]["volumeMounts"].push_back({{"name", "w"}, {"mountPath", "/w"}});
  // A link of the image's leads into what is shared: its mount point is made in the image.
  fs::create_symlink("/v/made", rootfs() + "/linked");
  manifest["spec"]["containers"][0]["volumeMounts"].push_back({{"name", "w"}, {"mountPath", "/linked"}});
  const auto before = mounts_of_host();
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(mounts_of_host(), before);
  EXPECT_EQ(sh("busybox mkdir -p /tmp/own && busybox mount -t tmpfs none /tmp/own"), "");
  EXPECT_EQ(mounts_of_host(), before) << "only what is mounted on the volume";
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_EQ(mounts_of_host(), before);

  manifest["spec"]["containers"][0]["volumeMounts"][2]["mountPath"] = "/v/made";
  const Output refused = create(manifest);
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("mount '/v/made': it would show on the host"));
  EXPECT_EQ(mounts_of_host(), before);
}

TEST_F(BidirectionalTest, IsRefusedWhereTheHostsMountIsNotShared) {
  ASSERT_EQ(run({"mount", "--make-private", path_}).status, 0);
  const Output refused = create(shared());
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("is on a mount that is not shared"));
  EXPECT_EQ(lines_of(refused.err).size(), 1U) << refused.err;
}

}  // namespace
}  // namespace integration
