// Volumes in memory, and volumes of files.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "integration/volumes_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class VolumeKindsTest : public VolumesHost {
 protected:
  // A pod with a volume of this source, and a ConfigMap and a Secret beside it.
  static Json set(const Json& source) {
    return {{"apiVersion", "v1"},
            {"kind", "List"},
            {"items",
             {with_volume(source),
              {{"apiVersion", "v1"},
               {"kind", "ConfigMap"},
               {"metadata", {{"name", "conf"}}},
               {"data", {{"run.sh", "#!/bin/sh\necho ran\n"}, {"text", "hello\n"}}}},
              {{"apiVersion", "v1"},
               {"kind", "Secret"},
               {"metadata", {{"name", "key"}}},
               {"stringData", {{"password", "hidden"}}}}}}};
  }
  void make(const Json& source, bool host_users) const {
    Json list = set(source);
    list["items"][0]["spec"]["hostUsers"] = host_users;
    list["items"][0]["spec"]["containers"][0]["image"] = "rootfs:" + rootfs();
    const Output output = podrun({"create", "-f", "-", "--network", "none"}, list.dump());
    EXPECT_EQ(output.status, 0) << output.err;
  }
  void for_both(const Json& source, const std::function<void()>& check) const {
    for (const bool host_users : {false, true}) {
      SCOPED_TRACE(host_users);
      make(source, host_users);
      check();
      EXPECT_EQ(remove("web").status, 0);
    }
  }
};

TEST_F(VolumeKindsTest, AConfigMapIsReadOnlyFilesThatMayBeRun) {
  for_both({{"configMap", {{"name", "conf"}, {"defaultMode", 0755}}}}, [&] {
    EXPECT_EQ(sh("/v/run.sh; cat /v/text; ls /v; stat -c '%u %g %a' /v /v/text"),
              "ran\nhello\nrun.sh\ntext\n0 0 755\n0 0 755");
    EXPECT_THAT(sh("echo x > /v/text"), HasSubstr("Read-only file system"));
    EXPECT_THAT(sh("touch /v/new"), HasSubstr("Read-only file system"));
  });
}

TEST_F(VolumeKindsTest, AFileMayBelongToAUser) {
  const Json items = {{{"key", "text"}, {"path", "a/own"}, {"user", 7}}, {{"key", "text"}, {"path", "a/other"}}};
  for_both({{"configMap", {{"name", "conf"}, {"defaultMode", 0400}, {"defaultUser", 1000}, {"items", items}}}}, [&] {
    EXPECT_EQ(sh("cd /v/a; stat -c '%n %u %g %a' . other own"), ". 0 0 755\nother 1000 0 400\nown 7 0 400");
  });
}

