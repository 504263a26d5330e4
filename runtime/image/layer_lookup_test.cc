#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

#include "base/files.h"
#include "runtime/image/image.h"
#include "runtime/image/test_support.h"
#include "runtime/image/whiteout.h"

namespace podrun::image::testing {
namespace {

class LayerLookup : public ::testing::Test {
 protected:
  LayerLookup() {
    for (const std::string& layer : layers_) EXPECT_TRUE(base::make_dirs(layer + "/etc"));
    write_text(dir_ / "secret", "of the host");
  }
  std::string read(const std::string& path) {
    auto text = read_from_layers(layers_, path);
    return text ? *text : "error: " + text.error().what;
  }
  TempDir dir_;
  std::vector<std::string> layers_ = {dir_ / "low", dir_ / "middle", dir_ / "top"};
};

TEST_F(LayerLookup, TheTopmostLayerThatHasItWins) {
  write_text(layers_[0] + "/etc/passwd", "low");
  EXPECT_EQ(read("/etc/passwd"), "low");
  write_text(layers_[1] + "/etc/passwd", "middle");
  EXPECT_EQ(read("etc//./passwd"), "middle");
  EXPECT_EQ(read("/etc/group"), "");
  EXPECT_EQ(read("/nowhere/at/all"), "");
}

TEST_F(LayerLookup, LinksAreWalkedInsideTheImage) {
  EXPECT_TRUE(base::make_dirs(layers_[0] + "/usr/lib"));
  write_text(layers_[0] + "/usr/lib/passwd", "far");
  ASSERT_EQ(::symlink("/usr/lib/passwd", (layers_[2] + "/etc/passwd").c_str()), 0);
  ASSERT_EQ(::symlink("../../../../usr/lib/passwd", (layers_[2] + "/etc/group").c_str()), 0);
  EXPECT_EQ(read("/etc/passwd"), "far");
  EXPECT_EQ(read("/etc/group"), "far");
  ASSERT_EQ(::symlink((dir_ / "secret").c_str(), (layers_[2] + "/etc/shadow").c_str()), 0);
  ASSERT_EQ(::symlink("../../secret", (layers_[2] + "/etc/gshadow").c_str()), 0);
  EXPECT_EQ(read("/etc/shadow"), "");
  EXPECT_EQ(read("/etc/gshadow"), "");
  EXPECT_EQ(read("../../secret"), "");
}

TEST_F(LayerLookup, SaysWhatStandsWhereAndLooksAtNothingThatIsMounted) {
  EXPECT_TRUE(base::make_dirs(layers_[0] + "/usr/bin"));
  write_text(layers_[0] + "/usr/bin/tool", "");
  ASSERT_EQ(::symlink("usr/bin", (layers_[1] + "/bin").c_str()), 0);
  const auto find = [&](const std::string& path, const std::set<std::string>& mounted = {}) {
    const auto found = find_in_layers(layers_, path, mounted);
    constexpr const char* kWords[] = {"nothing ", "directory ", "file ", "mounted "};
    return found ? kWords[static_cast<int>(found->what)] + found->path : found.error().what;
  };
  EXPECT_EQ(find("/bin/tool"), "file /usr/bin/tool");
  EXPECT_EQ(find("/bin/other"), "nothing /usr/bin/other");
  EXPECT_EQ(find("/bin/../sbin/x"), "nothing /usr/sbin/x");
  EXPECT_EQ(find("/usr/bin/tool/x"), "nothing /usr/bin/tool/x");
  EXPECT_EQ(find("/bin"), "directory /usr/bin");
  EXPECT_EQ(find("/"), "directory /");
  EXPECT_EQ(find("/bin/tool", {"/usr/bin"}), "mounted /usr/bin/tool");
  EXPECT_EQ(find("/usr/bin/tool", {"/usr/bin/tool"}), "mounted /usr/bin/tool");
  EXPECT_EQ(find("/bin/tool", {"/usr/b", "/etc"}), "file /usr/bin/tool");
}

TEST_F(LayerLookup, LoopsEnd) {
  ASSERT_EQ(::symlink("passwd", (layers_[0] + "/etc/passwd").c_str()), 0);
  EXPECT_NE(read("/etc/passwd").find("too many"), std::string::npos);
}

TEST_F(LayerLookup, NoDirectoryNoFifoNoGiant) {
  ASSERT_EQ(::mkdir((layers_[0] + "/etc/passwd").c_str(), 0755), 0);
  EXPECT_NE(read("/etc/passwd").find("is a directory"), std::string::npos);
  ASSERT_EQ(::mkfifo((layers_[0] + "/etc/group").c_str(), 0644), 0);
  EXPECT_NE(read("/etc/group").find("not a regular file"), std::string::npos);
  write_text(layers_[0] + "/etc/big", "");
  ASSERT_EQ(::truncate((layers_[0] + "/etc/big").c_str(), 5 << 20), 0);
  EXPECT_NE(read("/etc/big").find("larger than"), std::string::npos);
}

// A container's root has procfs in it, whose files are regular ones: /proc/kmsg would be read as the host's root.
TEST_F(LayerLookup, WhatIsMountedInALayerIsNoPartOfIt) {
  ASSERT_FALSE(base::read_file("/proc/version").value_or("").empty());
  layers_ = {"/"};
  EXPECT_EQ(read("/proc/version"), "");
  EXPECT_EQ(read("/proc/self/environ"), "");
}

TEST_F(LayerLookup, MagicLinksLeadNowhere) {
  ASSERT_EQ(::symlink("/proc/self/root/etc/passwd", (layers_[0] + "/etc/passwd").c_str()), 0);
  EXPECT_EQ(read("/etc/passwd"), "");
  layers_ = {"/proc/self"};
  EXPECT_EQ(read("/root/etc/passwd"), "") << "read as a link to '/', which is the layer";
}

TEST_F(LayerLookup, AFileOrALinkHidesTheDirectoryBelow) {
  write_text(layers_[0] + "/etc/passwd", "low");
  EXPECT_TRUE(base::remove_tree(layers_[1] + "/etc"));
  write_text(layers_[1] + "/etc", "a file");
  EXPECT_EQ(read("/etc/passwd"), "") << "what is below a file does not show through it";
}

TEST_F(LayerLookup, WhiteoutsAndOpaqueDirectoriesHide) {
  SKIP_UNLESS_ROOT("mknod, trusted.*");
  write_text(layers_[0] + "/etc/passwd", "low");
  write_text(layers_[0] + "/etc/group", "low");
  ASSERT_EQ(::mknod((layers_[1] + "/etc/passwd").c_str(), S_IFCHR, 0), 0);
  EXPECT_EQ(read("/etc/passwd"), "");
  write_text(layers_[2] + "/etc/passwd", "again");
  EXPECT_EQ(read("/etc/passwd"), "again");
  EXPECT_EQ(read("/etc/group"), "low");
  const auto etc = base::open_file(layers_[1] + "/etc", O_RDONLY | O_DIRECTORY);
  ASSERT_TRUE(etc && make_opaque(etc->get(), "etc"));
  EXPECT_EQ(read("/etc/group"), "");
}

}  // namespace
}  // namespace podrun::image::testing
