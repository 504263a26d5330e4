// podrun image pull, and pods whose images are pulled: from Debian's docker-registry.
#include <gmock/gmock.h>
#include <sys/mount.h>

#include <filesystem>
#include <fstream>

#include "integration/image_test_host.h"
#include "integration/registry.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kNotFound = 3, kDenied = 5, kBusy = 7, kCorrupt = 9;
const std::vector<std::string> kPlain{"--network", "none", "--tls-verify=false"};

class ImagePullTest : public ImageTest {
 protected:
  void SetUp() override {
    ImageTest::SetUp();
    if (IsSkipped()) return;
    can_run({need::program("docker-registry"), need::program("skopeo"), need::program("openssl")});
  }
  void TearDown() override {
    run({"tc", "qdisc", "del", "dev", "lo", "root"});
    ImageTest::TearDown();
  }
  std::string store() const { return dir() + "/registry"; }
  static std::string name(const std::string& tag = "1") { return "127.0.0.1:5000/team/app:" + tag; }
  void push(const Registry& registry, const std::string& edition, const std::string& tag = "1",
            std::size_t noise = 0) const {
    make_image(edition, noise);
    EXPECT_EQ(registry.push(layout(), "latest", "team/app:" + tag), "");
  }
  Output pull(const std::string& tag = "1") const { return image({"pull", "--tls-verify=false", name(tag)}); }
  // Bytes on the wire last: 2 MB take a second.
  static bool slow_down() {
    return run({"tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", "16mbit", "burst", "256kb", "latency",
                "50ms"})
               .status == 0;
  }
};

TEST_F(ImagePullTest, ANameIsPulledListedAndRun) {
  Registry registry(store(), {});
  push(registry, "one");
  const Output pulled = pull();
  ASSERT_EQ(pulled.status, 0) << pulled.err;
  EXPECT_THAT(pulled.out, HasSubstr("sha256:"));
  EXPECT_EQ(pulled.err, "") << "progress is for terminals";
  EXPECT_THAT(names(), ElementsAre(name()));
  EXPECT_THAT(image({"list"}).out, HasSubstr("127.0.0.1:5000/team/app   1"));
  const Json inspected = Json::parse(image({"inspect", name()}).out);
  EXPECT_EQ(inspected[0]["Config"]["Cmd"], Json({"/bin/payload", "sleep"}));
  registry.stop();
  ASSERT_TRUE(must_create(of_image(name())));
  EXPECT_EQ(edition("web"), "one");
  EXPECT_EQ(left_in_tmp(), "");
}

TEST_F(ImagePullTest, CreatePullsWhatIsNotHereAsItsPolicySays) {
  Registry registry(store(), {});
  push(registry, "one");
  EXPECT_EQ(create(of_image(name(), "Never"), kPlain).status, kNotFound);
  ASSERT_TRUE(must_create(of_image(name()), kPlain));
  EXPECT_EQ(edition("web"), "one");
  remove("web");

  push(registry, "two");
  ASSERT_TRUE(must_create(of_image(name()), kPlain)) << "IfNotPresent";
  EXPECT_EQ(edition("web"), "one");
  remove("web");
  ASSERT_TRUE(must_create(of_image(name(), "Always"), kPlain));
  EXPECT_EQ(edition("web"), "two");
  remove("web");

  registry.stop();
  const Output always = create(of_image(name(), "Always"), kPlain);
  EXPECT_NE(always.status, 0);
  EXPECT_THAT(always.err, HasSubstr("connection refused"));
  EXPECT_EQ(phase("web"), "");
}

