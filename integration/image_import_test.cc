// podrun image import: layouts, archives of every kind, and what is wrong with them.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "integration/image_test_host.h"
#include "integration/rootfs.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kInvalid = 2, kCorrupt = 9;

class ImageImportTest : public ImageTest {
 protected:
  std::string archive() const { return dir() + "/archive.tar"; }
  std::string sh(const std::string& script) const {
    const Output done = run({"sh", "-ec", "cd " + dir() + "; " + script});
    EXPECT_EQ(done.status, 0) << done.err;
    return done.out;
  }
  // As `docker save` has written it for ten years; a layer that two images share is a link.
  void make_docker_archive() const {
    make_image("docker");
    sh("rm -rf saved; mkdir -p saved/one saved/two; cp base.tar saved/one/layer.tar; cp edition.tar "
       "saved/two/layer.tar;"
       "mkdir saved/three; ln -s ../one/layer.tar saved/three/layer.tar");
    const auto diff_id = [&](const std::string& tar) { return "sha256:" + sha256_of(dir() + "/" + tar); };
    const Json rootfs{{"type", "layers"}, {"diff_ids", {diff_id("base.tar"), diff_id("edition.tar")}}};
    const Json config{{"architecture", "amd64"},
                      {"os", "linux"},
                      {"config", {{"Cmd", {"/bin/payload", "sleep"}}}},
                      {"rootfs", rootfs}};
    std::ofstream(dir() + "/saved/config.json") << config.dump();
    std::ofstream(dir() + "/saved/manifest.json") << Json::array({{{"Config", "config.json"},
                                                                   {"RepoTags", {"app:1", "example.com/app:2"}},
                                                                   {"Layers", {"three/layer.tar", "two/layer.tar"}}}})
                                                         .dump();
  }
  void expect_pod_of(const std::string& reference, const std::string& wanted) {
    ASSERT_TRUE(must_create(of_image(reference, "Never")));
    EXPECT_EQ(edition("web"), wanted);
    remove("web");
  }
  void expect_refusal(int status, const std::string& word, const std::string& name = "app") {
    const Output done = image({"import", archive(), name});
    EXPECT_EQ(done.status, status) << done.err;
    EXPECT_THAT(done.err, HasSubstr(word));
    EXPECT_EQ(lines_of(done.err).size(), 1U) << done.err;
    EXPECT_THAT(names(), ElementsAre());
    EXPECT_EQ(left_in_tmp(), "");
    EXPECT_EQ(layers(), 0U);
  }
};

TEST_F(ImageImportTest, AnOciLayout) {
  make_image("layout");
  const Output done = image({"import", layout(), "app:1"});
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_EQ(done.out, "Imported: docker.io/library/app:1\n");
  run({"rm", "-rf", layout()});
  expect_pod_of("app:1", "layout");
}

TEST_F(ImageImportTest, AnArchiveOfALayoutPlainAndCompressed) {
  if (!can_run({need::program("zstd")})) return;
  make_image("archive");
  sh("tar -C layout -cf archive.tar .");
  ASSERT_EQ(image({"import", archive(), "app:plain"}).status, 0);
  sh("gzip -kf archive.tar; zstd -qkf archive.tar");
  ASSERT_EQ(image({"import", archive() + ".gz", "app:gzip"}).status, 0);
  ASSERT_EQ(image({"import", archive() + ".zst", "app:zstd"}).status, 0);
  EXPECT_EQ(lines_of(image({"list", "-q"}).out).size(), 1U) << "one image, three names";
  expect_pod_of("app:zstd", "archive");
}

TEST_F(ImageImportTest, WhatDockerSaveWrote) {
  make_docker_archive();
  sh("tar -C saved -cf archive.tar one two three config.json manifest.json");
  ASSERT_EQ(image({"import", archive()}).status, 0);
  EXPECT_THAT(names(), ElementsAre("docker.io/library/app:1", "example.com/app:2"));
  expect_pod_of("example.com/app:2", "docker");
}

TEST_F(ImageImportTest, FromStdin) {
  make_docker_archive();
  sh("tar -C saved -czf archive.tar one two three config.json manifest.json");
  std::ifstream in(archive(), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const Output done = image({"import", "-q", "-"}, bytes);
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("sha256:"));
  expect_pod_of("app:1", "docker");
  EXPECT_EQ(left_in_tmp(), "");
}

