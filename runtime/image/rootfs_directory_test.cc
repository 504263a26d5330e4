// What may be the root filesystem of a pod, and that what was judged is what is used.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "base/files.h"
#include "runtime/image/image.h"
#include "runtime/image/test_support.h"

namespace podrun::image::testing {
namespace {

using ::testing::HasSubstr;

class RootfsDirectory : public ::testing::Test {
 protected:
  static std::string refusal(const std::string& directory) {
    const auto image = ImageStore("/nowhere").resolve("rootfs:" + directory);
    return image ? "" : image.error().what;
  }
  // In a mount namespace of its own.
  static bool holds_elsewhere(const std::function<bool()>& body) {
    const pid_t child = ::fork();
    if (child == 0)
      ::_exit(::unshare(CLONE_NEWNS) == 0 && ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 && body()
                  ? 0
                  : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  TempDir dir_;
};

TEST_F(RootfsDirectory, TheHostsOwnAreRefused) {
  for (const char* directory : {"/", "/etc", "/usr", "/var", "/home", "/tmp", "/dev", "/proc", "/sys", "/sys/kernel",
                                "/proc/self", "/tmp/../etc/", "/usr/../"})
    EXPECT_THAT(refusal(directory), HasSubstr("cannot be an image")) << directory;
  for (const char* link : {"/proc/self/root", "/proc/self/cwd", "/proc/1/root/etc"})
    EXPECT_NE(refusal(link), "") << link;
  ASSERT_EQ(::mkdir((dir_ / "shared").c_str(), 0755), 0);
  EXPECT_EQ(refusal(dir_ / "shared"), "");
  ASSERT_EQ(::chmod((dir_ / "shared").c_str(), 01777), 0);
  EXPECT_THAT(refusal(dir_ / "shared"), HasSubstr("users share"));
}

TEST_F(RootfsDirectory, AlsoThroughABindMount) {
  SKIP_UNLESS_ROOT("mounts");
  const std::string place = dir_ / "place";
  ASSERT_EQ(::mkdir(place.c_str(), 0755), 0);
  for (const char* source : {"/", "/etc", "/proc"})
    EXPECT_TRUE(holds_elsewhere([&] {
      return ::mount(source, place.c_str(), nullptr, MS_BIND, nullptr) == 0 &&
             refusal(place).find("cannot be an image") != std::string::npos;
    })) << source;
  // A host whose "/" is only a part of its filesystem.
  EXPECT_TRUE(holds_elsewhere([&] {
    const std::string whole = dir_ / "place";
    const std::string part = whole + "/part";
    return ::mount("none", whole.c_str(), "tmpfs", 0, nullptr) == 0 && ::mkdir(part.c_str(), 0755) == 0 &&
           ::mkdir((part + "/proc").c_str(), 0755) == 0 && ::mkdir((part + "/whole").c_str(), 0755) == 0 &&
           ::mount("/proc", (part + "/proc").c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0 &&
           ::mount(whole.c_str(), (part + "/whole").c_str(), nullptr, MS_BIND, nullptr) == 0 &&
           ::chroot(part.c_str()) == 0 && ::chdir("/") == 0 &&
           refusal("/whole").find("filesystem that the host's root is on") != std::string::npos;
  }));
}

TEST_F(RootfsDirectory, AnotherInItsPlaceIsNotUsed) {
  ASSERT_TRUE(base::make_dirs(dir_ / "good/etc"));
  ASSERT_TRUE(base::make_dirs(dir_ / "evil/etc"));
  write_text(dir_ / "good/etc/passwd", "good");
  write_text(dir_ / "evil/etc/passwd", "evil");
  const auto image = ImageStore(dir_ / "store").resolve("rootfs:" + (dir_ / "good"));
  ASSERT_TRUE(image) << image.error().what;
  ASSERT_EQ(::rename((dir_ / "good").c_str(), (dir_ / "old").c_str()), 0);
  ASSERT_EQ(::symlink((dir_ / "evil").c_str(), (dir_ / "good").c_str()), 0);
  EXPECT_EQ(read_from_layers(image->layers.readable(), "/etc/passwd").value_or("?"), "good");
  const auto opened = base::open_file(image->layers.paths.front(), O_PATH | O_DIRECTORY);
  ASSERT_TRUE(opened);
  EXPECT_EQ(image->layers.check(opened->get()).error().kind, Kind::denied);
  const auto still = base::open_file(dir_ / "old", O_PATH | O_DIRECTORY);
  EXPECT_TRUE(image->layers.check(still->get()));
}

TEST_F(RootfsDirectory, OursWithFilesOfOtherPodsIsNone) {
  for (const char* name : {"data/images/layer", "data/pods/one/upper", "data/demo/rootfs"})
    ASSERT_TRUE(base::make_dirs(dir_ / name));
  const ImageStore store(dir_ / "data/images", {dir_ / "data/pods"});
  for (const char* name : {"data", "data/images", "data/images/layer", "data/pods", "data/pods/one/upper", "."}) {
    const auto image = store.resolve("rootfs:" + (dir_ / name));
    ASSERT_FALSE(image) << name;
    EXPECT_THAT(image.error().what, HasSubstr("podrun's own files"));
  }
  EXPECT_TRUE(store.resolve("rootfs:" + (dir_ / "data/demo/rootfs")));
}

}  // namespace
}  // namespace podrun::image::testing
