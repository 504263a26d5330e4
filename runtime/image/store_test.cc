// ImageStore::resolve from end to end.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/files.h"
#include "runtime/image/image.h"
#include "runtime/image/test_support.h"

namespace podrun::image::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Store : public ::testing::Test {
 protected:
  Result<Image> resolve(const std::string& tag = "") const {
    return ImageStore(store_).resolve("oci:" + layout_.path() + (tag.empty() ? "" : ":" + tag));
  }
  std::vector<std::string> published() const { return base::list_dir(store_ + "/layers").value_or({}); }
  std::vector<std::string> staged() const { return base::list_dir(store_ + "/tmp").value_or({}); }
  void expect_error(const Result<Image>& image, Kind kind, const std::string& part) {
    ASSERT_FALSE(image) << "resolved, expected: " << part;
    EXPECT_EQ(image.error().kind, kind) << image.error().what;
    EXPECT_THAT(image.error().what, HasSubstr(part));
    EXPECT_THAT(published(), IsEmpty());
    EXPECT_THAT(staged(), IsEmpty());
  }

  TempDir dir_;
  TestLayout layout_{dir_ / "layout"};
  std::string store_ = dir_ / "store";
};

TEST_F(Store, ARootfsIsTakenAsItIs) {
  ASSERT_EQ(::mkdir((dir_ / "rootfs").c_str(), 0755), 0);
  ASSERT_EQ(::symlink("rootfs", (dir_ / "link").c_str()), 0);
  const auto image = ImageStore(store_).resolve("rootfs:" + (dir_ / "link") + "/");
  ASSERT_TRUE(image) << image.error().what;
  EXPECT_THAT(image->layers.paths, ElementsAre(dir_ / "rootfs"));
  EXPECT_EQ(image->digest, "");
  EXPECT_FALSE(base::path_exists(store_)) << "a rootfs needs no store";
}

TEST_F(Store, ARootfsThatCannotBe) {
  write_text(dir_ / "file", "x");
  expect_error(ImageStore(store_).resolve("rootfs:" + (dir_ / "missing")), Kind::not_found, "no such directory");
  expect_error(ImageStore(store_).resolve("rootfs:" + (dir_ / "file")), Kind::invalid, "not a directory");
  expect_error(ImageStore(store_).resolve("rootfs:/"), Kind::invalid, "host's own root");
  expect_error(ImageStore(store_).resolve("rootfs:/tmp/.."), Kind::invalid, "host's own root");
}

TEST_F(Store, AnOciImage) {
  const LayerBlob low = layout_.add_layer(make_tar({directory("etc"), file("etc/passwd", "low")}));
  const LayerBlob top = layout_.add_layer(make_tar({file("etc/passwd", "top")}), Compression::zstd);
  layout_.write();
  const auto image = resolve();
  ASSERT_TRUE(image) << image.error().what;
  EXPECT_THAT(image->layers.paths,
              ElementsAre(store_ + "/layers/" + low.diff_id.hex, store_ + "/layers/" + top.diff_id.hex));
  EXPECT_EQ(image->digest.substr(0, 7), "sha256:");
  EXPECT_EQ(image->config.user, "app");
  EXPECT_EQ(image->config.working_dir, "/srv");
  EXPECT_THAT(image->config.cmd, ElementsAre("/bin/sh"));
  EXPECT_EQ(read_from_layers(image->layers.paths, "/etc/passwd").value_or(""), "top");
  EXPECT_THAT(staged(), IsEmpty());
  EXPECT_EQ(lstat_of(store_ + "/layers").st_mode & 07777U, 0700U);
}

TEST_F(Store, TheSecondTimeNothingIsUnpacked) {
  const LayerBlob layer = layout_.add_layer(make_tar({file("f", "x")}));
  layout_.write();
  ASSERT_TRUE(resolve());
  ASSERT_EQ(::unlink(layout_.blob_path(layer.digest).c_str()), 0);
  const auto again = resolve();
  EXPECT_TRUE(again) << again.error().what;
}

TEST_F(Store, WithoutLayersThereIsAnEmptyOne) {
  layout_.write();
  const auto image = resolve();
  ASSERT_TRUE(image) << image.error().what;
  EXPECT_THAT(image->layers.paths, ElementsAre(store_ + "/layers/empty"));
  EXPECT_THAT(base::list_dir(image->layers.paths.front()).value_or({"x"}), IsEmpty());
}