TEST_F(ImageImportTest, TheTarOfARootFilesystem) {
  if (!can_run({need::program("zstd")})) return;
  make_image("none");
  sh("echo -n tar > rootfs/etc/edition; tar -C rootfs -cf archive.tar .; zstd -qf archive.tar");
  ASSERT_EQ(image({"import", archive() + ".zst", "root"}).status, 0);
  Json web = of_image("root");  // :latest, and yet no registry is asked: it came from a file
  web["spec"]["containers"][0]["command"] = {"/bin/payload", "sleep"};
  ASSERT_TRUE(must_create(web));
  EXPECT_EQ(edition("web"), "tar");
}

TEST_F(ImageImportTest, WhatPodmanAndUmociWriteIsReadWithTheNamesInIt) {
  if (!can_run({need::program("skopeo")})) return;
  make_image("skopeo");
  const Output docker =
      run({"skopeo", "copy", "oci:" + layout() + ":latest", "docker-archive:" + archive() + ":app:3"});
  ASSERT_EQ(docker.status, 0) << docker.err;
  ASSERT_EQ(image({"import", archive()}).status, 0);
  const Output oci =
      run({"skopeo", "copy", "oci:" + layout() + ":latest", "oci-archive:" + dir() + "/oci.tar:example.com/app:4"});
  ASSERT_EQ(oci.status, 0) << oci.err;
  ASSERT_EQ(image({"import", dir() + "/oci.tar"}).status, 0);
  EXPECT_THAT(names(), ElementsAre("docker.io/library/app:3", "example.com/app:4"));
  expect_pod_of("app:3", "skopeo");
  expect_pod_of("example.com/app:4", "skopeo");
}

TEST_F(ImageImportTest, WithoutANameItIsRefusedBeforeAnythingIsUnpacked) {
  make_image("x");
  const Output done = image({"import", layout()});
  EXPECT_EQ(done.status, kInvalid);
  EXPECT_THAT(done.err, HasSubstr("brings no name"));
  EXPECT_EQ(layers(), 0U);
}

TEST_F(ImageImportTest, WhatIsNoImage) {
  std::ofstream(archive()) << "no tar at all, whatever it is called";
  expect_refusal(kInvalid, "expected a tar");
  EXPECT_EQ(image({"import", dir() + "/missing", "a"}).status, 3);
  EXPECT_EQ(image({"import", rootfs(), "a"}).status, kInvalid);
}

TEST_F(ImageImportTest, AnArchiveThatIsCutShort) {
  make_docker_archive();
  sh("tar -C saved -cf archive.tar manifest.json config.json one two three; truncate -s 100000 archive.tar");
  expect_refusal(kCorrupt, "archive.tar");
}

TEST_F(ImageImportTest, ALayerThatIsNotThere) {
  make_docker_archive();
  sh("tar -C saved -cf archive.tar manifest.json config.json one three");
  expect_refusal(kCorrupt, "two/layer.tar");
}

TEST_F(ImageImportTest, ALayerOfOtherContentThanTheConfigSays) {
  make_docker_archive();
  sh("cp saved/one/layer.tar saved/two/layer.tar; tar -C saved -cf archive.tar manifest.json config.json one two "
     "three");
  expect_refusal(kCorrupt, "sha256:");
}

TEST_F(ImageImportTest, LinksInCirclesLeadNowhere) {
  make_docker_archive();
  sh("rm saved/two/layer.tar; ln -s ../three/layer.tar saved/two/layer.tar; ln -sf ../two/layer.tar "
     "saved/three/layer.tar;"
     "tar -C saved -cf archive.tar manifest.json config.json one two three");
  expect_refusal(kCorrupt, "not in the archive");
}

// The members that matter are written to places of ours, whatever they are called.
TEST_F(ImageImportTest, NamesThatClimbLeadNowhere) {
  make_docker_archive();
  sh("mkdir -p outside; echo evil > saved/evil;"
     "tar -C saved -cf archive.tar -P --transform 's,^evil,../../../../../../" +
     dir() +
     "/outside/evil,' evil;"
     "sed -i 's,three/layer.tar,../../../../../..'" +
     dir() +
     "'/outside/evil,' saved/manifest.json;"
     "tar -C saved -rf archive.tar manifest.json config.json one two three");
  expect_refusal(kCorrupt, "not in the archive");
  EXPECT_TRUE(fs::is_empty(dir() + "/outside"));
}

TEST_F(ImageImportTest, ABlobOfALayoutWhoseBytesAreOthers) {
  make_image("x");
  sh("largest=$(ls -S layout/blobs/sha256 | head -1); printf corrupt | dd of=layout/blobs/sha256/$largest conv=notrunc "
     "seek=5000 bs=1;"
     "tar -C layout -cf archive.tar .");
  expect_refusal(kCorrupt, "sha256:");
}

}  // namespace
}  // namespace integration
