#include "runtime/shim/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.h"
#include "cni-invoker/base/tests/temp_dir.h"
#include "runtime/shim/test_full_disk.h"

namespace podrun::shim {
namespace {

using testing::ElementsAre;

class LogTest : public testing::Test {
 protected:
  Log open(LogLimits limits = {}) {
    auto dir = base::open_file(dir_, O_PATH | O_DIRECTORY);
    auto log = Log::open(std::move(*dir), "web.log", limits);
    EXPECT_TRUE(log);
    return std::move(*log);
  }
  static std::size_t append(Log& log, std::vector<std::string> lines) {
    std::vector<iovec> parts;
    for (std::string& line : lines) parts.push_back({line.data(), line.size()});
    return log.append(parts);
  }
  std::string content(const std::string& name = "web.log") { return base::read_file(dir_ + "/" + name).value(); }
  std::vector<std::string> files() { return *base::list_dir(dir_); }

  const base::TempDir temp_;
  const std::string dir_ = temp_.path();
};

TEST_F(LogTest, GoesOnWhereItEnded) {
  {
    Log log = open();
    append(log, {"one\n"});
  }
  Log log = open();
  append(log, {"two\n"});
  EXPECT_EQ(content(), "one\ntwo\n");
}

TEST_F(LogTest, IsRenewedWhenItIsFull) {
  Log log = open({10, 3});
  for (const char* line : {"one one\n", "two two\n", "three\n", "four\n", "five\n"}) append(log, {line});
  EXPECT_THAT(files(), ElementsAre("web.log", "web.log.1", "web.log.2"));
  EXPECT_EQ(content("web.log.2"), "two two\n");
  EXPECT_EQ(content("web.log.1"), "three\n");
  EXPECT_EQ(content(), "four\nfive\n");
}

TEST_F(LogTest, TwoFilesAreTheOneAndTheOther) {
  Log log = open({10, 2});
  for (const char* line : {"one one\n", "two two\n", "three\n"}) append(log, {line});
  EXPECT_THAT(files(), ElementsAre("web.log", "web.log.1"));
  EXPECT_EQ(content("web.log.1"), "two two\n");
}

TEST_F(LogTest, WhatIsLongerThanAFileIsNotCut) {
  Log log = open({10, 3});
  append(log, {"a line longer than that\n"});
  append(log, {"next\n"});
  EXPECT_EQ(content("web.log.1"), "a line longer than that\n");
  EXPECT_EQ(content(), "next\n");
}

TEST_F(LogTest, KeepsWholeLinesOnlyWhenTheDiskIsFull) {
  Log log = open();
  {
    const FullAt full(12);
    EXPECT_EQ(append(log, {"on", "e\n", "tw", "o\n", "thr", "ee\n"}), 8U);
    EXPECT_EQ(content(), "one\ntwo\n");
    EXPECT_EQ(append(log, {"longer\n"}), 0U);
    EXPECT_EQ(append(log, {"4\n"}), 2U);
  }
  EXPECT_EQ(append(log, {"five\n"}), 5U);
  EXPECT_EQ(content(), "one\ntwo\n4\nfive\n");
}

TEST_F(LogTest, StartsANewLineAfterATornOne) {
  ASSERT_TRUE(base::write_file_durably(dir_ + "/web.log", "one\ntw"));
  Log log = open();
  append(log, {"three\n"});
  EXPECT_EQ(content(), "one\ntw\nthree\n");
}

TEST_F(LogTest, IsNotRenewedWhereSomebodyEmptiedIt) {
  Log log = open({10, 3});
  append(log, {"one one\n"});
  ASSERT_EQ(::truncate((dir_ + "/web.log").c_str(), 0), 0);
  append(log, {"two two\n"});
  EXPECT_THAT(files(), ElementsAre("web.log"));
  EXPECT_EQ(content(), "two two\n");
}

TEST_F(LogTest, GrowsOnWhereNoFileCanBeMade) {
  Log log = open({10, 3});
  append(log, {"one one\n"});
  std::filesystem::create_directory(dir_ + "/web.log.new");
  append(log, {"two two\n"});
  EXPECT_EQ(content(), "one one\ntwo two\n");
  std::filesystem::remove(dir_ + "/web.log.new");
  append(log, {"three\n"});
  EXPECT_EQ(content(), "three\n");
  EXPECT_EQ(content("web.log.1"), "one one\ntwo two\n");
}

TEST_F(LogTest, ALinkInItsPlaceIsNotFollowed) {
  ASSERT_EQ(::symlink("/etc/passwd", (dir_ + "/web.log").c_str()), 0);
  EXPECT_FALSE(Log::open(base::open_file(dir_, O_PATH | O_DIRECTORY).value(), "web.log", {}));
}

}  // namespace
}  // namespace podrun::shim
