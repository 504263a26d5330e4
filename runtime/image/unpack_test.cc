#include "runtime/image/unpack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/image/test_support.h"

namespace podrun::image::testing {
namespace {

class Unpack : public ::testing::Test {
 protected:
  Result<void> unpack(const std::vector<TarEntry>& entries, Compression compression = Compression::none) {
    return unpack_bytes(make_tar(entries), compression);
  }
  Result<void> unpack_bytes(const std::string& tar, Compression compression = Compression::none) {
    const LayerBlob layer = layout_.add_layer(tar, compression);
    ::mkdir(root_.c_str(), 0755);
    return unpack_layer(layout_.path(), layer, root_);
  }
  std::string at(const std::string& name) const { return root_ + "/" + name; }
  bool exists(const std::string& name) const { return lstat_of(at(name)).st_mode != 0; }

  TempDir dir_;
  TestLayout layout_{dir_ / "layout"};
  std::string root_ = dir_ / "root";
};

#define ASSERT_UNPACKS(...)                           \
  do {                                                \
    const auto unpacked_ = unpack(__VA_ARGS__);       \
    ASSERT_TRUE(unpacked_) << unpacked_.error().what; \
  } while (false)

TEST_F(Unpack, KeepsContentModesTimesAndLinks) {
  ASSERT_UNPACKS({directory("./", 0750), directory("./bin", 0711), file("./bin/tool", "#!", 04755),
                  symlink_to("bin/alias", "../../../../bin/tool"), hard_link_to("bin/same", "./bin/tool"),
                  node("pipe", S_IFIFO), directory("tmp", 01777)});
  EXPECT_EQ(read_text(at("bin/tool")), "#!");
  EXPECT_EQ(lstat_of(root_).st_mode & 07777U, 0750U);
  EXPECT_EQ(lstat_of(at("bin")).st_mode & 07777U, 0711U);
  EXPECT_EQ(lstat_of(at("bin/tool")).st_mode & 07777U, 04755U);
  EXPECT_EQ(lstat_of(at("tmp")).st_mode & 07777U, 01777U);
  EXPECT_EQ(lstat_of(at("bin/same")).st_ino, lstat_of(at("bin/tool")).st_ino);
  EXPECT_TRUE(S_ISFIFO(lstat_of(at("pipe")).st_mode));
  EXPECT_TRUE(S_ISLNK(lstat_of(at("bin/alias")).st_mode));
  for (const char* name : {"bin", "bin/tool", "bin/alias", "pipe", "tmp"}) {
    EXPECT_EQ(lstat_of(at(name)).st_mtim.tv_sec, 1'600'000'000) << name;
    EXPECT_EQ(lstat_of(at(name)).st_mtim.tv_nsec, 123456789) << name;
  }
}

TEST_F(Unpack, KeepsOwners) {
  SKIP_UNLESS_ROOT("chown");
  TarEntry owned = file("owned", "", 06755);
  owned.uid = 65535;
  owned.gid = 1000;
  ASSERT_UNPACKS({owned});
  EXPECT_EQ(lstat_of(at("owned")).st_uid, 65535U);
  EXPECT_EQ(lstat_of(at("owned")).st_gid, 1000U);
  EXPECT_EQ(lstat_of(at("owned")).st_mode & 07777U, 06755U);
}

TEST_F(Unpack, ReadsGzipAndZstd) {
  ASSERT_UNPACKS({file("g", "gzip")}, Compression::gzip);
  ASSERT_UNPACKS({file("z", std::string(3U << 20U, 'z'))}, Compression::zstd);
  EXPECT_EQ(read_text(at("g")), "gzip");
  EXPECT_EQ(read_text(at("z")).size(), 3U << 20U);
}

TEST_F(Unpack, AnEmptyLayerIsFine) {
  EXPECT_TRUE(unpack_bytes(make_tar({})));
  EXPECT_TRUE(unpack_bytes(""));
  EXPECT_TRUE(unpack_bytes("", Compression::gzip));
}

TEST_F(Unpack, ATarMayEndWithItsLastFilesLastByte) {
  const std::string whole = make_tar({file("a", "first"), file("f", std::string(1000, 'x'))});
  const std::size_t data_end = whole.rfind('x') + 1;
  for (const std::size_t size : {data_end, data_end + 24, data_end + 24 + 512}) {
    const auto unpacked = unpack_bytes(whole.substr(0, size));
    ASSERT_TRUE(unpacked) << size << ": " << unpacked.error().what;
    EXPECT_EQ(read_text(at("f")), std::string(1000, 'x'));
  }
}

TEST_F(Unpack, ANameIsBytes) {
  const std::string umlaut = "gr\xc3\xbcn";
  const std::string no_utf8 = "bad\xff\xfename";
  ASSERT_UNPACKS({file(umlaut, "1"), file(no_utf8, "2"), hard_link_to("link", umlaut), symlink_to("sym", no_utf8)});
  EXPECT_EQ(read_text(at(umlaut)), "1");
  EXPECT_EQ(read_text(at(no_utf8)), "2");
  EXPECT_EQ(read_text(at("link")), "1");
  EXPECT_EQ(read_text(at("sym")), "2");
}

TEST_F(Unpack, ParentsThatAreNotListedAreRootsAnd0755) {
  ::umask(077);
  const auto unpacked = unpack({file("a/b/c", "x")});
  ::umask(022);
  ASSERT_TRUE(unpacked) << unpacked.error().what;
  EXPECT_EQ(lstat_of(at("a/b")).st_mode & 07777U, 0755U);
}

TEST_F(Unpack, TheLastEntryOfANameStands) {
  ASSERT_UNPACKS({file("f", "first"), file("f", "second"), directory("d"), file("d/x", "x"), file("d", "now a file"),
                  file("e", "file"), directory("e"), file("e/inside", "y"), directory("k"), file("k/kept", "k"),
                  directory("k", 0700), symlink_to("s", "f"), file("s", "no longer a link")});
  EXPECT_EQ(read_text(at("f")), "second");
  EXPECT_EQ(read_text(at("d")), "now a file");
  EXPECT_EQ(read_text(at("e/inside")), "y");
  EXPECT_EQ(read_text(at("k/kept")), "k");
  EXPECT_EQ(read_text(at("s")), "no longer a link");
  EXPECT_EQ(read_text(at("f")), "second") << "written through the link that stood at 's'";
}

TEST_F(Unpack, OverwritingOneNameOfAFileLeavesTheOther) {
  ASSERT_UNPACKS({file("a", "old"), hard_link_to("b", "a"), file("a", "new")});
  EXPECT_EQ(read_text(at("a")), "new");
  EXPECT_EQ(read_text(at("b")), "old");
}

TEST_F(Unpack, DevicesArePassedOver) {
  ASSERT_UNPACKS({node("null", S_IFCHR), node("disk", S_IFBLK), file("after", "x")});
  EXPECT_FALSE(exists("null"));
  EXPECT_FALSE(exists("disk"));
  EXPECT_EQ(read_text(at("after")), "x");
}

TEST_F(Unpack, KeepsUserAttributesAndNoOthers) {
  TarEntry entry = file("f", "x");
  entry.xattrs = {{"user.kept", "yes"},
                  {"trusted.overlay.opaque", "y"},
                  {"trusted.x", "y"},
                  {"user.overlay.opaque", "y"},
                  {"security.selinux", "z"}};
  TarEntry dir = directory("d");
  dir.xattrs = {{"trusted.overlay.opaque", "y"}, {"trusted.overlay.redirect", "/etc"}};
  ASSERT_UNPACKS({entry, dir});
  EXPECT_EQ(xattr_of(at("f"), "user.kept"), "yes");
  EXPECT_EQ(xattr_of(at("f"), "trusted.x"), "");
  EXPECT_EQ(xattr_of(at("f"), "user.overlay.opaque"), "");
  EXPECT_EQ(xattr_of(at("d"), "trusted.overlay.opaque"), "");
  EXPECT_EQ(xattr_of(at("d"), "trusted.overlay.redirect"), "");
}

TEST_F(Unpack, FileCapabilitiesLoseTheirNamespace) {
  SKIP_UNLESS_ROOT("file capabilities");
  const std::string permitted("\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 16);
  const std::string revision_2 = std::string("\x01\x00\x00\x02", 4) + permitted;
  TarEntry plain = file("plain", "x", 0755);
  plain.xattrs = {{"security.capability", revision_2}};
  TarEntry rooted = file("rooted", "x", 0755);
  rooted.xattrs = {
      {"security.capability", std::string("\x01\x00\x00\x03", 4) + permitted + std::string("\xe8\x03\x00\x00", 4)}};
  ASSERT_UNPACKS({plain, rooted});
  EXPECT_EQ(xattr_of(at("plain"), "security.capability"), revision_2);
  EXPECT_EQ(xattr_of(at("rooted"), "security.capability"), revision_2);
}

TEST_F(Unpack, WhiteoutsBecomeWhatOverlayfsReads) {
  SKIP_UNLESS_ROOT("mknod, trusted.*");
  ASSERT_UNPACKS({file(".wh.gone"), directory("d"), file("d/.wh..wh..opq"), file("d/new", "x"), file("d/.wh..wh.plnk"),
                  file("late/.wh.x"), file(".wh.both"), directory("both"), file(".wh.implied"), file("implied/f", "y"),
                  directory("before"), file(".wh.before"), file(".wh.file"), file("file", "stays"), file("own", "o"),
                  file(".wh.own")});
  EXPECT_TRUE(S_ISCHR(lstat_of(at("gone")).st_mode));
  EXPECT_EQ(lstat_of(at("gone")).st_rdev, 0U);
  EXPECT_TRUE(S_ISCHR(lstat_of(at("late/x")).st_mode));
  for (const char* name : {"d", "both", "implied", "before"})
    EXPECT_EQ(xattr_of(at(name), "trusted.overlay.opaque"), "y") << name;
  EXPECT_EQ(read_text(at("implied/f")), "y");
  EXPECT_EQ(read_text(at("file")), "stays");
  EXPECT_EQ(read_text(at("own")), "o") << "a whiteout speaks of the layers below only";
  for (const char* name : {".wh.gone", "d/.wh..wh..opq", "d/.wh..wh.plnk", "d/.wh.plnk"})
    EXPECT_FALSE(exists(name)) << name;
}

// aufs kept files of several names in a directory of its own: that is no part of the image, the files are.
TEST_F(Unpack, WhatAufsKeptForItselfIsLeftOut) {
  ASSERT_UNPACKS({directory("./"), directory(".wh..wh.plnk"), file(".wh..wh.plnk/1.2", "linked"),
                  directory(".wh..wh.orph"), file(".wh..wh.orph/lost", "x"), file(".wh..wh.aufs", ""), directory("d"),
                  hard_link_to("d/a", ".wh..wh.plnk/1.2"), hard_link_to("d/b", ".wh..wh.plnk/1.2"),
                  file("d/.wh..wh.plnk/deep", "x"), file("d/.wh..wh.whatever/deep/er", "x")});
  EXPECT_EQ(read_text(at("d/a")), "linked");
  EXPECT_EQ(lstat_of(at("d/b")).st_nlink, 2U);
  EXPECT_THAT(base::list_dir(at("")).value_or({}), ::testing::ElementsAre("d"));
  EXPECT_THAT(base::list_dir(at("d")).value_or({}), ::testing::ElementsAre("a", "b"));
}

TEST_F(Unpack, ReadsGnuSparseAndKeepsTheHole) {
  // GNU tar's old sparse form, by hand: 4 KiB of data at 1 MiB, in a file of 2 MiB.
  std::string header(512, '\0');
  const auto put = [&](std::size_t offset, const std::string& text) { header.replace(offset, text.size(), text); };
  put(0, "sparse");
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, "00000010000");  // what the archive holds: 4096
  put(136, "00000000000");
  put(156, "S");
  put(257, "ustar  ");
  put(386, "00004000000");  // the data's offset: 1 MiB
  put(398, "00000010000");
  put(483, "00010000000");  // the file's size: 2 MiB
  put(148, "        ");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  char text[8];
  std::snprintf(text, sizeof text, "%06o", sum);
  put(148, std::string(text, 7));
  SKIP_UNLESS_ROOT("the entry is root's");
  const auto unpacked = unpack_bytes(header + std::string(4096, 'd') + std::string(1024, '\0'));
  ASSERT_TRUE(unpacked) << unpacked.error().what;
  EXPECT_EQ(lstat_of(at("sparse")).st_size, 2 << 20);
  EXPECT_LT(lstat_of(at("sparse")).st_blocks * 512, 1 << 20);
  EXPECT_EQ(read_text(at("sparse")).substr(1U << 20U, 4097), std::string(4096, 'd') + '\0');
}

}  // namespace
}  // namespace podrun::image::testing