TEST_F(ImagePullTest, LatestIsAskedForAnewAndDoneWithoutWhereNobodyAnswers) {
  Registry registry(store(), {});
  push(registry, "one", "latest");
  ASSERT_TRUE(must_create(of_image(name("latest")), kPlain));
  remove("web");
  push(registry, "two", "latest");
  ASSERT_TRUE(must_create(of_image(name("latest")), kPlain));
  EXPECT_EQ(edition("web"), "two");
  remove("web");
  registry.stop();
  const Output without = create(of_image(name("latest")), kPlain);
  EXPECT_EQ(without.status, 0) << without.err;
  EXPECT_THAT(without.err, HasSubstr("warning"));
  EXPECT_EQ(edition("web"), "two");
}

TEST_F(ImagePullTest, TlsAndCredentials) {
  Registry registry(store(), {.tls = true, .password = true});
  push(registry, "secret");
  const std::string trust = "SSL_CERT_FILE=" + registry.ca();
  const auto pull_with = [&](std::vector<std::string> options, const std::string& in = "") {
    std::vector<std::string> words{"image", "pull", name()};
    words.insert(words.end(), options.begin(), options.end());
    Command command = podrun_command(words, in);
    command.environment.push_back(trust);
    return run(command);
  };
  const Output nobody = pull_with({});
  EXPECT_EQ(nobody.status, kDenied) << nobody.err;
  EXPECT_EQ(pull_with({"--creds", "-"}, "user:wrong").status, kDenied);
  EXPECT_THAT(image({"pull", name()}).err, HasSubstr("certificate"));
  EXPECT_THAT(names(), ElementsAre());
  EXPECT_EQ(pull_with({"--creds", "-"}, "user:secret\n").status, 0);
  ASSERT_EQ(image({"rm", name()}).status, 0);

  const std::string auth = R"({"auths":{"127.0.0.1:5000":{"auth":"dXNlcjpzZWNyZXQ="}}})";
  std::ofstream(dir() + "/auth.json") << auth;
  EXPECT_EQ(pull_with({"--authfile", dir() + "/auth.json"}).status, 0);
  ASSERT_EQ(image({"rm", name()}).status, 0);

  Json pod = of_image(name());
  pod["spec"]["imagePullSecrets"] = Json::array({{{"name", "login"}}});
  const Json secret{{"apiVersion", "v1"},
                    {"kind", "Secret"},
                    {"type", "kubernetes.io/dockerconfigjson"},
                    {"metadata", {{"name", "login"}}},
                    {"stringData", {{".dockerconfigjson", auth}}}};
  Command create = podrun_command({"create", "-f", "-", "--network", "none"}, secret.dump() + "\n---\n" + pod.dump());
  create.environment.push_back(trust);
  const Output made = run(create);
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(edition("web"), "secret");
  EXPECT_NE(run({"grep", "-r", "dXNlcjpzZWNyZXQ", data_dir(), "/run/podrun"}).status, 0) << "credentials are left";
}

TEST_F(ImagePullTest, WhatARegistryHasNot) {
  Registry registry(store(), {});
  const Output pulled = pull();
  EXPECT_EQ(pulled.status, kNotFound) << pulled.err;
  EXPECT_EQ(lines_of(pulled.err).size(), 1U) << pulled.err;
  EXPECT_THAT(image({"pull", name()}).err, HasSubstr("--tls-verify=false")) << "how to ask one without TLS";
}

TEST_F(ImagePullTest, WithoutSkopeoItSaysWhatToInstall) {
  Command command = podrun_command({"image", "pull", name()});
  command.environment.push_back("PATH=/nowhere");
  const Output pulled = run(command);
  EXPECT_EQ(pulled.status, 6);
  EXPECT_THAT(pulled.err, HasSubstr("apt install skopeo"));
}