TEST_F(VolumeKindsTest, OthersMayBeMountedBelowFiles) {
  for (const bool host_users : {false, true}) {
    SCOPED_TRACE(host_users);
    Json list = set({{"configMap", {{"name", "conf"}}}});
    Json& spec = list["items"][0]["spec"];
    spec["hostUsers"] = host_users;
    spec["containers"][0]["image"] = "rootfs:" + rootfs();
    spec["volumes"].push_back({{"name", "below"}, {"secret", {{"secretName", "key"}}}});
    spec["volumes"].push_back({{"name", "own"}, {"emptyDir", Json::object()}});
    Json& mounts = spec["containers"][0]["volumeMounts"];
    mounts.push_back({{"name", "below"}, {"mountPath", "/v/deep/secrets"}});
    mounts.push_back({{"name", "own"}, {"mountPath", "/v/own"}});
    const Output made = podrun({"create", "-f", "-", "--network", "none"}, list.dump());
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_EQ(sh("cat /v/text /v/deep/secrets/password; echo; touch /v/own/new; ls /v; stat -c '%u %a' /v/deep"),
              "hello\nhidden\ndeep\nown\nrun.sh\ntext\n0 755");
    EXPECT_THAT(sh("touch /v/deep/new"), HasSubstr("Read-only file system"));
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(VolumeKindsTest, OneWithoutFilesIsAnEmptyDirectory) {
  for (const Json& source :
       {Json{{"secret", {{"secretName", "none"}, {"optional", true}}}},
        Json{{"configMap", {{"name", "none"}, {"optional", true}}}}, Json{{"downwardAPI", {{"items", Json::array()}}}},
        Json{{"projected", {{"sources", Json::array()}}}}})
    for_both(source, [&] { EXPECT_EQ(sh("ls -A /v; stat -c '%u %g %a' /v"), "0 0 755") << source.dump(); });
}

TEST_F(VolumeKindsTest, ASecretIsInNoRecordAndGoesWithThePod) {
  remember_world();
  make({{"secret", {{"secretName", "key"}, {"items", {{{"key", "password"}, {"path", "db/pw"}, {"mode", 0400}}}}}}},
       false);
  EXPECT_EQ(sh("cat /v/db/pw; stat -c ' %u %a' /v/db/pw"), "hidden 0 400");
  const std::string box = "/run/podrun/pods/" + pod_id("web");
  EXPECT_EQ(run({"grep", "-rl", "hidden", box + "/pod.json", box + "/containers", data_dir()}).out, "");
  struct stat info {};
  ASSERT_EQ(::stat((box + "/volumes").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
  ASSERT_EQ(podrun({"stop", "web"}).status, 0);
  ASSERT_EQ(podrun({"start", "web"}).status, 0);
  EXPECT_EQ(sh("cat /v/db/pw"), "hidden");
  ASSERT_EQ(remove("web").status, 0);
  EXPECT_FALSE(fs::exists(box));
  expect_world_unchanged();
}

TEST_F(VolumeKindsTest, OneFileOfAVolumeMayStandInADirectoryOfTheImage) {
  Json list = set({{"configMap", {{"name", "conf"}}}});
  Json& mount = list["items"][0]["spec"]["containers"][0]["volumeMounts"][0];
  mount["mountPath"] = "/etc/app.conf";
  mount["subPath"] = "text";
  list["items"][0]["spec"]["containers"][0]["image"] = "rootfs:" + rootfs();
  const Output output = podrun({"create", "-f", "-", "--network", "none"}, list.dump());
  ASSERT_EQ(output.status, 0) << output.err;
  EXPECT_EQ(sh("cat /etc/app.conf; ls /etc/passwd"), "hello\n/etc/passwd");
}

TEST_F(VolumeKindsTest, OfSeveralSourcesIsOneVolume) {
  for_both({{"projected",
             {{"sources",
               {{{"secret", {{"name", "key"}}}},
                {{"downwardAPI",
                  {{"items",
                    {{{"path", "name"}, {"fieldRef", {{"fieldPath", "metadata.name"}}}},
                     {{"path", "uid"}, {"fieldRef", {{"fieldPath", "metadata.uid"}}}}}}}}},
                {{"configMap", {{"name", "conf"}, {"items", {{{"key", "text"}, {"path", "a/b"}}}}}}}}}}}},
           [&] {
             EXPECT_EQ(sh("cat /v/password /v/a/b /v/name"), "hiddenhello\nweb");
             EXPECT_EQ(sh("wc -c < /v/uid"), "36") << "made up when the pod was planned";
           });
}

TEST_F(VolumeKindsTest, TheExampleRuns) {
  std::string text =
#include "volumes_example.h"
      ;
  const std::string image = "rootfs:/var/lib/podrun/demo/rootfs";
  for (std::size_t at = 0; (at = text.find(image)) != std::string::npos;)
    text.replace(at, image.size(), "rootfs:" + rootfs());
  for (int visits = 1; visits <= 2; ++visits) {
    const Output output = podrun({"create", "-f", "-", "--network", "none"}, text);
    ASSERT_EQ(output.status, 0) << output.err;
    EXPECT_TRUE(eventually([&] {
      return lines_of(logs("volumes", "main")).size() == static_cast<std::size_t>(visits);
    })) << logs("volumes", "main");
    EXPECT_EQ(remove("volumes").status, 0);
  }
}

TEST_F(VolumeKindsTest, MemoryIsSharedBoundedAndGoesWithAStop) {
  Json manifest = with_volume({{"emptyDir", {{"medium", "Memory"}, {"sizeLimit", "1Mi"}}}});
  Json beside = container("beside", {"/bin/payload", "sleep"});
  beside["volumeMounts"] = {{{"name", "v"}, {"mountPath", "/w"}, {"readOnly", true}},
                            {{"name", "v"}, {"mountPath", "/part"}, {"subPath", "some/part"}}};
  beside["securityContext"] = {{"runAsUser", 1000}};
  manifest["spec"]["containers"].push_back(beside);
  for_both_users(manifest, [&] {
    EXPECT_EQ(sh("stat -f -c %T /v; stat -c '%u %a' /v; echo hello > /v/file"), "tmpfs\n0 777");
    EXPECT_EQ(sh("cat /w/file; touch /part/mine && stat -c '%u %a' /part", "beside"), "hello\n0 777");
    EXPECT_THAT(sh("touch /w/x", "beside"), HasSubstr("Read-only file system"));
    EXPECT_THAT(sh("ls /v/some/part; dd if=/dev/zero of=/v/big bs=1k count=2000"),
                testing::AllOf(HasSubstr("mine"), HasSubstr("No space left")));
    EXPECT_EQ(podrun({"restart", "web", "-c", "main"}).status, 0);
    EXPECT_EQ(sh("cat /v/file"), "hello");
    EXPECT_EQ(podrun({"stop", "web"}).status, 0);
    EXPECT_EQ(podrun({"start", "web"}).status, 0);
    EXPECT_EQ(sh("ls -A /v"), "some") << "made anew for the subPath";
  });
}

}  // namespace
}  // namespace integration