TEST_F(Store, ALayerThatRepeatsIsListedOnceWhereItIsTopmost) {
  const LayerBlob repeated = layout_.add_layer(make_tar({file("a", "1")}));
  const LayerBlob between = layout_.add_layer(make_tar({file("a", "2")}));
  layout_.add_layer(make_tar({file("a", "1")}), Compression::none);
  layout_.write();
  const auto image = resolve();
  ASSERT_TRUE(image) << image.error().what;
  EXPECT_THAT(image->layers.paths,
              ElementsAre(store_ + "/layers/" + between.diff_id.hex, store_ + "/layers/" + repeated.diff_id.hex));
}

TEST_F(Store, BelowAnOpaqueRootNothingShows) {
  SKIP_UNLESS_ROOT("trusted.*");
  layout_.add_layer(make_tar({file("low", "1")}));
  const LayerBlob opaque = layout_.add_layer(make_tar({file(".wh..wh..opq"), file("top", "2")}));
  layout_.write();
  const auto image = resolve();
  ASSERT_TRUE(image) << image.error().what;
  EXPECT_THAT(image->layers.paths, ElementsAre(store_ + "/layers/" + opaque.diff_id.hex));
}

TEST_F(Store, OneBadByteAnywhereLeavesNothingVisible) {
  layout_.add_layer(make_tar({file("good", "1")}));
  layout_.add_layer(make_tar({file("also", std::string(100, 'x'))}));
  layout_.write();
  for (const std::string& name : base::list_dir(layout_.path() + "/blobs/sha256").value_or({})) {
    const std::string path = layout_.path() + "/blobs/sha256/" + name;
    const std::string good = read_text(path);
    std::string bad = good;
    bad[good.size() / 2] = static_cast<char>(bad[good.size() / 2] ^ 1);
    write_text(path, bad);
    expect_error(resolve(), Kind::corrupt, "content has the digest");
    write_text(path, good + "x");
    expect_error(resolve(), Kind::corrupt, "bytes long");
    ASSERT_EQ(::unlink(path.c_str()), 0);
    expect_error(resolve(), Kind::not_found, "not in the layout");
    ASSERT_EQ(::mkfifo(path.c_str(), 0644), 0);
    expect_error(resolve(), Kind::corrupt, "not a regular file");
    ASSERT_EQ(::unlink(path.c_str()), 0);
    write_text(path, good);
  }
  EXPECT_TRUE(resolve());
}

TEST_F(Store, ALayerThatClimbsOutLeavesNothingVisible) {
  layout_.add_layer(make_tar({file("good", "1")}));
  layout_.add_layer(make_tar({file("../evil", "1")}));
  layout_.write();
  expect_error(resolve(), Kind::corrupt, "entry '../evil': climbs out of its root");
}

// Modes are the image's, whatever the caller's umask, and whatever the data directory hands down.
TEST_F(Store, LayersAreAsTheImageHasThem) {
  SKIP_UNLESS_ROOT("owners");
  const LayerBlob layer = layout_.add_layer(make_tar({directory("d", 0751), file("d/f", "x", 0644), file("m/f", "x")}));
  layout_.write();
  ASSERT_EQ(::mkdir(store_.c_str(), 0755), 0);
  ASSERT_EQ(::chown(store_.c_str(), 0, 4242), 0);
  ASSERT_EQ(::chmod(store_.c_str(), 02755), 0);
  const std::string acl(
      "\x02\0\0\0\x01\0\x07\0\xff\xff\xff\xff\x02\0\x07\0\x01\0\0\0\x04\0\x05\0\xff\xff\xff\xff"
      "\x10\0\x07\0\xff\xff\xff\xff\x20\0\x05\0\xff\xff\xff\xff",
      44);
  ASSERT_EQ(::setxattr(store_.c_str(), "system.posix_acl_default", acl.data(), acl.size(), 0), 0);
  const mode_t before = ::umask(077);
  const auto image = resolve();
  ::umask(before);
  ASSERT_TRUE(image) << image.error().what;
  const std::string root = store_ + "/layers/" + layer.diff_id.hex;
  const std::pair<const char*, mode_t> expected[] = {{"", 0755}, {"/d", 0751}, {"/d/f", 0644}, {"/m", 0755}};
  for (const auto& [name, mode] : expected) {
    EXPECT_EQ(lstat_of(root + name).st_mode & 07777U, mode) << name;
    EXPECT_EQ(lstat_of(root + name).st_gid, 0U) << name;
    EXPECT_EQ(xattr_of(root + name, "system.posix_acl_access"), "") << name;
    EXPECT_EQ(xattr_of(root + name, "system.posix_acl_default"), "") << name;
  }
}

