// `podrun cp`: files into a container that runs, and out of it. There is no tar in it.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <csignal>

#include "integration/cp_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class CpTest : public CpHost, public testing::WithParamInterface<bool> {
 protected:
  bool make_pod_of_users(const Json& of_container = Json::object()) {
    return make_pod({{"spec", {{"hostUsers", GetParam()}}}, {"container", of_container}});
  }
};

INSTANTIATE_TEST_SUITE_P(Users, CpTest, testing::Bool(),
                         [](const auto& users) { return users.param ? "OfTheHost" : "OfThePod"; });

TEST_P(CpTest, ATreeGoesInAndComesOut) {
  ASSERT_TRUE(make_pod_of_users());
  fs::create_directories(here("tree/sub"));
  write(here("tree/sub/file"), "words");
  write(here("tree/odd\nname\xff"), "odd");
  fs::create_symlink("/etc", here("tree/link"));
  ASSERT_EQ(::chmod(here("tree/sub/file").c_str(), 0640), 0);
  ASSERT_EQ(::chown(here("tree/sub/file").c_str(), 1234, 1234), 0);
  Output output = cp(here("tree"), "web:/tmp");
  EXPECT_EQ(output.status, 0);
  EXPECT_EQ(output.out + output.err, "");
  const std::string there = "/proc/" + std::to_string(container_pid("web", "main")) + "/root/tmp/tree/";
  EXPECT_EQ(text_of(there + "sub/file"), "words");
  struct stat info {};
  ASSERT_EQ(::stat((there + "sub/file").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, id_base("web")) << "its root's";
  EXPECT_EQ(info.st_gid, id_base("web"));
  EXPECT_EQ(info.st_mode & 07777U, 0640U);

  output = podrun({"-n", "default", "cp", "-c", "main", "default/web:/tmp/tree", here("back")});
  EXPECT_EQ(output.status, 0) << output.err;
  EXPECT_EQ(text_of(here("back/sub/file")), "words");
  EXPECT_EQ(text_of(here("back/odd\nname\xff")), "odd");
  EXPECT_EQ(fs::read_symlink(here("back/link")), "/etc");
  ASSERT_EQ(::stat(here("back/sub/file").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 0U) << "the caller's";
  EXPECT_EQ(info.st_mode & 07777U, 0640U);
}

// As /bin and /lib of most images are links: what lands there is in the directory, also where the link is an absolute
// one.
TEST_P(CpTest, LinksToDirectoriesInTheContainerAreGoneAlong) {
  ASSERT_TRUE(make_pod_of_users());
  for (const char* directory : {"/tmp/usr", "/tmp/usr/bin"})
    ASSERT_EQ(inside({"/bin/payload", "make-tree", directory, "1"}).status, 0);
  fs::create_directory(here("links"));
  fs::create_symlink("usr/bin", here("links/bin"));
  fs::create_symlink("/tmp/usr/bin", here("links/sbin"));
  fs::create_symlink(here("outside"), here("links/out"));
  ASSERT_EQ(cp(here("links/."), "web:/tmp").status, 0);
  fs::create_directories(here("outside"));
  for (const char* name : {"bin", "sbin", "out"}) {
    fs::create_directories(here("tree/" + std::string(name)));
    write(here("tree/" + std::string(name) + "/of-" + name), name);
  }
  fs::create_hard_link(here("tree/bin/of-bin"), here("tree/sbin/same"));
  EXPECT_NE(cp(here("tree/."), "web:/tmp").status, 0) << "a link of the container's that leads to nothing there";
  EXPECT_TRUE(fs::is_empty(here("outside"))) << "a path of the host means nothing in the container";
  fs::remove_all(here("tree/out"));
  const Output copied = cp(here("tree/."), "web:/tmp");
  EXPECT_EQ(copied.status, 0) << copied.err;
  const std::string there = "/proc/" + std::to_string(container_pid("web", "main")) + "/root/tmp/usr/bin/";
  EXPECT_EQ(text_of(there + "of-bin"), "bin");
  EXPECT_EQ(text_of(there + "of-sbin"), "sbin");
  struct stat one {
  }, other{};
  ASSERT_EQ(::stat((there + "of-bin").c_str(), &one), 0);
  ASSERT_EQ(::stat((there + "same").c_str(), &other), 0);
  EXPECT_EQ(one.st_ino, other.st_ino) << "two names of one file";
  // Out of the container nothing is: what stands here is the caller's.
  fs::create_directory(here("back"));
  fs::create_symlink(here("outside"), here("back/bin"));
  EXPECT_NE(cp("web:/tmp/usr/.", here("back")).status, 0);
  EXPECT_TRUE(fs::is_empty(here("outside")));
}

TEST_P(CpTest, PathsAreTheContainers) {
  ASSERT_TRUE(make_pod_of_users({{"workingDir", "/tmp"}}));
  ASSERT_EQ(inside({"/bin/payload", "make-tree", "/tmp/data", "2"}).status, 0);
  ASSERT_EQ(inside({"/bin/payload", "note", "/tmp/note", "relative"}).status, 0);
  EXPECT_EQ(cp("web:note", here("note")).status, 0);
  EXPECT_EQ(text_of(here("note")), "relative\n");
  EXPECT_EQ(cp("web:../../../../tmp/data/0/file", here("up")).status, 0) << "/ is above all";
  EXPECT_EQ(text_of(here("up")), "inside\n");
  fs::create_directory(here("there"));
  EXPECT_EQ(cp("web:/tmp/data", here("there")).status, 0);
  EXPECT_EQ(text_of(here("there/data/1/file")), "inside\n");
  EXPECT_EQ(cp("web:/tmp/data/.", here("there")).status, 0);
  EXPECT_EQ(text_of(here("there/0/file")), "inside\n");
}

// What a tmpfs or a volume holds below is copied too; what the kernel makes up is not.
TEST_P(CpTest, EntersMountsButNotTheKernels) {
  ASSERT_TRUE(
      make_pod({{"spec", {{"hostUsers", GetParam()}, {"volumes", {{{"name", "v"}, {"emptyDir", Json::object()}}}}}},
                {"container", {{"volumeMounts", {{{"name", "v"}, {"mountPath", "/tmp/volume"}}}}}}}));
  ASSERT_EQ(inside({"/bin/payload", "note", "/tmp/volume/note", "in it"}).status, 0);
  EXPECT_EQ(cp("web:/tmp", here("out")).status, 0);
  EXPECT_EQ(text_of(here("out/volume/note")), "in it\n");
  const Output all = cp("web:/", here("root"));
  EXPECT_EQ(all.status, 0) << all.err;
  EXPECT_TRUE(fs::exists(here("root/bin/payload")));
  EXPECT_TRUE(fs::exists(here("root/proc")) ? fs::is_empty(here("root/proc")) : true);
  EXPECT_THAT(all.err, HasSubstr("passed over"));
  EXPECT_EQ(cp(here("out"), "web:/tmp/volume").status, 0);
  EXPECT_EQ(inside({"/bin/payload", "exists", "/tmp/volume/out/volume/note"}).status, 0);
}

TEST_P(CpTest, AReadOnlyRootSaysSo) {
  ASSERT_TRUE(make_pod_of_users({{"securityContext", {{"readOnlyRootFilesystem", true}}}}));
  write(here("f"), "f");
  const Output output = cp(here("f"), "web:/etc/f");
  EXPECT_NE(output.status, 0);
  EXPECT_THAT(output.err, HasSubstr("cp: 'f': make file 'f': Read-only file system"));
  EXPECT_EQ(lines_of(output.err).size(), 1U);
}

// 200 MB, in a container that may have 40 MiB, and with as little on our side.
TEST_P(CpTest, ABigFileTakesNoMemory) {
  ASSERT_TRUE(make_pod_of_users({{"resources", {{"limits", {{"memory", "40Mi"}}}}}}));
  ASSERT_EQ(inside({"/bin/payload", "make-file", "/big", "200"}).status, 0);
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"web:/big", here("big")}, {here("big"), "web:/again"}}) {
    const pid_t pid = start(podrun_command({"cp", from, to}).argv, here("log"));
    int status = 0;
    rusage usage{};
    ASSERT_EQ(::wait4(pid, &status, 0, &usage), pid);
    EXPECT_EQ(status, 0) << text_of(here("log"));
    EXPECT_LT(usage.ru_maxrss, 32 << 10) << "KiB";
  }
  EXPECT_EQ(fs::file_size(here("big")), 200U << 20U);
  EXPECT_EQ(inside({"/bin/payload", "exists", "/again"}).status, 0);
}

