// Where layers cannot be mapped, or nothing can be written over them: a private copy, told by name.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/files.h"
#include "integration/rootfs.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class PrivateCopyTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (!can_run({need::busybox()})) return;
  }
  void TearDown() override {
    if (!mounted_.empty()) podrun({"delete", "--all", "--force", "--grace-period", "0"});
    for (const std::string& place : mounted_) ::umount2(place.c_str(), MNT_DETACH);
    PodrunTest::TearDown();
  }
  void mount_at(const std::string& place, const char* type, const std::string& options = "") {
    ASSERT_TRUE(base::make_dirs(place));
    ASSERT_EQ(::mount("none", place.c_str(), type, 0, options.c_str()), 0) << type;
    mounted_.insert(mounted_.begin(), place);
  }
  void mount_overlay_at(const std::string& place) {
    run({"mkdir", "-p", dir() + "/u", dir() + "/w", dir() + "/l"});
    mount_at(place, "overlay", "lowerdir=" + dir() + "/l,upperdir=" + dir() + "/u,workdir=" + dir() + "/w");
  }

  // A pod of that image works, and the warning has these words.
  void expect_copy(const std::string& image, const std::vector<std::string>& words, bool host_users = false) {
    Json main = container("main", {"/bin/payload", "sleep"});
    main["image"] = image;
    Json web = pod("web", {main});
    if (host_users) web["spec"]["hostUsers"] = true;
    const Output made = create(web);
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_THAT(made.err, HasSubstr("a private copy of its image\n"));
    for (const std::string& word : words) EXPECT_THAT(made.err, HasSubstr(word));
    EXPECT_EQ(exec("web", {"id", "-u"}).out, "0\n");
    EXPECT_EQ(exec("web", {"sh", "-c", "echo new > /etc/new && cat /etc/new && stat -c %u:%a /etc/passwd /tmp"}).out,
              "new\n0:644\n0:1777\n");
    EXPECT_EQ(exec("web", {"sh", "-c", "touch /tmp/t && stat -c %u /tmp/t"}, {"--user", "tester"}).out, "1000\n");
    const Output removed = remove("web");
    EXPECT_EQ(removed.status, 0) << removed.err;
  }
  std::vector<std::string> mounted_;
};

TEST_F(PrivateCopyTest, OfADirectoryOnRamfs) {
  mount_at(dir() + "/ram", "ramfs");
  make_rootfs(dir() + "/ram/root");
  remember_world();
  expect_copy("rootfs:" + dir() + "/ram/root", {"'" + dir() + "/ram/root'", "(ramfs)", "hostUsers: true"});
  EXPECT_FALSE(base::path_exists(dir() + "/ram/root/etc/new"));
  expect_world_unchanged();
}

TEST_F(PrivateCopyTest, OfADirectoryOnOverlayfs) {
  mount_overlay_at(dir() + "/over");
  make_rootfs(dir() + "/over/root");
  expect_copy("rootfs:" + dir() + "/over/root", {"(overlay)"});
}

TEST_F(PrivateCopyTest, OfAnImageWhoseLayersAreOnRamfs) {
  mount_at(data_dir(), "ramfs");
  const std::string base = tar_of(rootfs(), dir() + "/base.tar");
  run({"sh", "-ec",
       "cd " + dir() +
           "; mkdir -p two/etc; echo two > two/etc/two; touch two/etc/.wh.group; tar -cf two.tar -C two ."});
  make_oci_layout(dir() + "/layout", "latest", {{base}, {dir() + "/two.tar"}});
  expect_copy("oci:" + dir() + "/layout", {"(ramfs)"});
}

TEST_F(PrivateCopyTest, WhereTheDataDirectoryIsOnOverlayfs) {
  mount_overlay_at(data_dir());
  expect_copy("rootfs:" + rootfs(), {"'" + data_dir(), "(overlay)", "--data-dir"});
  expect_copy("rootfs:" + rootfs(), {"(overlay)"}, true);
}

TEST_F(PrivateCopyTest, WhereTheDataDirectoryHasNoOwners) {
  if (!can_run({need::program("mkfs.vfat")})) return;
  const Output made =
      run({"sh", "-ec",
           "cd " + dir() + "; truncate -s 16M fat; mkfs.vfat fat >/dev/null; mkdir data; mount -o loop fat data"});
  if (made.status != 0) GTEST_SKIP() << made.err;
  mounted_ = {data_dir()};
  const Output refused = create(pod("web", {container("main", {"/bin/payload", "sleep"})}));
  EXPECT_NE(refused.status, 0);
  EXPECT_EQ(lines_of(refused.err).size(), 1U) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("vfat"));
  EXPECT_THAT(refused.err, HasSubstr("--data-dir"));
}

}  // namespace
}  // namespace integration
