// Namespaces of somebody else under the paths and numbers of ours, which the kernel gives again: nothing is done to
// them, and they keep nothing of ours from being taken away.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "cni-invoker/tests/covers.h"
#include "cni-invoker/tests/same_number.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using cni::testing::covers;
using cni::testing::inode_of;
using testing::HasSubstr;

class StrangersTest : public PodrunTest {
 protected:
  void TearDown() override {
    PodrunTest::TearDown();
    for (const char* name : {"web", "blue", "stranger"}) run({"ip", "netns", "del", name});
    run({"rm", "-rf", "/var/lib/cni/results"});
  }
  bool has_network() {
    if (!can_run({need::plugin("bridge"), need::plugin("host-local"), need::program("ip")})) return false;
    std::ofstream(cni_conf_dir() + "/10-lab.conflist")
        << R"({"cniVersion":"1.0.0","name":"lab","plugins":[{"type":"bridge","bridge":"br-lab","isGateway":true,)"
        << R"("ipam":{"type":"host-local","ranges":[[{"subnet":"10.203.0.0/24"}]]}}]})";
    return true;
  }
  static Json sleeping() { return pod("web", {container("main", {"/bin/payload", "sleep"})}); }
  static void take_away(const std::string& netns) { run({"ip", "netns", "del", netns}); }
  // Another namespace of that name and inode number, with an eth0 of its own.
  static void give_to_a_stranger(const std::string& netns) {
    const std::string path = "/run/netns/" + netns;
    const ino_t number = inode_of(path);
    take_away(netns);
    ASSERT_TRUE(cni::testing::make_with_number(
        number, path,
        [&] {
          run({"ip", "netns", "add", netns});
        },
        [&] { take_away(netns); }));
    ASSERT_EQ(run({"ip", "-n", netns, "link", "add", "eth0", "type", "veth", "peer", "name", "eth1"}).status, 0);
    ASSERT_EQ(run({"ip", "-n", netns, "addr", "add", "192.0.2.1/24", "dev", "eth0"}).status, 0);
  }
  static std::string addresses(const std::string& netns) { return run({"ip", "-n", netns, "-br", "addr"}).out; }
  static std::string leases() { return run({"sh", "-c", "ls /var/lib/cni/networks/lab | grep '^10\\.'"}).out; }
};

TEST_F(StrangersTest, APodsPathAndNumberAreAnothersNow) {
  covers("A3.04 A12.05 A12.10");
  if (!has_network()) return;
  ASSERT_TRUE(must_create(sleeping(), {"--network", "lab"}));
  for (const pid_t pid : {pause_pid("web"), shim_pid("web"), container_pid("web", "main")}) ::kill(pid, SIGKILL);
  ASSERT_TRUE(eventually([&] { return phase("web") == "Failed"; }));
  give_to_a_stranger("web");

  const Output checked = podrun({"check", "web"});
  EXPECT_EQ(checked.status, 3) << checked.err;
  EXPECT_THAT(checked.err, HasSubstr("no longer the network namespace"));
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0) << removed.err;
  EXPECT_THAT(addresses("web"), HasSubstr("192.0.2.1/24"));
  EXPECT_EQ(leases(), "");
}

TEST_F(StrangersTest, WhatAPersonAttachedIsSettledOnceThePathIsAnothers) {
  covers("A3.04 A12.03 A12.05 A12.10");
  if (!has_network()) return;
  ASSERT_EQ(run({"ip", "netns", "add", "blue"}).status, 0);
  ASSERT_EQ(podrun({"cni", "add", "lab", "blue"}).status, 0);
  EXPECT_EQ(podrun({"recover"}).out, "") << "it stands";
  give_to_a_stranger("blue");

  EXPECT_EQ(podrun({"cni", "check", "lab", "blue"}).status, 3);
  const Output recovered = podrun({"recover"});
  EXPECT_EQ(recovered.status, 0) << recovered.err;
  EXPECT_THAT(recovered.out, HasSubstr("detached 'eth0'"));
  EXPECT_THAT(addresses("blue"), HasSubstr("192.0.2.1/24"));
  EXPECT_EQ(leases(), "");
}

TEST_F(StrangersTest, PruneKnowsThemByTheCacheAlone) {
  covers("A12.05 A12.10");
  if (!has_network()) return;
  ASSERT_EQ(run({"ip", "netns", "add", "blue"}).status, 0);
  ASSERT_EQ(podrun({"cni", "add", "lab", "blue"}).status, 0);
  ASSERT_EQ(run({"rm", "-rf", data_dir() + "/cni/ledger"}).status, 0);
  give_to_a_stranger("blue");

  const Output pruned = podrun({"system", "prune"});
  EXPECT_EQ(pruned.status, 0) << pruned.err;
  EXPECT_THAT(addresses("blue"), HasSubstr("192.0.2.1/24"));
  EXPECT_EQ(leases(), "");
}

// Where both are mounted there, to leave the upper one alone would be to leave ours for ever.
TEST_F(StrangersTest, OneThatHidesThePodsIsAnErrorThatSaysSo) {
  if (!can_run({need::program("ip")})) return;
  ASSERT_TRUE(must_create(sleeping()));
  ASSERT_EQ(run({"ip", "netns", "add", "stranger"}).status, 0);
  ASSERT_EQ(::mount("/run/netns/stranger", "/run/netns/web", nullptr, MS_BIND, nullptr), 0);

  const Output refused = remove("web");
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("another namespace is mounted over the pod's; unmount it first"));
  ASSERT_EQ(::umount2("/run/netns/web", MNT_DETACH), 0);
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_EQ(inode_of("/run/netns/web"), 0U);
  EXPECT_EQ(run({"ip", "netns", "exec", "stranger", "true"}).status, 0);
}

// A container may leave the namespaces that are on record of it (unshare(2)), and their numbers be the caller's then.
TEST_F(StrangersTest, AnExecGoesIntoTheContainerWhateverItsRecordSays) {
  ASSERT_TRUE(must_create(sleeping()));
  const Json theirs = inspect("web").at("containers").at(0).at("life").at("namespaces");
  const std::string path = "/run/podrun/pods/" + pod_id("web") + "/containers/main.0.json";
  Json record = Json::parse(std::ifstream(path));
  for (const char* kind : {"mnt", "pid", "uts", "net"})
    record["life"]["namespaces"][kind] = inode_of(std::string("/proc/self/ns/") + kind);
  std::ofstream(path) << record;

  const Output inside = exec("web", {"payload", "report"});
  EXPECT_EQ(inside.status, 0) << inside.err;
  for (const char* kind : {"mnt", "pid"})
    EXPECT_THAT(inside.out, HasSubstr(std::string(kind) + ":[" + std::to_string(theirs.at(kind).get<ino_t>()) + "]"));
}

}  // namespace
}  // namespace integration