class CpOnceTest : public CpHost {
 protected:
  // Whichever comes first, something is there before the file whose size takes a while.
  bool make_long_tree() const {
    return inside({"/bin/payload", "make-tree", "/dev/shm/d", "0"}).status == 0 &&
           inside({"/bin/payload", "make-file", "/dev/shm/d/0", "1"}).status == 0 &&
           inside({"/bin/payload", "make-hole", "/dev/shm/d/1", "16000"}).status == 0 &&
           inside({"/bin/payload", "make-file", "/dev/shm/d/2", "1"}).status == 0;
  }
};

TEST_F(CpOnceTest, ATarComesFromStdinAndGoesToStdout) {
  ASSERT_TRUE(make_pod());
  ASSERT_EQ(inside({"/bin/payload", "make-tree", "/tmp/data", "1"}).status, 0);
  const Output out = cp("web:/tmp/data", "-");
  ASSERT_EQ(out.status, 0) << out.err;
  write(here("out.tar"), out.out);
  EXPECT_EQ(run({"tar", "-tf", here("out.tar")}).out, "data/\ndata/0/\ndata/0/file\n");
  EXPECT_EQ(run({"gzip", here("out.tar")}).status, 0);
  fs::create_directory(here("empty"));
  ASSERT_EQ(cp(here("empty"), "web:/tmp/in").status, 0);
  const Output in = cp("-", "web:/tmp/in", text_of(here("out.tar.gz")));
  EXPECT_EQ(in.status, 0) << in.err;
  EXPECT_EQ(inside({"/bin/payload", "exists", "/tmp/in/data/0/file"}).status, 0);
  EXPECT_THAT(cp("-", "web:/tmp/missing", out.out).err, HasSubstr("'/tmp/missing': No such file or directory"));
  EXPECT_THAT(cp("-", "web:/tmp/in", "no tar at all").err, HasSubstr("read 'stdin': read tar"));
}

