// Volumes that stay: persistentVolumeClaims, and `podrun volume`.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "integration/volumes_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class ClaimsTest : public VolumesHost {
 protected:
  static Json claiming(const std::string& pod = "web") {
    Json manifest = with_volume({{"persistentVolumeClaim", {{"claimName", "data"}}}});
    manifest["metadata"]["name"] = pod;
    return manifest;
  }
  std::string claim_dir() const { return data_dir() + "/volumes/default/data"; }
};

TEST_F(ClaimsTest, AVolumeOutlivesItsPodsAndGoesByHand) {
  remember_world();
  ASSERT_TRUE(must_create(claiming()));
  EXPECT_EQ(sh("echo kept > /v/file; chown 1000:1000 /v/file; stat -c %a /v"), "777");
  const Output listed = podrun({"volume", "list"});
  EXPECT_THAT(listed.out, testing::ContainsRegex("NAME +PODS +AGE\ndata +web +"));
  const Output busy = podrun({"volume", "rm", "data"});
  EXPECT_NE(busy.status, 0);
  EXPECT_THAT(busy.err, HasSubstr("volume 'data': pod 'web' has it"));
  ASSERT_EQ(remove("web").status, 0);
  struct stat info {};
  ASSERT_EQ(::stat((claim_dir() + "/file").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 1000U) << "as inside";
  ASSERT_EQ(::stat((data_dir() + "/volumes").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);

  ASSERT_TRUE(must_create(claiming()));
  EXPECT_EQ(sh("cat /v/file; stat -c %u /v/file"), "kept\n1000");
  ASSERT_EQ(remove("web").status, 0);
  const Json known = Json::parse(podrun({"volume", "inspect", "data"}).out, nullptr, false);
  ASSERT_FALSE(known.is_discarded());
  EXPECT_EQ(known.at(0).at("path"), claim_dir());
  EXPECT_EQ(known.at(0).at("pods"), Json::array());
  EXPECT_EQ(podrun({"volume", "rm", "data"}).out, "volume/data removed\n");
  EXPECT_FALSE(fs::exists(claim_dir()));
  EXPECT_THAT(podrun({"volume", "rm", "data"}).err, HasSubstr("volume \"data\" not found in namespace \"default\""));
  EXPECT_THAT(podrun({"volume", "list"}).err, HasSubstr("No volumes found"));
  fs::remove(data_dir() + "/volumes");
  expect_world_unchanged();
}

TEST_F(ClaimsTest, PodsWithIdsOfTheirOwnShareOne) {
  ASSERT_TRUE(must_create(claiming("web")));
  Json other = claiming("other");
  other["spec"]["containers"][0]["securityContext"] = {{"runAsUser", 1000}};
  ASSERT_TRUE(must_create(other));
  Json host = claiming("host");
  host["spec"]["hostUsers"] = true;
  ASSERT_TRUE(must_create(host));
  EXPECT_NE(id_base("web"), id_base("other"));
  EXPECT_EQ(exec("other", {"sh", "-c", "echo mine > /v/file"}).status, 0);
  EXPECT_EQ(sh("cat /v/file; stat -c %u /v/file"), "mine\n1000");
  EXPECT_EQ(exec("host", {"stat", "-c", "%u", "/v/file"}).out, "1000\n");
}

TEST_F(ClaimsTest, ARemovalThatWasCutShortIsFinished) {
  ASSERT_TRUE(must_create(claiming()));
  ASSERT_EQ(remove("web").status, 0);
  fs::create_directories(data_dir() + "/volumes/.gone-1/x");
  const Output recovered = podrun({"recover"});
  EXPECT_THAT(recovered.out, HasSubstr("removed what was left"));
  EXPECT_FALSE(fs::exists(data_dir() + "/volumes/.gone-1"));
  EXPECT_TRUE(fs::exists(claim_dir()));
}

TEST_F(ClaimsTest, NoneIsRemovedWhileAPodCannotBeRead) {
  ASSERT_TRUE(must_create(claiming()));
  std::ofstream("/run/podrun/pods/" + pod_id("web") + "/pod.json") << "{";
  const Output refused = podrun({"volume", "rm", "data"});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("cannot be read"));
  EXPECT_TRUE(fs::exists(claim_dir()));
}

TEST_F(ClaimsTest, AClaimMayBeReadOnly) {
  Json manifest = claiming();
  manifest["spec"]["volumes"][0]["persistentVolumeClaim"]["readOnly"] = true;
  for_both_users(manifest, [&] { EXPECT_THAT(sh("touch /v/x"), HasSubstr("Read-only file system")); });
}

TEST_F(ClaimsTest, TheGroupOfThePodMayWrite) {
  Json manifest = claiming();
  manifest["spec"]["securityContext"] = {{"fsGroup", 2000}};
  manifest["spec"]["volumes"].push_back({{"name", "e"}});
  manifest["spec"]["volumes"].push_back({{"name", "m"}, {"emptyDir", {{"medium", "Memory"}}}});
  Json& main = manifest["spec"]["containers"][0];
  main["securityContext"] = {{"runAsUser", 1000}, {"runAsGroup", 1000}};
  main["volumeMounts"].push_back({{"name", "e"}, {"mountPath", "/e"}});
  main["volumeMounts"].push_back({{"name", "m"}, {"mountPath", "/m"}});
  fs::create_directories(claim_dir() + "/deep");
  std::ofstream(claim_dir() + "/deep/file") << "x";
  ASSERT_EQ(::chmod((claim_dir() + "/deep/file").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("/etc/passwd", (claim_dir() + "/link").c_str()), 0);
  for_both_users(manifest, [&] {
    EXPECT_THAT(sh("id -G"), HasSubstr("2000"));
    EXPECT_EQ(sh("stat -c '%g %a' /v /v/deep /v/deep/file /e /m"),
              "2000 2775\n2000 2775\n2000 660\n2000 2777\n2000 2777");
    EXPECT_EQ(sh("echo y > /v/deep/file; touch /e/x /m/x; stat -c '%u %g' /e/x /m/x"), "1000 2000\n1000 2000");
  });
  struct stat info {};
  ASSERT_EQ(::stat("/etc/passwd", &info), 0);
  EXPECT_EQ(info.st_gid, 0U) << "no link is followed";

  manifest["spec"]["securityContext"]["fsGroupChangePolicy"] = "OnRootMismatch";
  ASSERT_EQ(::chmod((claim_dir() + "/deep/file").c_str(), 0600), 0);
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(sh("stat -c %a /v/deep/file"), "600") << "its root has the group";
}

TEST_F(ClaimsTest, AHostPathKeepsItsGroup) {
  Json manifest = with_volume({{"hostPath", {{"path", host_directory()}}}});
  manifest["spec"]["securityContext"] = {{"fsGroup", 2000}};
  for_both_users(manifest, [&] { EXPECT_EQ(sh("stat -c '%g %a' /v"), "0 755"); });
}

}  // namespace
}  // namespace integration
