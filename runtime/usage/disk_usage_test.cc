#include "runtime/usage/disk_usage.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cni-invoker/base/tests/temp_dir.h"

namespace podrun {
namespace {

namespace fs = std::filesystem;

class DiskUsageTest : public testing::Test {
 protected:
  std::uint64_t used() const {
    const auto bytes = disk_usage(dir_);
    EXPECT_TRUE(bytes) << bytes.error().what;
    return bytes ? *bytes : 0;
  }
  static void fill(const std::string& path, std::size_t bytes) {
    std::ofstream(path) << std::string(bytes, 'x') << std::flush;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    ::fsync(fd);  // else the filesystem has not decided yet
    ::close(fd);
  }

  const cni::base::TempDir temp_;
  const std::string dir_ = temp_.path();
};

constexpr std::size_t kMiB = 1U << 20U;

TEST_F(DiskUsageTest, CountsWhatIsWrittenAtAnyDepth) {
  const std::uint64_t before = used();
  std::string deep = dir_;
  for (int level = 0; level < 60; ++level) fs::create_directory(deep += "/level");
  fill(deep + "/file", kMiB);
  EXPECT_GE(used(), before + kMiB);
  EXPECT_LT(used(), before + 2 * kMiB);
}

TEST_F(DiskUsageTest, CountsAFileOnceAndAHoleNever) {
  fill(dir_ + "/file", kMiB);
  const std::uint64_t before = used();
  ASSERT_EQ(::link((dir_ + "/file").c_str(), (dir_ + "/again").c_str()), 0);
  fs::create_symlink("/", dir_ + "/link");
  fs::create_symlink("file", dir_ + "/other");
  std::ofstream(dir_ + "/hole") << "";
  ASSERT_EQ(::truncate((dir_ + "/hole").c_str(), 1L << 40U), 0);
  EXPECT_GE(used(), before);
  EXPECT_LT(used(), before + kMiB / 2);
}

TEST_F(DiskUsageTest, IsNothingWhereNothingIs) {
  const auto bytes = disk_usage(dir_ + "/none");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, 0U);
  fs::create_symlink("/", dir_ + "/link");
  EXPECT_FALSE(disk_usage(dir_ + "/link")) << "a link is not gone along";
}

}  // namespace
}  // namespace podrun
