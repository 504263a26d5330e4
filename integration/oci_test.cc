// OCI image layouts: ours made by hand, good and evil, and one that umoci wrote.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "integration/rootfs.h"
#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int kInvalid = 2, kNotFound = 3, kCorrupt = 9;

class OciTest : public PodrunTest {
 protected:
  std::string layout() const { return dir() + "/layout"; }
  std::string base_layer() const { return tar_of(rootfs(), dir() + "/base.tar"); }

  Json of_image(const std::string& tag = "latest",
                const std::vector<std::string>& command = {"/bin/payload", "sleep"}) const {
    Json main{{"name", "main"}, {"image", "oci:" + layout() + ":" + tag}};
    if (!command.empty()) main["command"] = command;
    return pod("web", {main});
  }
  // A layer of what a shell script makes in an empty directory.
  std::string layer(const std::string& name, const std::string& script, const std::string& tar_options = "") const {
    const std::string work = dir() + "/" + name;
    const std::string archive = dir() + "/" + name + ".tar";
    const Output made = run({"sh", "-ec",
                             "mkdir -p " + work + "; cd " + work + "; " + script + "; tar --numeric-owner " +
                                 tar_options + " -cf " + archive + " *"});
    EXPECT_EQ(made.status, 0) << made.err;
    return archive;
  }
  void expect_refusal(int status, const std::string& word) const {
    const Output output = create(of_image());
    EXPECT_EQ(output.status, status);
    EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
    EXPECT_THAT(output.err, HasSubstr(word));
  }
};

TEST_F(OciTest, RunsWhatTheConfigSays) {
  make_oci_layout(
      layout(), "latest", {{base_layer()}},
      R"({"Entrypoint":["/bin/payload"],"Cmd":["report"],"Env":["COLOUR=blue"],"WorkingDir":"/etc","User":"tester"})");
  ASSERT_TRUE(must_create(of_image("latest", {})));
  ASSERT_TRUE(eventually([&] { return value_of(logs("web", "main"), "uid") == "1000"; })) << logs("web", "main");
  const std::string report = logs("web", "main");
  EXPECT_EQ(value_of(report, "cwd"), "/etc");
  EXPECT_THAT(report, HasSubstr("env COLOUR=blue\n"));
}

TEST_F(OciTest, PutsLayersOverEachOtherAndHonoursWhiteouts) {
  if (!can_run({need::busybox()})) return;
  make_oci_layout(layout(), "latest",
                  {{base_layer()},
                   {layer("one", "mkdir d e; echo 1 > d/kept; echo 1 > d/gone; echo 1 > e/old")},
                   {layer("two", "mkdir d e; touch d/.wh.gone e/.wh..wh..opq; echo 2 > d/kept; echo 2 > e/new")}});
  ASSERT_TRUE(must_create(of_image()));
  EXPECT_EQ(exec("web", {"sh", "-c", "ls /d /e; cat /d/kept"}).out, "/d:\nkept\n\n/e:\nnew\n2\n");
}

TEST_F(OciTest, UnpacksALayerOnceAndKeepsItForTheNextPod) {
  make_oci_layout(layout(), "latest", {{base_layer()}});
  ASSERT_TRUE(must_create(of_image()));
  const auto layers = [&] { return run({"sh", "-c", "ls -i " + data_dir() + "/images/layers"}).out; };
  const std::string before = layers();
  EXPECT_EQ(lines_of(before).size(), 1U) << before;
  Json second = of_image();
  second["metadata"]["name"] = "second";
  ASSERT_TRUE(must_create(second));
  EXPECT_EQ(layers(), before);
}

TEST_F(OciTest, RunsWhatUmociWrote) {
  if (!can_run({need::program("umoci")})) return;
  const Output made =
      run({"sh", "-ec",
           "umoci init --layout " + layout() + "; umoci new --image " + layout() + ":latest; umoci insert --image " +
               layout() + ":latest " + rootfs() + " /; umoci config --image " + layout() +
               ":latest --config.cmd /bin/payload --config.cmd sleep"});
  ASSERT_EQ(made.status, 0) << made.err;
  ASSERT_TRUE(must_create(of_image("latest", {})));
  EXPECT_EQ(exec("web", {"/bin/payload", "exit", "3"}).status, 3);
}

TEST_F(OciTest, NamesATagThatIsNotThere) {
  make_oci_layout(layout(), "1.0", {{base_layer()}});
  expect_refusal(kNotFound, "latest");
}

