// Trees through a tar: what arrives, and where.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mount.h>


#include "runtime/copy/test_support.h"

namespace podrun::copy {
namespace {

using testing::HasSubstr;

TEST_F(CopyTest, ATreeArrivesAsItWas) {
  fs::create_directories(from("tree/empty"));
  write(from("tree/file"), "words");
  write(from("tree/none"), "");
  fs::create_symlink("/nowhere/at all", from("tree/link"));
  ASSERT_EQ(::chmod(from("tree/file").c_str(), 0640), 0);
  ASSERT_EQ(::chmod(from("tree").c_str(), 0750), 0);
  const timespec times[2] = {{.tv_sec = 1'000'000'000, .tv_nsec = 5}, {.tv_sec = 1'000'000'000, .tv_nsec = 123}};
  for (const char* name : {"tree/file", "tree/empty", "tree"})
    ASSERT_EQ(::utimensat(AT_FDCWD, from(name).c_str(), times, 0), 0);
  const auto copied = copy(from("tree"), to());
  ASSERT_TRUE(copied) << copied.error().what;
  EXPECT_EQ(copied->entries, 5U);
  EXPECT_EQ(text_of(to("tree/file")), "words");
  EXPECT_EQ(text_of(to("tree/none")), "");
  EXPECT_EQ(fs::read_symlink(to("tree/link")), "/nowhere/at all");
  EXPECT_EQ(stat_of(to("tree/file")).st_mode & 07777U, 0640U);
  EXPECT_EQ(stat_of(to("tree")).st_mode & 07777U, 0750U);
  for (const char* name : {"tree/file", "tree/empty", "tree"}) {
    EXPECT_EQ(stat_of(to(name)).st_mtim.tv_sec, 1'000'000'000) << name;
    EXPECT_EQ(stat_of(to(name)).st_mtim.tv_nsec, 123) << name;
  }
}

TEST_F(CopyTest, WhereItGoesIsAsWithCp) {
  fs::create_directory(from("d"));
  write(from("d/f"), "f");
  fs::create_directory(to("there"));
  EXPECT_TRUE(copy(from("d"), to("there")));
  EXPECT_TRUE(fs::exists(to("there/d/f")));
  EXPECT_TRUE(copy(from("d"), to("new")));
  EXPECT_TRUE(fs::exists(to("new/f")));
  EXPECT_TRUE(copy(from("d"), to("slash/")));
  EXPECT_TRUE(fs::exists(to("slash/f")));
  EXPECT_TRUE(copy(from("d/."), to("there")));
  EXPECT_TRUE(fs::exists(to("there/f")));
  EXPECT_TRUE(copy(from("d/."), to("content")));
  EXPECT_TRUE(fs::exists(to("content/f")));
  EXPECT_TRUE(copy(from("d/f"), to("file")));
  EXPECT_EQ(text_of(to("file")), "f");
  write(from("d/f"), "newer");
  EXPECT_TRUE(copy(from("d/f"), to("file")));
  EXPECT_EQ(text_of(to("file")), "newer");
  EXPECT_TRUE(copy(from("d/f"), to("there")));
  EXPECT_EQ(text_of(to("there/f")), "newer");
}

TEST_F(CopyTest, WhatStandsInTheWayIsSaid) {
  fs::create_directories(from("d/x"));
  fs::create_directories(to("e/x"));
  write(from("f"), "f");
  write(from("d/y"), "y");
  write(to("f"), "old");
  write(to("e/y"), "old");
  const auto kind_of = [&](const std::string& one, const std::string& other) {
    const auto copied = copy(from(one), to(other));
    return copied ? Kind::internal : copied.error().kind;
  };
  EXPECT_EQ(kind_of("d", "f"), Kind::exists);
  EXPECT_EQ(kind_of("f", "missing/"), Kind::not_found);
  EXPECT_EQ(kind_of("f", "missing/f"), Kind::not_found);
  EXPECT_EQ(kind_of("missing", "f"), Kind::not_found);
  write(from("x"), "a file");
  EXPECT_EQ(kind_of("x", "e"), Kind::exists) << "a directory never gives way";
  fs::create_directory(from("y"));
  EXPECT_EQ(kind_of("y", "e"), Kind::exists);
  EXPECT_EQ(text_of(to("f")), "old");
  EXPECT_EQ(text_of(to("e/y")), "old");
}

TEST_F(CopyTest, NamesAreAnyBytes) {
  const std::vector<std::string> names{"new\nline",           "sch\xc3\xb6n", "bad\xff\xfe",  " ",    "-rf", "a:b",
                                       std::string(255, 'n'), ".wh.gone",     ".wh..wh..opq", "'\"\\"};
  fs::create_directory(from("d"));
  for (const std::string& name : names) write(from("d/" + name), name);
  ASSERT_TRUE(copy(from("d"), to()));
  for (const std::string& name : names) EXPECT_EQ(text_of(to("d/" + name)), name);
}

TEST_F(CopyTest, DirectoriesMayBeAsDeepAsAPath) {
  std::string deep = from("d");
  fs::create_directory(deep);
  const int root = ::open(deep.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  int at = root;
  const auto down = [&](const char* name) {
    ASSERT_EQ(::mkdirat(at, name, 0755), 0);
    at = ::openat(at, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  };
  std::vector<int> all;
  for (int level = 0; level < 200; ++level) all.push_back((down("nineteen-characters"), at));
  EXPECT_EQ(copy(from("d"), to())->entries, 201U);
  for (int level = 0; level < 10; ++level) all.push_back((down("nineteen-characters"), at));
  const auto copied = copy(from("d"), to("too-deep"));
  ASSERT_FALSE(copied);
  EXPECT_THAT(copied.error().what, HasSubstr("4095 bytes"));
  for (const int fd : all) ::close(fd);
  ::close(root);
}

TEST_F(CopyTest, HolesStayHoles) {
  const std::uint64_t size = 1ULL << 30U;
  for (const char* name : {"hole", "some"}) write(from(name), "");
  ASSERT_EQ(::truncate(from("hole").c_str(), size), 0);
  ASSERT_EQ(::truncate(from("some").c_str(), size), 0);
  const int fd = ::open(from("some").c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_EQ(::pwrite(fd, "middle", 6, 1 << 29), 6);
  ::close(fd);
  for (const char* name : {"hole", "some"}) {
    const auto copied = copy(from(name), to());
    ASSERT_TRUE(copied) << copied.error().what;
    EXPECT_LT(packed_.size(), 1U << 20U);
    EXPECT_EQ(static_cast<std::uint64_t>(stat_of(to(name)).st_size), size);
    EXPECT_LT(stat_of(to(name)).st_blocks, 1024);
  }
  char middle[6];
  const int copy_fd = ::open(to("some").c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(::pread(copy_fd, middle, 6, 1 << 29), 6);
  ::close(copy_fd);
  EXPECT_EQ(std::string(middle, 6), "middle");
}

TEST_F(CopyTest, SetIdBitsComeOnlyWhereTheyAreAskedFor) {
  write(from("f"), "f");
  ASSERT_EQ(::chmod(from("f").c_str(), 06755), 0);
  ASSERT_TRUE(copy(from("f"), to()));
  EXPECT_EQ(stat_of(to("f")).st_mode & 07777U, 0755U);
  how_.keeps_set_id = true;
  ASSERT_TRUE(copy(from("f"), to()));
  EXPECT_EQ(stat_of(to("f")).st_mode & 07777U, 06755U);
}

TEST_F(CopyTest, WithoutPreservingTimesAreOfNow) {
  write(from("f"), "f");
  ASSERT_EQ(::chmod(from("f").c_str(), 0777), 0);
  const timespec times[2] = {{.tv_sec = 1, .tv_nsec = 0}, {.tv_sec = 1, .tv_nsec = 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, from("f").c_str(), times, 0), 0);
  how_.preserves = false;
  ASSERT_TRUE(copy(from("f"), to()));
  EXPECT_EQ(stat_of(to("f")).st_mode & 07777U, 0755U);
  EXPECT_GT(stat_of(to("f")).st_mtim.tv_sec, 1'000'000'000);
}

TEST_F(CopyTest, FifosAndDevicesArePassedOver) {
  fs::create_directory(from("d"));
  write(from("d/f"), "f");
  ASSERT_EQ(::mkfifo(from("d/fifo").c_str(), 0600), 0);
  const auto packed = copy(from("d"), to());
  ASSERT_TRUE(packed) << packed.error().what;
  EXPECT_EQ(packed->passed_over.count, 1U);
  EXPECT_THAT(packed->passed_over.first, testing::ElementsAre("d/fifo"));
  EXPECT_FALSE(fs::exists(to("d/fifo")));
  EXPECT_THAT(copy(from("d/fifo"), to()).error().what, HasSubstr("no file, directory or link"));
  using namespace image::testing;
  const auto copied = unpack_tar(
      make_tar({node("n", S_IFCHR), node("b", S_IFBLK), node("p", S_IFIFO), node("q", S_IFIFO)}), to());
  ASSERT_TRUE(copied) << copied.error().what;
  EXPECT_EQ(copied->passed_over.count, 4U);
  EXPECT_THAT(copied->passed_over.first, testing::ElementsAre("n", "b", "p"));
  EXPECT_FALSE(fs::exists(to("n")));
}
TEST_F(CopyTest, NamesOfOneFileStaySo) {
  fs::create_directories(from("tree/deep"));
  write(from("tree/one"), "text");
  fs::create_hard_link(from("tree/one"), from("tree/deep/two"));
  fs::create_hard_link(from("tree/one"), from("tree/three"));
  write(from("tree/alone"), "alone");
  for (const char* place : {"", "renamed"}) {  // as "tree", and by another name
    ASSERT_TRUE(copy(from("tree"), to(place)));
    const std::string tree = to(*place == '\0' ? "tree" : place);
    EXPECT_EQ(text_of(tree + "/one"), "text");
    EXPECT_EQ(stat_of(tree + "/one").st_ino, stat_of(tree + "/deep/two").st_ino);
    EXPECT_EQ(stat_of(tree + "/one").st_ino, stat_of(tree + "/three").st_ino);
    EXPECT_EQ(stat_of(tree + "/one").st_nlink, 3U);
    EXPECT_EQ(stat_of(tree + "/alone").st_nlink, 1U);
  }
  const auto again = copy(from("tree"), to("renamed"));
  EXPECT_TRUE(again) << "over what is there";
}

TEST_F(CopyTest, ANameOnAnotherMountIsACopy) {
  write(from("one"), "text");
  ASSERT_EQ(::chmod(from("one").c_str(), 0640), 0);
  fs::create_directory(from("other"));
  fs::create_hard_link(from("one"), from("other/two"));
  fs::create_directory(to("other"));
  if (::mount("none", to("other").c_str(), "tmpfs", 0, nullptr) != 0) GTEST_SKIP() << "needs root";
  const auto copied = copy(from("."), to());
  const bool is_whole = copied && text_of(to("one")) == "text" && text_of(to("other/two")) == "text";
  const mode_t mode = is_whole ? stat_of(to("other/two")).st_mode & 07777U : 0;
  EXPECT_EQ(::umount(to("other").c_str()), 0);
  EXPECT_TRUE(is_whole) << (copied ? "" : copied.error().what);
  EXPECT_EQ(mode, 0640U);
}

TEST_F(CopyTest, ATarOfSomebodyElseIsMadeIntoOurs) {
  using namespace image::testing;
  how_.keeps_names = true;
  TarEntry marked = file("x", "marked");
  marked.xattrs = {{"user.mark", "1"}};
  const std::string tar = make_tar({file("d/f", "text"), hard_link_to("h", "d/f"), symlink_to("l", "d"), marked});
  for (const auto compression : {image::Compression::none, image::Compression::gzip, image::Compression::zstd}) {
    const std::string whole = compression == image::Compression::none ? tar : compress(tar, compression);
    TextSource source(whole);
    TextSink sink;
    const auto repacked = repack(source, sink, TarWriter::Names::bytes);
    ASSERT_TRUE(repacked) << repacked.error().what;
    EXPECT_EQ(sink.text.find("user.mark"), std::string::npos);
    const auto copied = unpack_tar(sink.text, to());
    ASSERT_TRUE(copied) << copied.error().what;
    EXPECT_EQ(text_of(to("h")), "text");
    EXPECT_EQ(fs::read_symlink(to("l")), "d");
  }
  TextSource broken(std::string_view(tar).substr(0, 700));
  TextSink sink;
  EXPECT_EQ(repack(broken, sink, TarWriter::Names::bytes).error().kind, Kind::corrupt);
}

TEST_F(CopyTest, AFileThatIsCutShortIsNotThere) {
  write(from("a"), "whole");
  write(from("b"), std::string(100'000, 'b'));
  ASSERT_TRUE(copy(from("."), to("d")));
  fs::remove_all(to("d"));
  const auto copied = unpack_tar(std::string_view(packed_).substr(0, packed_.size() - 50'000), to("d"));
  ASSERT_FALSE(copied);
  EXPECT_THAT(copied.error().what, HasSubstr("what came before it is there"));
  EXPECT_FALSE(fs::exists(to("d/b")));
}

}  // namespace
}  // namespace podrun::copy
