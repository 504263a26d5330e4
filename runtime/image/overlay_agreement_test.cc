// The kernel is the judge of what layers mean: a real overlay mount of unpacked layers, and their flattened copy, must
// show the same tree.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "base/files.h"
#include "runtime/image/copy.h"
#include "runtime/image/image.h"
#include "runtime/image/test_support.h"

namespace podrun::image::testing {
namespace {

// One line an object: name, type and mode, owner less `id_base`, size, links and time of files, target of links.
std::string describe(const std::string& root, std::uint32_t id_base) {
  std::set<std::string> lines;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string path = entry.path().string();
    const struct stat info = lstat_of(path);
    std::string line = path.substr(root.size()) + " " + std::to_string(info.st_mode) + " " +
                       std::to_string(info.st_uid - id_base) + ":" + std::to_string(info.st_gid - id_base);
    if (S_ISREG(info.st_mode)) line += " " + std::to_string(info.st_nlink) + " " + read_text(path);
    if (S_ISLNK(info.st_mode)) line += " " + std::filesystem::read_symlink(path).string();
    lines.insert(line + " " + std::to_string(info.st_mtim.tv_sec == 1'600'000'000 ? 1 : 0));
  }
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// In a mount namespace of a child's own, so that the mount is gone with it.
std::string describe_overlay(const Image& image, const TempDir& dir) {
  const std::string merged = dir / "merged";
  ::mkdir(merged.c_str(), 0755);
  const pid_t child = ::fork();
  if (child == 0) {
    std::string lower;
    for (auto layer = image.layers.paths.rbegin(); layer != image.layers.paths.rend(); ++layer)
      lower += (lower.empty() ? "lowerdir=" : ":") + *layer;
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) ::_exit(1);
    if (::mount("overlay", merged.c_str(), "overlay", MS_RDONLY, lower.c_str()) != 0) ::_exit(2);
    write_text(dir / "listing", describe(merged, 0));
    ::_exit(0);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "the overlay mount failed";
  return read_text(dir / "listing");
}

TEST(OverlayAgreement, OfAMountAndACopy) {
  SKIP_UNLESS_ROOT("mount");
  const TempDir dir;
  TestLayout layout(dir / "layout");
  TarEntry owned = file("d/owned", "x", 04755);
  owned.uid = 65535;
  layout.add_layer(make_tar({directory("d", 0711), owned, hard_link_to("d/twin", "d/owned"), file("d/gone", "1"),
                             directory("o"), file("o/old", "1"), directory("o/deep"), file("o/deep/x", "1"),
                             file("file", "1"), directory("dir"), file("dir/x", "1"), symlink_to("link", "d"),
                             directory("keep"), file("keep/a", "1"), directory("again"), file("again/old", "1")}));
  layout.add_layer(make_tar({file("d/.wh.gone"), file("o/.wh..wh..opq"), file("o/new", "2"), directory("file"),
                             file("file/x", "2"), file("dir", "2"), directory("link"), file("link/x", "2"),
                             file("keep/b", "2"), file(".wh.again"), file("again/new", "2"), file(".wh.nothing")}),
                   Compression::zstd);
  layout.add_layer(make_tar({file("d/gone", "3"), file(".wh.dir"), file("keep/.wh.a")}), Compression::none);
  layout.write();
  const auto image = ImageStore(dir / "store").resolve("oci:" + layout.path());
  ASSERT_TRUE(image) << image.error().what;
  ASSERT_EQ(image->layers.paths.size(), 3U);
  const auto copied = copy_layers(image->layers.paths, dir / "copy", 100'000);
  ASSERT_TRUE(copied) << copied.error().what;
  const std::string overlay = describe_overlay(*image, dir);
  EXPECT_EQ(describe(dir / "copy", 100'000), overlay);
  for (const char* line : {"/d/gone 33188 0:0 1 3 1", "/o/new 33188 0:0 1 2 1", "/again/new 33188 0:0 1 2 1"})
    EXPECT_NE(overlay.find(line), std::string::npos) << line << " is not in\n" << overlay;
  for (const char* absent : {"/o/old", "/again/old", "/dir", "/keep/a ", "/nothing"})
    EXPECT_EQ(overlay.find(absent), std::string::npos) << absent << " shows in\n" << overlay;
}

}  // namespace
}  // namespace podrun::image::testing
