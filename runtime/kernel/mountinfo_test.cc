#include "runtime/kernel/mountinfo.h"

#include <gtest/gtest.h>

#include <vector>

namespace podrun {
namespace {

std::vector<MountLine> lines_of(std::string_view text) {
  std::vector<MountLine> lines;
  each_mount(text, [&](const MountLine& line) { lines.push_back(line); });
  return lines;
}

TEST(Mountinfo, ALineHasAnyNumberOfTags) {
  const auto lines = lines_of(
      "21 1 254:0 /part / rw,noatime - ext4 /dev/vda rw,errors=remount-ro\n"
      "29 28 0:26 / /sys/fs/cgroup/a\\040b rw shared:9 master:2 unbindable - cgroup none rw,cpu,cpuacct\n");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].id, 21U);
  EXPECT_EQ(lines[0].root, "/part");
  EXPECT_EQ(lines[0].target, "/");
  EXPECT_FALSE(lines[0].is_shared);
  EXPECT_TRUE(lines[1].is_shared);
  EXPECT_EQ(lines[0].type, "ext4");
  EXPECT_EQ(lines[0].options, "rw,errors=remount-ro");
  EXPECT_EQ(lines[1].type, "cgroup");
  EXPECT_EQ(lines[1].options, "rw,cpu,cpuacct");
  EXPECT_EQ(unescape_mount_field(lines[1].target), "/sys/fs/cgroup/a b");
}

TEST(Mountinfo, WhatIsCutShortIsReadAsFarAsItGoes) {
  for (const char* text : {"21", "21 1 254:0 / /x rw", "21 1 254:0 / /x rw -", "\n", " - ", "x - y"})
    EXPECT_EQ(lines_of(text).size(), 1U) << text;
  EXPECT_EQ(lines_of("21 1 254:0 / /x rw").front().type, "");
  EXPECT_TRUE(lines_of("").empty());
}

TEST(Mountinfo, OnlyWholeEscapesAreOnes) {
  EXPECT_EQ(unescape_mount_field("a\\134b\\012"), "a\\b\n");
  EXPECT_EQ(unescape_mount_field("a\\04"), "a\\04");
  EXPECT_EQ(unescape_mount_field("a\\09x"), "a\\09x");
}

TEST(Mountinfo, TheMachinesOwnHasARoot) {
  const auto text = read_mountinfo();
  ASSERT_TRUE(text);
  bool has_root = false;
  each_mount(*text, [&](const MountLine& line) { has_root = has_root || line.target == "/"; });
  EXPECT_TRUE(has_root);
}

}  // namespace
}  // namespace podrun