TEST_F(OciTest, RefusesALayerWhoseBytesAreOthers) {
  make_oci_layout(layout(), "latest", {{base_layer()}});
  fs::path largest;
  for (const auto& blob : fs::directory_iterator(layout() + "/blobs/sha256"))
    if (largest.empty() || fs::file_size(blob.path()) > fs::file_size(largest)) largest = blob.path();
  std::fstream file(largest, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(fs::file_size(largest) / 2));
  file << "corrupt";
  file.close();
  expect_refusal(kCorrupt, largest.filename().string());
}

TEST_F(OciTest, RefusesALayerOfAnotherDiffId) {
  make_oci_layout(layout(), "latest",
                  {{base_layer(), "application/vnd.oci.image.layer.v1.tar", "sha256:" + std::string(64, '0')}});
  expect_refusal(kCorrupt, "sha256:");
}

TEST_F(OciTest, RefusesAMediaTypeItDoesNotKnow) {
  make_oci_layout(layout(), "latest", {{base_layer(), "application/x-cpio"}});
  expect_refusal(6, "application/x-cpio");
}

// What climbs out is refused, or stays inside: nothing appears outside, and nothing half-unpacked is kept.
class EvilLayerTest : public OciTest {
 protected:
  void expect_contained(const std::string& archive) {
    const std::string outside = dir() + "/outside";
    run({"mkdir", "-p", outside});
    make_oci_layout(layout(), "latest", {{base_layer()}, {archive}});
    const Output output = create(of_image());
    if (output.status != 0) {
      EXPECT_EQ(output.status, kCorrupt) << output.err;
      EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
    }
    EXPECT_EQ(run({"find", outside, "-mindepth", "1"}).out, "");
    EXPECT_FALSE(fs::exists("/tmp/escaped"));
    EXPECT_EQ(run({"sh", "-c", "ls -A " + data_dir() + "/images/tmp 2>/dev/null"}).out, "");
  }
};

TEST_F(EvilLayerTest, ANameThatClimbs) {
  expect_contained(layer("evil", "echo x > escaped", "-P --transform 's,^,../../../../../../../../tmp/,'"));
}
TEST_F(EvilLayerTest, AnAbsoluteName) {
  expect_contained(layer("evil", "echo x > escaped", "-P --transform 's,^,/tmp/,'"));
}
TEST_F(EvilLayerTest, AFileBehindALinkThatLeadsOut) {
  // The link comes first, then a file whose name goes through it.
  const std::string archive = layer("evil", "ln -s " + dir() + "/outside a");
  run({"sh", "-ec",
       "mkdir -p " + dir() + "/more/a; echo x > " + dir() + "/more/a/escaped; tar -C " + dir() + "/more -rf " +
           archive + " a/escaped"});
  expect_contained(archive);
}
TEST_F(EvilLayerTest, AHardLinkToTheHostsFile) {
  const std::string secret = dir() + "/secret";
  std::ofstream(secret) << "secret";
  expect_contained(layer("evil", "echo x > first; ln first second", "-P --transform 's,^first," + secret + ",h'"));
  EXPECT_NE(exec("web", {"cat", "/second"}).out, "secret");
}
TEST_F(EvilLayerTest, ADeviceNode) {
  const std::string archive = layer("evil", "mkdir d; mknod d/kmem c 1 1; mknod d/disk b 254 0; mknod d/null c 1 3");
  make_oci_layout(layout(), "latest", {{base_layer()}, {archive}});
  if (create(of_image()).status != 0) return;
  EXPECT_EQ(run({"find", data_dir() + "/images", "-type", "c", "-o", "-type", "b"}).out, "");
  EXPECT_NE(exec("web", {"cat", "/d/kmem"}).status, 0);
}

TEST_F(EvilLayerTest, AReferenceThatClimbsOutOfTheStore) {
  make_oci_layout(layout(), "latest", {{base_layer()}});
  std::ifstream in(layout() + "/index.json");
  std::string index((std::istreambuf_iterator<char>(in)), {});
  const std::size_t at = index.find("sha256:");
  index.replace(at, 7 + 64, "sha256:../../../../../../etc/passwd");
  std::ofstream(layout() + "/index.json") << index;
  const Output output = create(of_image());
  EXPECT_TRUE(output.status == kInvalid || output.status == kCorrupt) << output.status << output.err;
}

}  // namespace
}  // namespace integration
