// Hosts as people have them: their mounts, their file systems, their other users, their other programs.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::vector<std::string> kSleep{"/bin/payload", "sleep"};

// What /proc/self/mountinfo says of the mount at `target`, the topmost; empty where there is none.
std::string mount_line(const std::string& target) {
  std::ifstream file("/proc/self/mountinfo");
  std::string found;
  for (std::string line; std::getline(file, line);)
    if (line.find(" " + target + " ") != std::string::npos) found = line;
  return found;
}

struct Propagation {
  const char* name;
  std::vector<std::string> private_mounts;  // the others are shared
};
void PrintTo(const Propagation& propagation, std::ostream* out) { *out << propagation.name; }

class PropagationTest : public PodrunTest, public testing::WithParamInterface<Propagation> {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    for (const std::string& mount : GetParam().private_mounts)
      ASSERT_EQ(::mount("none", mount.c_str(), nullptr, MS_PRIVATE, nullptr), 0) << mount;
  }
  void TearDown() override {
    for (const std::string& mount : GetParam().private_mounts)
      ::mount("none", mount.c_str(), nullptr, MS_SHARED, nullptr);
    ::umount2("/run/netns", MNT_DETACH);  // as after a boot
    PodrunTest::TearDown();
  }
};

INSTANTIATE_TEST_SUITE_P(Hosts, PropagationTest,
                         testing::Values(Propagation{"AllShared", {}}, Propagation{"PrivateRun", {"/run"}},
                                         Propagation{"PrivateRoot", {"/"}}, Propagation{"AllPrivate", {"/", "/run"}}),
                         [](const auto& tested) { return tested.param.name; });

TEST_P(PropagationTest, PodsComeAndGoAndTheHostKeepsItsMounts) {
  remember_world();
  for (const bool host_users : {false, true}) {
    Json one = pod("web", {container("main", kSleep)});
    if (host_users) one["spec"]["hostUsers"] = true;
    ASSERT_TRUE(must_create(one));
    EXPECT_EQ(exec("web", {"/bin/payload", "report"}).status, 0);
    EXPECT_EQ(remove("web").status, 0);
    EXPECT_EQ(run({"unshare", "-n", "true"}).status, 0) << "hostUsers " << host_users << ": the root is covered";
    expect_world_unchanged();
  }
}

TEST_P(PropagationTest, IpNetnsAndPodrunShareTheirDirectory) {
  if (!can_run({need::program("ip")})) return;
  ASSERT_TRUE(must_create(pod("web", {container("main", kSleep)})));
  EXPECT_THAT(mount_line("/run/netns"), HasSubstr("shared:")) << "what ip-netns(8) makes of it";
  ASSERT_EQ(run({"ip", "netns", "add", "other"}).status, 0);
  EXPECT_EQ(run({"ip", "netns", "exec", "web", "true"}).status, 0) << "the pod's name is in sight still";
  EXPECT_EQ(run({"ip", "netns", "exec", "other", "true"}).status, 0);
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0) << removed.err;
  EXPECT_FALSE(fs::exists("/run/netns/web"));
  EXPECT_EQ(run({"ip", "netns", "delete", "other"}).status, 0);
}

TEST_P(PropagationTest, APinThatAnotherMountHidesIsTakenAway) {
  ASSERT_TRUE(must_create(pod("web", {container("main", kSleep)})));
  const unsigned long kinds[] = {MS_BIND | MS_REC, MS_BIND};  // with the pin, and without it
  for (const unsigned long kind : kinds) ASSERT_EQ(::mount("/run/netns", "/run/netns", nullptr, kind, nullptr), 0);
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0) << removed.err;
  for (const unsigned long kind : kinds) {
    static_cast<void>(kind);
    ::umount2("/run/netns", MNT_DETACH);
  }
  EXPECT_FALSE(fs::exists("/run/netns/web"));
}

class HostsTest : public PodrunTest {};

// Names of pods have 253 characters at most, those of namespaces 63 (docs/manifest.md); names of files 255.
TEST_F(HostsTest, TheLongestNamesWork) {
  remember_world();
  const std::string longest(253, 'a');
  const std::string differs_at_the_end = longest.substr(0, 252) + "b";
  const std::string name_space(63, 'n');
  for (const std::string& name : {longest, differs_at_the_end}) {
    const Output made = create(pod(name, {container("main", kSleep)}));
    EXPECT_EQ(made.status, 0) << made.err;
    Json in_namespace = pod(name, {container("main", kSleep)});
    in_namespace["metadata"]["namespace"] = name_space;
    const Output beside = create(in_namespace);
    EXPECT_EQ(beside.status, 0) << beside.err;
    EXPECT_EQ(create(in_namespace).status, 4) << "the name is taken";
  }
  const Output seen = exec(longest, {"/bin/payload", "report"});
  EXPECT_EQ(value_of(seen.out, "hostname").substr(0, 64), std::string(63, 'a'));
  EXPECT_EQ(podrun({"get", "-n", name_space, differs_at_the_end, "-o", "name"}).out,
            "pod/" + differs_at_the_end + "\n");
  EXPECT_EQ(podrun({"delete", "--all", "-A", "--grace-period", "0"}).status, 0);
  expect_world_unchanged();
}

