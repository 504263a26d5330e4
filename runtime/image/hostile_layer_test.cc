// Layers that try to leave their root, or to exhaust what unpacks them. Each must be refused or stay inside, and
// nothing outside may have changed.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>

#include "base/files.h"
#include "runtime/image/test_support.h"
#include "runtime/image/unpack.h"

namespace podrun::image::testing {
namespace {

class HostileLayer : public ::testing::Test {
 protected:
  HostileLayer() {
    ::mkdir(outside_.c_str(), 0755);
    write_text(outside_ + "/victim", "untouched");
    ::mkdir(root_.c_str(), 0755);
  }
  ~HostileLayer() override {
    EXPECT_EQ(read_text(outside_ + "/victim"), "untouched");
    EXPECT_EQ(base::list_dir(outside_).value_or({}), std::vector<std::string>{"victim"});
    EXPECT_EQ(base::list_dir(dir_.path()).value_or({}), (std::vector<std::string>{"layout", "outside", "root"}));
  }
  Result<void> unpack(const std::vector<TarEntry>& entries) { return unpack_bytes(make_tar(entries)); }
  Result<void> unpack_bytes(const std::string& tar) {
    return unpack_layer(layout_.path(), layout_.add_layer(tar, Compression::none), root_);
  }
  void expect_refused(const std::vector<TarEntry>& entries, const std::string& why, Kind kind = Kind::corrupt) {
    const auto unpacked = unpack(entries);
    ASSERT_FALSE(unpacked) << "unpacked, expected: " << why;
    EXPECT_EQ(unpacked.error().kind, kind) << unpacked.error().what;
    EXPECT_NE(unpacked.error().what.find(why), std::string::npos) << unpacked.error().what;
    EXPECT_EQ(unpacked.error().what.find('\n'), std::string::npos) << unpacked.error().what;
    EXPECT_EQ(unpacked.error().what.rfind("layer sha256:", 0), 0U) << unpacked.error().what;
  }

