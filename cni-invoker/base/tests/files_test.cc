#include "cni/base/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cni-invoker/base/tests/temp_dir.h"

namespace cni::base {
namespace {

class MakeDirs : public testing::Test {
 protected:
  static mode_t mode_of(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
  }
  const TempDir temp_;
  const std::string dir_ = temp_.path();
};

TEST_F(MakeDirs, MakesWhatIsMissing) {
  const mode_t before = ::umask(022);
  EXPECT_TRUE(make_dirs(dir_ + "/a/b//c/", 0700));
  EXPECT_EQ(mode_of(dir_ + "/a/b/c"), 0700U);
  EXPECT_EQ(mode_of(dir_ + "/a/b"), 0755U);
  EXPECT_TRUE(make_dirs(dir_ + "/a/b/c", 0755)) << "there already";
  EXPECT_EQ(mode_of(dir_ + "/a/b/c"), 0700U) << "left as it was";
  ::umask(before);
}

TEST_F(MakeDirs, SaysWhatIsInTheWay) {
  ASSERT_TRUE(write_file_durably(dir_ + "/file", "x"));
  for (const char* path : {"/file", "/file/below/it"}) {
    const auto made = make_dirs(dir_ + path);
    ASSERT_FALSE(made) << path;
    EXPECT_EQ(made.error().error_number, ENOTDIR) << made.error().what;
  }
  EXPECT_FALSE(make_dirs(""));
}

TEST_F(MakeDirs, TakesTheLongestPathAndRefusesALongerOne) {
  std::string path = dir_;
  while (path.size() + 2 < 4090) path += "/d";
  EXPECT_TRUE(make_dirs(path));
  EXPECT_TRUE(path_exists(path));
  while (path.size() < 100'000) path += "/d";
  EXPECT_FALSE(make_dirs(path));
}

TEST_F(MakeDirs, AndWhatCannotBeThereIsRemovedAlready) {
  ASSERT_TRUE(write_file_durably(dir_ + "/file", "x"));
  EXPECT_TRUE(remove_file(dir_ + "/file"));
  EXPECT_TRUE(remove_file(dir_ + "/file"));
  EXPECT_TRUE(remove_file(dir_ + "/" + std::string(256, 'x')));
  EXPECT_FALSE(remove_file(dir_));
}

}  // namespace
}  // namespace cni::base