TEST_F(Store, TagsAndPlatforms) {
  layout_.add_layer(make_tar({file("f", "x")}));
  layout_.write_index({layout_.add_image("one"), layout_.add_image("two")});
  expect_error(resolve(), Kind::invalid, "one, two");
  expect_error(resolve("three"), Kind::not_found, "one, two");
  EXPECT_TRUE(resolve("two"));
}

TEST_F(Store, AnIndexInsideTheIndex) {
  layout_.add_layer(make_tar({file("f", "x")}));
  const std::string mine = layout_.add_image("", R"({"os":"linux","architecture":")" + layout_.architecture + "\"}");
  layout_.architecture = "pdp11";
  const std::string other = layout_.add_image("", R"({"os":"linux","architecture":"pdp11"})");
  const auto index_of = [&](const std::string& list) {
    const std::string text = R"({"schemaVersion":2,"manifests":[)" + list + "]}";
    return R"({"mediaType":"application/vnd.oci.image.index.v1+json","digest":")" + layout_.add_blob(text) +
           R"(","size":)" + std::to_string(text.size()) + "}";
  };
  layout_.write_index({index_of(other)});
  expect_error(resolve(), Kind::unsupported, "linux/pdp11");
  layout_.write_index({layout_.add_image()});
  expect_error(resolve(), Kind::unsupported, "the image is for linux/pdp11");
  std::string nested = index_of(mine);
  for (int i = 0; i < 5; ++i) nested = index_of(nested);
  layout_.write_index({nested});
  expect_error(resolve(), Kind::unsupported, "nested");
  layout_.write_index({index_of(other + "," + mine)});
  const auto image = resolve();
  EXPECT_TRUE(image) << image.error().what;
}

TEST_F(Store, NoLayout) {
  expect_error(ImageStore(store_).resolve("oci:" + (dir_ / "missing")), Kind::not_found, "no such directory");
  expect_error(ImageStore(store_).resolve("oci:" + dir_.path()), Kind::invalid, "skopeo");
  write_text(layout_.path() + "/index.json", "not json");
  expect_error(resolve(), Kind::corrupt, "is not JSON");
  write_text(layout_.path() + "/oci-layout", R"({"imageLayoutVersion":"2.0.0"})");
  expect_error(resolve(), Kind::unsupported, "2.0.0");
}

TEST_F(Store, AnotherNumberOfLayersThanTheConfigSays) {
  layout_.add_layer(make_tar({file("f", "x")}));
  layout_.name_diff_ids = false;
  layout_.write();
  expect_error(resolve(), Kind::corrupt, "names 0 layers, the manifest 1");
}

TEST_F(Store, WhatADeadProcessLeftIsRemovedAndALivingOnesStays) {
  layout_.write();
  ASSERT_TRUE(resolve());
  ASSERT_TRUE(base::make_dirs(store_ + "/tmp/dead/deep/er"));
  ASSERT_TRUE(base::make_dirs(store_ + "/tmp/alive/deep"));
  const auto lock = base::open_file(store_ + "/tmp/alive", O_RDONLY | O_DIRECTORY);
  ASSERT_TRUE(lock);
  ASSERT_EQ(::flock(lock->get(), LOCK_EX), 0);
  ASSERT_TRUE(resolve());
  EXPECT_THAT(staged(), ElementsAre("alive"));
}

TEST_F(Store, ManyProcessesUnpackTheSameImageAtOnce) {
  std::vector<TarEntry> entries;
  for (int i = 0; i < 300; ++i) entries.push_back(file("f" + std::to_string(i), std::string(1000, 'x')));
  layout_.add_layer(make_tar(entries));
  layout_.add_layer(make_tar({file("top", "y")}));
  layout_.write();
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto image = resolve();
      const bool whole = image && base::list_dir(image->layers.paths.front()).value_or({}).size() == 300;
      ::_exit(whole ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(published().size(), 2U);
  EXPECT_THAT(staged(), IsEmpty());
}

}  // namespace
}  // namespace podrun::image::testing