TEST_F(CpOnceTest, IsClearAboutWhatItCannotDo) {
  ASSERT_TRUE(make_pod());
  write(here("f"), "f");
  for (const auto& [from, to] : {std::pair<std::string, std::string>{here("f"), here("g")}, {"web:/a", "web:/b"}})
    EXPECT_EQ(cp(from, to).status, 2);
  EXPECT_EQ(cp("nobody:/a", here("g")).status, 3);
  EXPECT_EQ(cp("web:/missing", here("g")).status, 3);
  EXPECT_EQ(cp(here("missing"), "web:/").status, 3);
  EXPECT_EQ(cp("web:/etc", here("f")).status, 4);
  const Output mounted = cp(here("f"), "web:/etc/hosts");
  EXPECT_EQ(mounted.status, 7);
  EXPECT_THAT(mounted.err, HasSubstr("mounted there"));
  ASSERT_EQ(podrun({"stop", "-t", "0", "web"}).status, 0);
  EXPECT_EQ(cp("web:/etc/passwd", here("g")).status, 3);
  EXPECT_THAT(cp("web:/etc/passwd", here("g")).err, HasSubstr("container 'main' of pod 'web' is not running"));
}

// A container can have a copy fail: what was there is as it was, and so is who may see it.
TEST_F(CpOnceTest, WhatWasThereStaysUntilTheNewIsWhole) {
  ASSERT_TRUE(make_pod());
  ASSERT_EQ(inside({"/bin/payload", "make-tree", "/tmp/d", "0"}).status, 0);
  ASSERT_EQ(inside({"/bin/payload", "make-file", "/tmp/d/big", "8"}).status, 0);
  fs::create_directory(here("small"));
  ASSERT_EQ(::mount("small", here("small").c_str(), "tmpfs", 0, "size=1m"), 0);
  fs::create_directory(here("small/d"));
  fs::permissions(here("small/d"), fs::perms::owner_all);
  write(here("small/d/big"), "precious");
  EXPECT_NE(cp("web:/tmp/d", here("small")).status, 0);
  EXPECT_EQ(text_of(here("small/d/big")), "precious");
  EXPECT_EQ(std::distance(fs::directory_iterator(here("small/d")), fs::directory_iterator()), 1);
  EXPECT_EQ(fs::status(here("small/d")).permissions(), fs::perms::owner_all);
  ::umount2(here("small").c_str(), MNT_DETACH);
}

