// Layouts as the tools people use write them: umoci makes an image of two layers, skopeo copies and converts it.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/files.h"
#include "runtime/image/image.h"
#include "runtime/image/test_support.h"

namespace podrun::image::testing {
namespace {

bool run(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

class RealLayout : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_UNLESS_ROOT("umoci unpacks with owners, whiteouts want mknod");
    if (!run("umoci --version")) GTEST_SKIP() << "umoci is not installed (Debian package umoci)";
    const std::string layout = dir_ / "umoci";
    const std::string bundle = dir_ / "bundle";
    const std::string image = " --image " + layout + ":v1 ";
    ASSERT_TRUE(run("umoci init --layout " + layout));
    ASSERT_TRUE(run("umoci new" + image));
    ASSERT_TRUE(run("umoci unpack" + image + bundle));
    ASSERT_TRUE(base::make_dirs(bundle + "/rootfs/etc"));
    write_text(bundle + "/rootfs/etc/passwd", "app:x:1000:1000::/home/app:/bin/sh\n");
    write_text(bundle + "/rootfs/etc/motd", "hello");
    ASSERT_EQ(::chmod((bundle + "/rootfs/etc/motd").c_str(), 04711), 0);
    ASSERT_TRUE(run("umoci repack --refresh-bundle" + image + bundle));
    ASSERT_EQ(::unlink((bundle + "/rootfs/etc/motd").c_str()), 0);
    write_text(bundle + "/rootfs/etc/new", "two");
    ASSERT_TRUE(run("umoci repack" + image + bundle));
    ASSERT_TRUE(run("umoci config" + image + "--config.user app --config.cmd /bin/sh --config.workingdir /etc"));
  }

  void expect_the_image(const std::string& reference) {
    const auto image = ImageStore(dir_ / "store").resolve(reference);
    ASSERT_TRUE(image) << image.error().what;
    ASSERT_EQ(image->layers.paths.size(), 2U);
    EXPECT_EQ(lstat_of(image->layers.paths[0] + "/etc/motd").st_mode & 07777U, 04711U);
    EXPECT_TRUE(S_ISCHR(lstat_of(image->layers.paths[1] + "/etc/motd").st_mode));
    EXPECT_EQ(read_from_layers(image->layers.paths, "/etc/motd").value_or("?"), "");
    EXPECT_EQ(read_from_layers(image->layers.paths, "/etc/new").value_or("?"), "two");
    EXPECT_EQ(image->config.user, "app");
    EXPECT_EQ(image->config.working_dir, "/etc");
    const auto user =
        resolve_user(image->config.user, read_from_layers(image->layers.paths, "/etc/passwd").value_or(""), "");
    ASSERT_TRUE(user);
    EXPECT_EQ(user->uid, 1000U);
  }

  TempDir dir_;
};

TEST_F(RealLayout, OfUmoci) { expect_the_image("oci:" + (dir_ / "umoci") + ":v1"); }

TEST_F(RealLayout, OfSkopeo) {
  if (!run("skopeo --version")) GTEST_SKIP() << "skopeo is not installed (Debian package skopeo)";
  const std::string copy = "skopeo --insecure-policy copy oci:" + (dir_ / "umoci") + ":v1 ";
  ASSERT_TRUE(run(copy + "oci:" + (dir_ / "gzip") + ":a/b:c"));
  expect_the_image("oci:" + (dir_ / "gzip") + ":a/b:c");
  ASSERT_TRUE(run(copy + "--dest-compress-format zstd oci:" + (dir_ / "zstd") + ":latest"));
  expect_the_image("oci:" + (dir_ / "zstd"));
}

}  // namespace
}  // namespace podrun::image::testing