  TempDir dir_;
  TestLayout layout_{dir_ / "layout"};
  std::string root_ = dir_ / "root";
  std::string outside_ = dir_ / "outside";
};

constexpr const char* kClimbs = "climbs out of its root";

TEST_F(HostileLayer, DotDotNames) {
  expect_refused({file("../outside/new", "x")}, kClimbs);
  expect_refused({file("a/../../outside/victim", "x")}, kClimbs);
  expect_refused({directory("..", 0777)}, kClimbs);
  expect_refused({file("a/..", "x")}, kClimbs);
  expect_refused({symlink_to("../outside/link", "x")}, kClimbs);
  expect_refused({file("../outside/.wh.victim")}, kClimbs);
  expect_refused({file("../outside/.wh..wh..opq")}, kClimbs);
}

TEST_F(HostileLayer, AbsoluteNamesStayInside) {
  ASSERT_TRUE(unpack({file(outside_ + "/victim", "x"), directory("/"), file("//etc///passwd", "y")}));
  EXPECT_EQ(read_text(root_ + outside_ + "/victim"), "x");
  EXPECT_EQ(read_text(root_ + "/etc/passwd"), "y");
}

TEST_F(HostileLayer, WritesThroughLinks) {
  expect_refused({symlink_to("l", outside_), file("l/victim", "x")}, kClimbs);
  expect_refused({symlink_to("m", "../outside"), file("m/new", "x")}, kClimbs);
  expect_refused({symlink_to("n", ".."), directory("n/outside", 0700)}, kClimbs);
  expect_refused({directory("d"), file("d/f", "x"), symlink_to("d", outside_), file("d/victim", "x")}, kClimbs);
  expect_refused({directory("e"), symlink_to("e/up", "../.."), symlink_to("e/up/outside/link", "x")}, kClimbs);
  expect_refused({symlink_to("p", outside_), node("p/fifo", S_IFIFO)}, kClimbs);
  expect_refused({symlink_to("w", outside_), file("w/.wh.victim")}, kClimbs);
  expect_refused({symlink_to("o", outside_), file("o/.wh..wh..opq")}, kClimbs);
}

TEST_F(HostileLayer, ADirectoryEntryReplacesALinkAndDoesNotFollowIt) {
  ASSERT_TRUE(unpack({symlink_to("l", outside_), directory("l", 0700), file("l/victim", "mine")}));
  EXPECT_EQ(read_text(root_ + "/l/victim"), "mine");
  EXPECT_EQ(lstat_of(outside_).st_mode & 07777U, 0755U);
}

TEST_F(HostileLayer, HardLinksOut) {
  expect_refused({hard_link_to("h", "../outside/victim")}, kClimbs);
  expect_refused({symlink_to("l", outside_), hard_link_to("h", "l/victim")}, "not there before");
  expect_refused({symlink_to("m", ".."), hard_link_to("h", "m/outside/victim")}, kClimbs);
  expect_refused({hard_link_to("h", outside_ + "/victim")}, "not there before");
  expect_refused({hard_link_to("h", "missing")}, "not there before");
  expect_refused({directory("d"), hard_link_to("h", "d")}, "no file");
  expect_refused({directory("r"), hard_link_to("h", ".")}, "root");
  expect_refused({symlink_to("k", outside_), file("f"), hard_link_to("k/new", "f")}, kClimbs);
}

TEST_F(HostileLayer, AHardLinkToALinkIsTheLinkItself) {
  ASSERT_TRUE(unpack({symlink_to("l", outside_ + "/victim"), hard_link_to("h", "l"), file("h", "mine")}));
  EXPECT_EQ(read_text(root_ + "/h"), "mine");
}

TEST_F(HostileLayer, AHardLinkToItselfChangesNothing) {
  ASSERT_TRUE(unpack({file("f", "x"), hard_link_to("f", "./f")}));
  EXPECT_EQ(read_text(root_ + "/f"), "x");
}

TEST_F(HostileLayer, WhiteoutsOfADirectorysOwnEntries) {
  expect_refused({file(".wh.")}, kClimbs);
  expect_refused({file(".wh..")}, kClimbs);
  expect_refused({file("d/.wh...")}, kClimbs);
}

TEST_F(HostileLayer, AFileAboveAnEntry) { expect_refused({file("f", "x"), file("f/under", "y")}, "no directory"); }

TEST_F(HostileLayer, TheRootIsADirectory) {
  expect_refused({symlink_to("./", outside_)}, "root");
  expect_refused({file(".", "x")}, "root");
}

TEST_F(HostileLayer, NamesTooLong) {
  expect_refused({file(std::string(256, 'n'), "x")}, "255 bytes");
  std::string long_name;
  while (long_name.size() < 4096) long_name += std::string(200, 'n') + "/";
  expect_refused({file(long_name, "x")}, "4095 bytes");
  expect_refused({symlink_to("l", std::string(5000, 't'))}, "4095 bytes");
}

TEST_F(HostileLayer, TheDeepestNameAllowedCanBeRemovedAgain) {
  std::string deep;
  while (deep.size() + 3 < PATH_MAX) deep += "d/";
  ASSERT_TRUE(unpack({file(deep + "f", "x")}));  // and the test's directory goes away
}

TEST_F(HostileLayer, IdsBeyondAPods) {
  TarEntry entry = file("f", "x");
  entry.uid = 65536;
  expect_refused({entry}, "65536", Kind::unsupported);
  entry.uid = 0;
  entry.gid = 4'000'000'000;
  expect_refused({entry}, "4000000000", Kind::unsupported);
}

TEST_F(HostileLayer, ControlCharactersDoNotReachTheMessage) { expect_refused({file("../a\n\x1b[31m", "x")}, kClimbs); }

TEST_F(HostileLayer, NoTarAtAll) {
  const auto unpacked = unpack_bytes(std::string(4096, 'x'));
  ASSERT_FALSE(unpacked);
  EXPECT_EQ(unpacked.error().kind, Kind::corrupt);
}

TEST_F(HostileLayer, ATarThatEndsEarly) {
  const std::string whole = make_tar({file("f", std::string(10000, 'x'))});
  const std::size_t data_end = whole.rfind('x') + 1;
  for (const std::size_t size : {std::size_t{100}, std::size_t{5000}, data_end - 1}) {
    const auto unpacked = unpack_bytes(whole.substr(0, size));
    ASSERT_FALSE(unpacked) << size;
    EXPECT_EQ(unpacked.error().kind, Kind::corrupt);
  }
}

TEST_F(HostileLayer, AFlippedBitIsCalledADigestMismatchWhateverItBroke) {
  const LayerBlob layer = layout_.add_layer(make_tar({file("f", std::string(10000, 'x'))}), Compression::gzip);
  const std::string good = read_text(layout_.blob_path(layer.digest));
  for (std::size_t at = 0; at < good.size(); at += 7) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    write_text(layout_.blob_path(layer.digest), bad);
    const auto unpacked = unpack_layer(layout_.path(), layer, root_);
    ASSERT_FALSE(unpacked) << at;
    EXPECT_EQ(unpacked.error().kind, Kind::corrupt) << unpacked.error().what;
    EXPECT_NE(unpacked.error().what.find("content has the digest"), std::string::npos) << unpacked.error().what;
  }
}

TEST_F(HostileLayer, AnotherContentThanTheConfigSays) {
  LayerBlob layer = layout_.add_layer(make_tar({file("f", "x")}), Compression::gzip);
  layer.diff_id = digest_of("something else");
  const auto unpacked = unpack_layer(layout_.path(), layer, root_);
  ASSERT_FALSE(unpacked);
  EXPECT_NE(unpacked.error().what.find("uncompressed content"), std::string::npos) << unpacked.error().what;
}

TEST_F(HostileLayer, BytesBehindTheTarCountToo) {
  const std::string tar = make_tar({file("f", "x")});
  LayerBlob layer = layout_.add_layer(tar + "more", Compression::none);
  layer.diff_id = digest_of(tar);
  EXPECT_FALSE(unpack_layer(layout_.path(), layer, root_));
}

}  // namespace
}  // namespace podrun::image::testing