TEST_F(ImagePullTest, KilledInTheMiddleItIsNeverHalfThereAndGoesOn) {
  Registry registry(store(), {});
  push(registry, "one", "1", 8'000'000);
  if (!slow_down()) GTEST_SKIP() << "needs a kernel with sch_tbf";
  const pid_t pulling =
      start(podrun_command({"image", "pull", "--tls-verify=false", name()}).argv, dir() + "/pull.log");
  const std::string blobs = data_dir() + "/images/blobs/sha256";
  ASSERT_TRUE(eventually([&] { return fs::exists(blobs) && !fs::is_empty(blobs); }, std::chrono::seconds(20)));
  ::kill(pulling, SIGKILL);
  EXPECT_EQ(wait_for(pulling), 128 + SIGKILL);
  EXPECT_TRUE(eventually([] { return run({"pgrep", "skopeo"}).status != 0; })) << "skopeo ends with podrun";
  EXPECT_THAT(names(), ElementsAre());
  EXPECT_EQ(layers(), 0U);
  run({"tc", "qdisc", "del", "dev", "lo", "root"});
  std::vector<std::string> whole;
  for (const auto& blob : fs::directory_iterator(blobs)) whole.push_back(blob.path().filename());
  const std::size_t asked_before = registry.log().size();
  ASSERT_EQ(pull().status, 0);
  const std::string asked = registry.log().substr(asked_before);
  for (const std::string& blob : whole)
    EXPECT_EQ(asked.find("GET /v2/team/app/blobs/sha256:" + blob), std::string::npos) << "fetched twice: " << blob;
  EXPECT_EQ(left_in_tmp(), "");
  ASSERT_TRUE(must_create(of_image(name())));
}

TEST_F(ImagePullTest, ASignalEndsItAndLeavesNothing) {
  Registry registry(store(), {});
  push(registry, "one", "1", 8'000'000);
  if (!slow_down()) GTEST_SKIP() << "needs a kernel with sch_tbf";
  const pid_t pulling =
      start(podrun_command({"image", "pull", "--tls-verify=false", name()}).argv, dir() + "/pull.log");
  ASSERT_TRUE(eventually([&] { return left_in_tmp() != ""; }));
  ::kill(pulling, SIGINT);
  EXPECT_EQ(wait_for(pulling), 128 + SIGINT);
  EXPECT_EQ(left_in_tmp(), "");
  EXPECT_THAT(names(), ElementsAre());
}

TEST_F(ImagePullTest, SeveralAtOnceAllSucceed) {
  Registry registry(store(), {});
  push(registry, "one", "1", 1'000'000);
  std::vector<pid_t> pulls;
  for (int i = 0; i < 4; ++i)
    pulls.push_back(start(podrun_command({"image", "pull", "--tls-verify=false", name()}).argv,
                          dir() + "/pull" + std::to_string(i)));
  for (const pid_t one : pulls) EXPECT_EQ(wait_for(one), 0);
  EXPECT_THAT(names(), ElementsAre(name()));
  EXPECT_EQ(layers(), 3U);
  EXPECT_EQ(left_in_tmp(), "");
}

TEST_F(ImagePullTest, ARegistryThatServesOtherBytes) {
  Registry registry(store(), {});
  push(registry, "one");
  fs::path largest;
  for (const auto& one : fs::recursive_directory_iterator(store() + "/data"))
    if (one.is_regular_file() && (largest.empty() || one.file_size() > fs::file_size(largest))) largest = one.path();
  std::fstream file(largest, std::ios::in | std::ios::out | std::ios::binary);
  ASSERT_TRUE(file.is_open()) << largest;
  file.seekp(5000);
  file << "other";
  file.close();
  const Output pulled = pull();
  EXPECT_EQ(pulled.status, kCorrupt) << pulled.err;
  EXPECT_THAT(names(), ElementsAre());
  EXPECT_FALSE(fs::exists(data_dir() + "/images/blobs/sha256/" + largest.parent_path().filename().string()));
  EXPECT_EQ(layers(), 0U);
}