TEST_F(CpOnceTest, WhatTheKernelMakesUpIsNoFile) {
  ASSERT_TRUE(make_pod());
  for (const char* path : {"web:/proc/cpuinfo", "web:/proc", "web:/sys/kernel"}) {
    const Output output = cp(path, here("out"));
    EXPECT_EQ(output.status, 2) << path;
    EXPECT_THAT(output.err, HasSubstr("made up by the kernel")) << path;
  }
  EXPECT_FALSE(fs::exists(here("out")));
}

TEST_F(CpOnceTest, AFullDiskIsSaidAndNoHalfFileStays) {
  ASSERT_TRUE(make_pod());
  ASSERT_EQ(inside({"/bin/payload", "make-file", "/tmp/big", "8"}).status, 0);
  fs::create_directory(here("small"));
  ASSERT_EQ(::mount("small", here("small").c_str(), "tmpfs", 0, "size=1m"), 0);
  const Output output = cp("web:/tmp/big", here("small"));
  EXPECT_NE(output.status, 0);
  EXPECT_THAT(output.err, HasSubstr("No space left on device"));
  EXPECT_EQ(lines_of(output.err).size(), 1U);
  EXPECT_TRUE(fs::is_empty(here("small")));
  ::umount2(here("small").c_str(), MNT_DETACH);
}

TEST_F(CpOnceTest, ASignalEndsIt) {
  ASSERT_TRUE(make_pod());
  ASSERT_TRUE(make_long_tree());
  const pid_t pid = start(podrun_command({"cp", "web:/dev/shm/d", here("d")}).argv, here("log"));
  ASSERT_TRUE(eventually([&] { return fs::exists(here("d")) && !fs::is_empty(here("d")); })) << text_of(here("log"));
  ::kill(pid, SIGINT);
  EXPECT_EQ(wait_for(pid), 128 + SIGINT);
  EXPECT_THAT(text_of(here("log")), HasSubstr("interrupted by SIGINT"));
  EXPECT_FALSE(fs::exists(here("d/1")));
}

TEST_F(CpOnceTest, AContainerThatGoesEndsIt) {
  ASSERT_TRUE(make_pod());
  ASSERT_TRUE(make_long_tree());
  const pid_t pid = start(podrun_command({"cp", "web:/dev/shm/d", here("d")}).argv, here("log"));
  ASSERT_TRUE(eventually([&] { return fs::exists(here("d")) && !fs::is_empty(here("d")); })) << text_of(here("log"));
  ASSERT_EQ(remove("web").status, 0);
  EXPECT_EQ(wait_for(pid), 3);
  EXPECT_THAT(text_of(here("log")), HasSubstr("its process in container 'main' was killed"));
  EXPECT_EQ(lines_of(text_of(here("log"))).size(), 1U);
  EXPECT_FALSE(fs::exists(here("d/1")));
}

}  // namespace
}  // namespace integration
