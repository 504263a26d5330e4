#include "runtime/image/copy.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/image/test_support.h"
#include "runtime/image/unpack.h"

namespace podrun::image::testing {
namespace {

constexpr std::uint32_t kBase = 1'000'000;

class CopyLayers : public ::testing::Test {
 protected:
  void SetUp() override { SKIP_UNLESS_ROOT("chown"); }
  void add(const std::vector<TarEntry>& entries) {
    layers_.push_back(dir_ / ("layer" + std::to_string(layers_.size())));
    ASSERT_EQ(::mkdir(layers_.back().c_str(), 0755), 0);
    const auto unpacked =
        unpack_layer(layout_.path(), layout_.add_layer(make_tar(entries), Compression::none), layers_.back());
    ASSERT_TRUE(unpacked) << unpacked.error().what;
  }
  void copy() {
    const auto copied = copy_layers(layers_, target_, kBase);
    ASSERT_TRUE(copied) << copied.error().what;
  }
  std::string at(const std::string& name) const { return target_ + "/" + name; }
  std::vector<std::string> names(const std::string& name) const { return base::list_dir(at(name)).value_or({"?"}); }

  TempDir dir_;
  TestLayout layout_{dir_ / "layout"};
  std::vector<std::string> layers_;
  std::string target_ = dir_ / "target";
};

TEST_F(CopyLayers, ShiftsOwnersAndKeepsTheRest) {
  TarEntry tool = file("bin/tool", "content", 06755);
  tool.uid = 65535;
  tool.gid = 7;
  tool.xattrs = {{"user.kept", "yes"}};
  add({directory("./", 0751), directory("bin", 0511), tool, hard_link_to("bin/same", "bin/tool"),
       symlink_to("l", "/etc"), node("pipe", S_IFIFO)});
  copy();
  const struct stat info = lstat_of(at("bin/tool"));
  EXPECT_EQ(info.st_uid, kBase + 65535);
  EXPECT_EQ(info.st_gid, kBase + 7);
  EXPECT_EQ(info.st_mode & 07777U, 06755U);
  EXPECT_EQ(info.st_nlink, 2U);
  EXPECT_EQ(read_text(at("bin/same")), "content");
  EXPECT_EQ(xattr_of(at("bin/tool"), "user.kept"), "yes");
  EXPECT_EQ(lstat_of(target_).st_mode & 07777U, 0751U);
  for (const char* name : {"bin", "bin/tool", "l", "pipe"}) {
    EXPECT_EQ(lstat_of(at(name)).st_mtim.tv_sec, 1'600'000'000) << name;
    EXPECT_GE(lstat_of(at(name)).st_uid, kBase) << name;
  }
  EXPECT_EQ(lstat_of(layers_[0] + "/bin/tool").st_uid, 65535U) << "the layer itself was changed";
}

TEST_F(CopyLayers, AppliesWhiteoutsAndOpaqueDirectories) {
  add({directory("d"), file("d/a", "1"), file("d/b", "1"), directory("o"), file("o/old", "1"), file("f", "1"),
       directory("t"), file("t/x", "1"), file("u", "1")});
  add({file("d/.wh.a"), file("d/c", "2"), file("o/.wh..wh..opq"), file("o/new", "2"), file(".wh.f"),
       file("t", "a file now"), directory("u"), file("u/inside", "2"), file(".wh.nothing")});
  copy();
  EXPECT_THAT(names(""), ::testing::ElementsAre("d", "o", "t", "u"));
  EXPECT_THAT(names("d"), ::testing::ElementsAre("b", "c"));
  EXPECT_THAT(names("o"), ::testing::ElementsAre("new"));
  EXPECT_EQ(read_text(at("t")), "a file now");
  EXPECT_EQ(read_text(at("u/inside")), "2");
}

TEST_F(CopyLayers, ALinkInALowerLayerIsNotFollowed) {
  ASSERT_EQ(::mkdir((dir_ / "outside").c_str(), 0755), 0);
  add({symlink_to("l", dir_ / "outside")});
  add({directory("l", 0700), file("l/new", "x")});
  copy();
  EXPECT_EQ(read_text(at("l/new")), "x");
  EXPECT_THAT(base::list_dir(dir_ / "outside").value_or({"?"}), ::testing::IsEmpty());
}

TEST_F(CopyLayers, FileCapabilitiesAreThePodsAlone) {
  TarEntry entry = file("ping", "x", 0755);
  entry.xattrs = {{"security.capability", std::string("\x01\x00\x00\x02\x00\x20", 6) + std::string(14, '\0')}};
  add({entry});
  copy();
  const std::string value = xattr_of(at("ping"), "security.capability");
  ASSERT_EQ(value.size(), 24U);
  EXPECT_EQ(value.substr(0, 4), std::string("\x01\x00\x00\x03", 4));
  EXPECT_EQ(value.substr(20), std::string("\x40\x42\x0f\x00", 4));  // 1,000,000
}

TEST_F(CopyLayers, HolesStayHoles) {
  add({});
  const std::string path = layers_[0] + "/sparse";
  write_text(path, std::string(4096, 's'));
  ASSERT_EQ(::truncate(path.c_str(), 64 << 20), 0);
  copy();
  EXPECT_EQ(lstat_of(at("sparse")).st_size, 64 << 20);
  EXPECT_LT(lstat_of(at("sparse")).st_blocks * 512, 1 << 20);
  EXPECT_EQ(read_text(at("sparse")).substr(0, 4097), std::string(4096, 's') + '\0');
}

TEST_F(CopyLayers, DevicesAndSocketsOfARootfsStayBehind) {
  add({file("f", "x")});
  ASSERT_EQ(::mknod((layers_[0] + "/null").c_str(), S_IFCHR | 0666, 0x103), 0);
  copy();
  EXPECT_THAT(names(""), ::testing::ElementsAre("f"));
}

// Directories of the host's, which nothing bounds: beyond every path's length, names of any bytes, in both layers.
TEST_F(CopyLayers, AnyDepth) {
  constexpr int kDepth = 3000;
  for (const char* layer : {"deep0", "deep1"}) {
    layers_.push_back(dir_ / layer);
    ASSERT_EQ(::mkdir(layers_.back().c_str(), 0755), 0);
    Fd here(::open(layers_.back().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < kDepth; ++i) {
      ASSERT_EQ(::mkdirat(here.get(), "\xff\n", 0755), 0);
      here.reset(::openat(here.get(), "\xff\n", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    const Fd file(::openat(here.get(), layer, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
    ASSERT_EQ(::linkat(here.get(), layer, here.get(), (std::string(layer) + ".again").c_str(), 0), 0);
  }
  copy();
  Fd here(::open(target_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int i = 0; i < kDepth; ++i) here.reset(::openat(here.get(), "\xff\n", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (const char* name : {"deep0", "deep1", "deep0.again"}) {
    struct stat info {};
    ASSERT_EQ(::fstatat(here.get(), name, &info, 0), 0) << name;
    EXPECT_EQ(info.st_nlink, 2U) << name;
    EXPECT_EQ(info.st_uid, kBase) << name;
  }
}

// A data directory may hand down an ACL, its group and that bit.
TEST_F(CopyLayers, NothingIsHandedDownFromAbove) {
  ASSERT_EQ(::chmod(dir_.path().c_str(), 02755), 0);
  const std::string acl(
      "\x02\0\0\0\x01\0\x07\0\xff\xff\xff\xff\x02\0\x07\0\x01\0\0\0\x04\0\x05\0\xff\xff\xff\xff"
      "\x10\0\x07\0\xff\xff\xff\xff\x20\0\x05\0\xff\xff\xff\xff",
      44);
  ASSERT_EQ(::setxattr(dir_.path().c_str(), "system.posix_acl_default", acl.data(), acl.size(), 0), 0);
  const mode_t before = ::umask(077);
  add({directory("d", 0755), file("d/f", "x", 0644), node("d/pipe", S_IFIFO), file("made/f", "x", 0640)});
  copy();
  ::umask(before);
  for (const char* name : {"d", "d/f", "d/pipe", "made", "made/f"}) {
    EXPECT_EQ(xattr_of(at(name), "system.posix_acl_access"), "") << name;
    EXPECT_EQ(xattr_of(at(name), "system.posix_acl_default"), "") << name;
    EXPECT_EQ(lstat_of(at(name)).st_gid, kBase) << name;
  }
  EXPECT_EQ(lstat_of(at("d")).st_mode & 07777U, 0755U);
  EXPECT_EQ(lstat_of(at("d/f")).st_mode & 07777U, 0644U);
  EXPECT_EQ(lstat_of(at("made")).st_mode & 07777U, 0755U);
}

TEST_F(CopyLayers, Refuses) {
  add({file("f", "x")});
  ASSERT_EQ(::mkdir(target_.c_str(), 0755), 0);
  write_text(at("there"), "");
  EXPECT_EQ(copy_layers(layers_, target_, kBase).error().kind, Kind::exists);
  ASSERT_EQ(::chown((layers_[0] + "/f").c_str(), 70000, 0), 0);
  EXPECT_EQ(copy_layers(layers_, dir_ / "other", kBase).error().kind, Kind::unsupported);
  EXPECT_FALSE(copy_layers(layers_, dir_ / "third", 0xffffffffU));
}

}  // namespace
}  // namespace podrun::image::testing