// flock(2) asks for no right to write: who can open a directory can lock it.
TEST_F(HostsTest, OthersCanOpenNothingOfOurs) {
  if (!can_run({need::program("setpriv"), need::program("flock")})) return;
  for (const char* dir : {"/run/podrun", "/run/podrun/pods", "/run/podrun/names", "/run/podrun/ids"}) {  // as they were
    fs::create_directories(dir);
    fs::permissions(dir, fs::perms(0755));
  }
  ASSERT_TRUE(must_create(pod("web", {container("main", kSleep)})));
  std::vector<std::string> ours{"/run/podrun"};
  for (const std::string& top : {std::string("/run/podrun"), data_dir()})
    for (const auto& entry : fs::recursive_directory_iterator(top)) ours.push_back(entry.path());
  EXPECT_GT(ours.size(), 10U);
  const std::string try_each =
      "for f; do flock -n \"$f\" true 2>/dev/null && echo \"locked $f\"; "
      "{ head -c 1 \"$f\" >/dev/null 2>&1 || ls \"$f\" >/dev/null 2>&1; } && echo \"read $f\"; done; true";
  std::vector<std::string> command{"setpriv",        "--reuid", "65534", "--regid", "65534",
                                   "--clear-groups", "sh",      "-c",    try_each,  "sh"};
  command.insert(command.end(), ours.begin(), ours.end());
  const Output tried = run(command);
  EXPECT_EQ(tried.status, 0) << tried.err;
  EXPECT_EQ(tried.out, "");
}

TEST_F(HostsTest, OthersAreToldThatPodsAreRootsToSee) {
  if (!can_run({need::program("setpriv")})) return;
  ASSERT_TRUE(must_create(pod("web", {container("main", kSleep)})));
  const std::string copy = "/run/podrun-of-all";  // a path that others may walk
  fs::copy_file(programs_dir() + "/podrun", copy, fs::copy_options::overwrite_existing);
  for (const std::vector<std::string>& args : {std::vector<std::string>{"get"}, {"get", "web"}, {"inspect", "web"}}) {
    std::vector<std::string> command{"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", copy};
    command.insert(command.end(), args.begin(), args.end());
    const Output output = run(command);
    EXPECT_EQ(output.status, 5) << output.out << output.err;
    EXPECT_THAT(output.err, HasSubstr("Permission denied (try sudo)"));
  }
  fs::remove(copy);
}

TEST_F(HostsTest, ACgroupParentIsTheSameInAnySpelling) {
  const std::string bare = cgroup_parent().substr(1);
  for (const std::string& spelling : {bare, bare + "/", "//" + bare + "/"}) {
    Command command = create_command(pod("web", {container("main", kSleep)}));
    command.argv[4] = spelling;  // podrun --data-dir DIR --cgroup-parent PARENT
    const Output made = run(command);
    ASSERT_EQ(made.status, 0) << spelling << ": " << made.err;
    EXPECT_EQ(inspect("web").at("plan").at("cgroupPath"), cgroup_parent() + "/podrun-" + pod_id("web"));
    EXPECT_EQ(remove("web").status, 0);
  }
}

// The data directory on each file system, with the image there too.
class DataDirectoryTest : public PodrunTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped()) return;
    fs::create_directories(data_dir());
    const std::string type = GetParam();
    std::string make;
    if (type == "tmpfs") make = "mount -t tmpfs none data";
    if (type == "overlay")
      make = "mkdir lower upper work && mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none data";
    if (make.empty()) {
      if (!can_run({need::program("mkfs." + type), need::program("losetup")})) return;
      make = "truncate -s 400M image && mkfs." + type + " image >/dev/null 2>&1 && mount -t " + type +
             " -o loop image data";
    }
    const Output made = run({"sh", "-c", "cd " + dir() + " && " + make});
    if (made.status != 0) GTEST_SKIP() << "cannot mount " << type << " here: " << made.err;
    make_image();
  }
  void TearDown() override {
    podrun({"delete", "--all", "--force", "--grace-period", "0"});
    ::umount2(data_dir().c_str(), MNT_DETACH);
    PodrunTest::TearDown();
  }
  void make_image() const {
    fs::copy(rootfs(), data_dir() + "/rootfs", fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  }
};

INSTANTIATE_TEST_SUITE_P(On, DataDirectoryTest, testing::Values("ext4", "xfs", "btrfs", "tmpfs", "overlay"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST_P(DataDirectoryTest, PodsComeAndGo) {
  if (IsSkipped()) return;
  Json main = container("main", kSleep);
  main["image"] = "rootfs:" + data_dir() + "/rootfs";
  for (const bool host_users : {false, true}) {
    Json one = pod("web", {main});
    one["spec"]["hostUsers"] = host_users;
    ASSERT_TRUE(must_create(one));
    const Output written =
        exec("web", {"/bin/sh", "-c", "echo kept > /written && cat /written && stat -c %u /written"});
    EXPECT_EQ(written.out, "kept\n0\n") << written.err;
    EXPECT_FALSE(fs::exists(data_dir() + "/rootfs/written")) << "the image is as it was";
    const Output removed = remove("web");
    EXPECT_EQ(removed.status, 0) << removed.err;
  }
  EXPECT_TRUE(fs::is_empty(data_dir() + "/pods"));
}

}  // namespace
}  // namespace integration
