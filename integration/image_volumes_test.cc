// Volumes that are images, and directories that an image says it keeps data in (VOLUME).
#include <gmock/gmock.h>

#include <csignal>

#include "integration/rootfs.h"
#include "integration/volumes_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class ImageVolumesTest : public VolumesHost {
 protected:
  std::string layout() const { return dir() + "/layout"; }
  // A layer of what a shell script makes in an empty directory.
  std::string layer(const std::string& name, const std::string& script) const {
    const std::string work = dir() + "/" + name;
    const Output made = run({"sh", "-ec", "mkdir -p " + work + "; cd " + work + "; " + script});
    EXPECT_EQ(made.status, 0) << made.err;
    return tar_of(work, work + ".tar");
  }
  // Two layers, the upper of which takes a file away.
  std::string tools() const {
    make_oci_layout(
        layout(), "latest",
        {{layer("one", "mkdir -p bin lib/deep; echo 1 > kept; echo 1 > gone; echo deep > lib/deep/file; cp " +
                           rootfs() + "/bin/payload bin; ln -s lib link; ln -s /../../etc out")},
         {layer("two", "touch .wh.gone; echo 2 > new")}});
    return "oci:" + layout();
  }
  static Json of_image(const std::string& reference) { return with_volume({{"image", {{"reference", reference}}}}); }
};

TEST_F(ImageVolumesTest, ShowTheImageAndNothingInItIsWrittenOrRun) {
  for_both_users(of_image(tools()), [&] {
    EXPECT_EQ(sh("cat /v/kept /v/new /v/lib/deep/file; ls /v/gone"),
              "1\n2\ndeep\nls: /v/gone: No such file or directory");
    EXPECT_THAT(sh("echo x > /v/kept"), HasSubstr("Read-only file system"));
    EXPECT_THAT(sh("/v/bin/payload exit 0"), HasSubstr("Permission denied"));
    EXPECT_EQ(sh("stat -c %u:%g /v/kept"), "0:0");
  });
}

TEST_F(ImageVolumesTest, ADirectoryIsAnImageToo) {
  for_both_users(of_image("rootfs:" + host_directory()), [&] {
    EXPECT_EQ(sh("cat /v/file"), "hello");
    EXPECT_THAT(sh("touch /v/x"), HasSubstr("Read-only file system"));
  });
  EXPECT_FALSE(fs::exists(host_directory() + "/x"));
}

TEST_F(ImageVolumesTest, APartOfItByASubPathThatLeadsNowhereElse) {
  Json manifest = of_image(tools());
  Json& mounts = manifest["spec"]["containers"][0]["volumeMounts"];
  mounts = {{{"name", "v"}, {"mountPath", "/v"}, {"subPath", "lib/deep"}},
            {{"name", "v"}, {"mountPath", "/w"}, {"subPath", "link"}},
            {{"name", "v"}, {"mountPath", "/f"}, {"subPath", "kept"}}};
  for_both_users(manifest, [&] {
    EXPECT_EQ(sh("cat /v/file /w/deep/file /f"), "deep\ndeep\n1");
    EXPECT_THAT(sh("touch /v/x"), HasSubstr("Read-only file system"));
  });
  for (const char* none : {"missing", "out"}) {
    mounts = {{{"name", "v"}, {"mountPath", "/v"}, {"subPath", none}}};
    const Output refused = create(manifest);
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.err, HasSubstr(std::string("volume 'v': find subPath '") + none + "'"));
    EXPECT_EQ(lines_of(refused.err).size(), 1U) << refused.err;
  }
}