TEST_F(ImagePullTest, OnAFullDiskNothingIsHalfThere) {
  Registry registry(store(), {});
  push(registry, "one", "1", 8'000'000);
  const std::string images = data_dir() + "/images";
  fs::create_directories(images);
  ASSERT_EQ(::mount("none", images.c_str(), "tmpfs", 0, "size=12m,mode=700"), 0);
  const Output pulled = pull();
  EXPECT_NE(pulled.status, 0);
  EXPECT_EQ(lines_of(pulled.err).size(), 1U) << pulled.err;
  EXPECT_THAT(pulled.err, HasSubstr("pace left on device"));
  EXPECT_EQ(left_in_tmp(), "");
  EXPECT_EQ(layers(), 0U);
  EXPECT_THAT(names(), ElementsAre());
  ASSERT_EQ(::mount("none", images.c_str(), "tmpfs", MS_REMOUNT, "size=100m"), 0);
  EXPECT_EQ(pull().status, 0);
  EXPECT_THAT(names(), ElementsAre(name()));
  ::umount2(images.c_str(), MNT_DETACH);
}

TEST_F(ImagePullTest, WhatIsDamagedOnThisDiskIsFetchedAnew) {
  Registry registry(store(), {});
  push(registry, "one");
  ASSERT_EQ(pull().status, 0);
  run({"sh", "-ec",
       "cd " + data_dir() +
           "/images; rm -r layers names.json; f=blobs/sha256/$(ls -S blobs/sha256 | head -1); "
           "printf other | dd of=$f conv=notrunc seek=5000 bs=1"});
  EXPECT_EQ(pull().status, kCorrupt);
  EXPECT_EQ(pull().status, 0);
  ASSERT_TRUE(must_create(of_image(name())));
}

TEST_F(ImagePullTest, WhatAPodUsesStays) {
  Registry registry(store(), {});
  push(registry, "one");
  ASSERT_TRUE(must_create(of_image(name()), kPlain));
  const Output refused = image({"rm", name()});
  EXPECT_EQ(refused.status, kBusy);
  EXPECT_THAT(refused.err, HasSubstr("pod default/web"));
  EXPECT_EQ(image({"prune", "-a"}).status, 0);
  EXPECT_THAT(names(), ElementsAre(name()));
  EXPECT_EQ(image({"rm", "--force", name()}).status, 0);
  EXPECT_THAT(names(), ElementsAre());
  EXPECT_EQ(edition("web"), "one");
  ASSERT_EQ(podrun({"restart", "web"}).status, 0);
  EXPECT_TRUE(eventually([&] { return edition("web") == "one"; })) << "its layers stay as long as it does";
  remove("web");
  EXPECT_EQ(image({"prune"}).status, 0);
  EXPECT_EQ(layers(), 0U);
  EXPECT_EQ(run({"sh", "-c", "find " + data_dir() + "/images/blobs -type f"}).out, "");
}

TEST_F(ImagePullTest, ANameThatMovesLeavesAnImageForPrune) {
  Registry registry(store(), {});
  push(registry, "one");
  ASSERT_EQ(pull().status, 0);
  push(registry, "two");
  ASSERT_EQ(pull().status, 0);
  EXPECT_THAT(image({"list"}).out, HasSubstr("<none>"));
  EXPECT_EQ(layers(), 3U) << "they share one";
  EXPECT_THAT(image({"prune"}).out, HasSubstr("Deleted: sha256:"));
  EXPECT_EQ(layers(), 2U);
  ASSERT_TRUE(must_create(of_image(name())));
  EXPECT_EQ(edition("web"), "two");
}

// Whoever wins, a pod that was made has its files.
TEST_F(ImagePullTest, RemovedBesideCreates) {
  Registry registry(store(), {});
  push(registry, "one");
  for (int round = 0; round < 5; ++round) {
    const pid_t removing = start(podrun_command({"image", "rm", "--force", name()}).argv, dir() + "/rm");
    const Output made = create(of_image(name()), kPlain);
    wait_for(removing);
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_EQ(edition("web"), "one");
    remove("web");
  }
}

}  // namespace
}  // namespace integration
