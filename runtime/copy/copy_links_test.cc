// Trees through a tar: what stands where it goes, and what leads elsewhere.
#include <gmock/gmock.h>

#include "runtime/copy/test_support.h"

namespace podrun::copy {
namespace {

using testing::HasSubstr;
using CopyLinksTest = CopyTest;

// `cp web:/file /dev/null` once replaced the machine's, and /dev/stdout is a link.
TEST_F(CopyLinksTest, WhatIsNoFileIsNotReplacedByOne) {
  write(from("file"), "new");
  ASSERT_EQ(::mkfifo(to("fifo").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("fifo", to("link").c_str()), 0);
  ASSERT_EQ(::mkdir(from("tree").c_str(), 0755), 0);
  write(from("tree/fifo"), "new");
  for (const std::string& there : {to("fifo"), to("link")}) {
    struct stat before = stat_of(there);
    const auto copied = copy(from("file"), there);
    ASSERT_FALSE(copied) << there;
    EXPECT_THAT(copied.error().what, HasSubstr("'" + there + "' is no file")) << there;
    EXPECT_EQ(stat_of(there).st_ino, before.st_ino);
  }
  ASSERT_FALSE(copy(from("tree/."), to()));
  EXPECT_TRUE(S_ISFIFO(stat_of(to("fifo")).st_mode));
}

TEST_F(CopyLinksTest, ALinkThatIsInTheWayIsReplacedAndNotFollowed) {
  write(from("victim"), "new");
  fs::create_symlink(dir_ / "outside/victim", to("victim"));
  ASSERT_TRUE(copy(from("victim"), to()));
  EXPECT_FALSE(fs::is_symlink(to("victim")));
  EXPECT_EQ(text_of(dir_ / "outside/victim"), "untouched");
}

TEST_F(CopyLinksTest, NothingLeadsOut) {
  using namespace image::testing;
  how_.keeps_names = true;
  const std::string outside = dir_ / "outside";
  expect_kept_in({file("../outside/victim", "evil")});
  expect_kept_in({file("a/../../outside/victim", "evil")});
  expect_kept_in({file(outside + "/victim", "evil")});
  expect_kept_in({symlink_to("l", outside), file("l/victim", "evil"), file("l/new", "evil")});
  expect_kept_in({symlink_to("l", "../outside"), directory("l", 0777), file("l/victim", "evil")});
  expect_kept_in({symlink_to("l", outside + "/victim"), file("l", "evil")});
  expect_kept_in({directory("d"), symlink_to("d/l", "../../outside"), file("d/l/new", "evil")});
  expect_kept_in({symlink_to("l", outside), hard_link_to("h", "l/victim"), file("h", "evil")});
  expect_kept_in({hard_link_to("h", "../outside/victim"), file("h", "evil")});
  expect_kept_in({symlink_to("l", outside + "/victim"), hard_link_to("h", "l"), file("h", "evil")});
  expect_kept_in({directory("d", 0755), symlink_to("d", outside), file("d/new", "evil")});
}

TEST_F(CopyLinksTest, LinksToDirectoriesThatAreThereAreGoneAlongInARootOfItsOwn) {
  for (const char* directory : {"usr/bin", "usr/lib", "elsewhere"}) fs::create_directories(to(directory));
  fs::create_symlink("usr/bin", to("bin"));
  fs::create_symlink("./usr/../usr//lib/", to("lib"));
  fs::create_symlink("bin", to("sbin"));
  fs::create_symlink(to("elsewhere"), to("opt"));  // from the root on
  for (const char* directory : {"bin", "sbin", "lib/deep", "opt"}) {
    fs::create_directories(from(directory));
    write(from(std::string(directory) + "/" + fs::path(directory).filename().string()), directory);
  }
  fs::create_hard_link(from("bin/bin"), from("opt/same"));
  ASSERT_FALSE(copy(from("."), to())) << "on the host no link is";
  EXPECT_TRUE(fs::is_empty(to("usr/bin")) && fs::is_empty(to("elsewhere")));

  how_.follows_links = true;
  const auto copied = copy(from("."), to());
  ASSERT_TRUE(copied) << copied.error().what;
  EXPECT_EQ(text_of(to("usr/bin/bin")), "bin");
  EXPECT_EQ(text_of(to("usr/bin/sbin")), "sbin");
  EXPECT_EQ(text_of(to("usr/lib/deep/deep")), "lib/deep");
  EXPECT_EQ(text_of(to("elsewhere/opt")), "opt");
  EXPECT_EQ(stat_of(to("elsewhere/same")).st_ino, stat_of(to("usr/bin/bin")).st_ino);
  for (const char* link : {"bin", "lib", "sbin", "opt"}) EXPECT_TRUE(fs::is_symlink(to(link))) << link;
}

TEST_F(CopyLinksTest, LinksThatLeadToNoDirectoryAreNotGoneAlong) {
  using namespace image::testing;
  how_.follows_links = how_.keeps_names = true;
  fs::create_symlink("nowhere", to("dangling"));
  fs::create_symlink("there", to("here"));
  fs::create_symlink("here", to("there"));
  write(to("file"), "text");
  fs::create_symlink("file", to("to-file"));
  for (const char* link : {"dangling", "here", "to-file"}) {
    const auto below = unpack_tar(make_tar({file(std::string(link) + "/new", "x")}), to());
    EXPECT_FALSE(below) << link;
    const auto itself = unpack_tar(make_tar({directory(link)}), to());
    ASSERT_FALSE(itself) << link;
    EXPECT_EQ(itself.error().kind, Kind::exists) << link;
    EXPECT_TRUE(fs::is_symlink(to(link))) << link;
  }
}

// CVE-2019-11251 and its like: the tar brings the link that it goes along.
TEST_F(CopyLinksTest, NothingLeadsOutByALinkThatCameWithIt) {
  using namespace image::testing;
  how_.follows_links = how_.keeps_names = true;
  const std::string outside = dir_ / "outside";
  fs::create_symlink("b", to("a"));        // there before, and leads to nothing yet
  fs::create_symlink("c/d/..", to("up"));  // also
  expect_kept_in({symlink_to("l", outside), file("l/victim", "evil"), file("l/new", "evil")});
  expect_kept_in({symlink_to("l", "../outside"), directory("l", 0777), file("l/victim", "evil")});
  expect_kept_in({symlink_to("b", outside), file("a/victim", "evil")});
  expect_kept_in({directory("c"), symlink_to("c/d", outside + "/x"), file("up/victim", "evil")});
  expect_kept_in({symlink_to("m", outside), hard_link_to("n", "m"), file("n/victim", "evil")});
  expect_kept_in({symlink_to("b", outside), hard_link_to("h", "a/victim"), file("h", "evil")});
}

}  // namespace
}  // namespace podrun::copy