TEST_F(ImageVolumesTest, StayOverRestartsAndGoWithThePod) {
  const std::string reference = tools();
  remember_world();
  Json manifest = of_image(reference);
  Json again = main_mount(manifest);
  again["mountPath"] = "/again";
  manifest["spec"]["containers"][0]["volumeMounts"].push_back(again);
  ASSERT_TRUE(must_create(manifest));
  ASSERT_EQ(podrun({"restart", "web"}).status, 0);
  EXPECT_EQ(sh("cat /v/new /again/new"), "2\n2");
  ASSERT_EQ(podrun({"stop", "web"}).status, 0);
  ASSERT_EQ(podrun({"start", "web"}).status, 0);
  EXPECT_EQ(sh("cat /v/new /again/new"), "2\n2");
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(ImageVolumesTest, AnImageIsKeptWhileAPodHasIt) {
  static_cast<void>(tools());
  ASSERT_EQ(podrun({"image", "import", layout(), "tools:1"}).status, 0);
  ASSERT_TRUE(must_create(of_image("tools:1")));
  const Output refused = podrun({"image", "rm", "tools:1"});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("is used by pod default/web"));
  EXPECT_EQ(podrun({"image", "rm", "--force", "tools:1"}).status, 0);
  EXPECT_EQ(podrun({"image", "prune", "--all"}).status, 0);
  ASSERT_EQ(podrun({"restart", "web"}).status, 0);
  EXPECT_EQ(sh("cat /v/new"), "2");
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_EQ(podrun({"image", "prune", "--all"}).status, 0);
  const Output gone = create(of_image("tools:1"));
  EXPECT_NE(gone.status, 0);
  EXPECT_THAT(gone.err, HasSubstr("volume 'v': "));
}

class DataOfImagesTest : public ImageVolumesTest {
 protected:
  // As databases' images are: a user of their own, whose data they keep in a directory of theirs.
  Json database(const std::string& volumes) const {
    make_oci_layout(layout(), "latest",
                    {{tar_of(rootfs(), dir() + "/base.tar")},
                     {layer("data",
                            "mkdir -p srv/data; echo given > srv/data/given; chown -R 1000:1000 srv/data; chmod 700 "
                            "srv/data; ln -s /proc/sys kernel; echo text > srv/file")}},
                    R"({"Cmd":["/bin/payload","sleep"],"User":"tester","Volumes":)" + volumes + "}");
    Json main{{"name", "main"}, {"image", "oci:" + layout()}};
    main["securityContext"] = {{"readOnlyRootFilesystem", true}};
    return pod("web", {main});
  }
};

TEST_F(DataOfImagesTest, CanBeWrittenWhereTheRootCannot) {
  for_both_users(database(R"({"/srv/data":{},"/srv/file":{},"/var/made/":{},"/proc":{},"/":{}})"), [&] {
    EXPECT_EQ(sh("cat /srv/data/given; echo mine > /srv/data/mine; cat /srv/data/mine"), "given\nmine");
    EXPECT_EQ(sh("stat -c %u:%a /srv/data; test -d /var/made && echo made; cat /srv/file"), "1000:700\nmade\ntext");
    EXPECT_THAT(sh("touch /tmp/x"), HasSubstr("Read-only file system"));
    EXPECT_EQ(podrun({"restart", "web"}).status, 0);
    EXPECT_EQ(sh("cat /srv/data/mine"), "mine") << "a person has started it again";
  });
}

TEST_F(DataOfImagesTest, GoesWithTheAttemptThatWroteIt) {
  Json manifest = database(R"({"/srv/data":{}})");
  manifest["spec"]["restartPolicy"] = "Always";
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(sh("echo mine > /srv/data/mine"), "");
  ::kill(container_pid("web", "main"), SIGKILL);
  ASSERT_TRUE(eventually([&] { return sh("ls /srv/data") == "given"; })) << sh("ls /srv/data");
}

TEST_F(DataOfImagesTest, AVolumeOfThePodsGoesBefore) {
  Json manifest = database(R"({"/srv/data":{}})");
  manifest["spec"]["volumes"] = {{{"name", "v"}, {"emptyDir", Json::object()}}};
  manifest["spec"]["containers"][0]["volumeMounts"] = {{{"name", "v"}, {"mountPath", "/srv/data"}}};
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(sh("ls /srv/data; echo x > /srv/data/x"), "");
  EXPECT_TRUE(fs::exists(volume_dir() + "/x"));
}

TEST_F(DataOfImagesTest, NeverIsTheKernels) {
  const Output refused = create(database(R"({"/kernel":{}})"));
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("mount at '/kernel': it leads into /proc"));
}

}  // namespace
}  // namespace integration
