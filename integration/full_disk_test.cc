// No space anywhere, to the last byte and the last inode: what takes away goes on, what makes fails in one line and
// leaves nothing.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/fd.h"
#include "integration/test_host.h"

namespace integration {
namespace {

const std::vector<std::string> kBridge{};  // the network podrun brings itself

class FullDiskTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    for (const std::string& place : places()) {
      run({"mkdir", "-p", place});
      ASSERT_EQ(::mount("none", place.c_str(), "tmpfs", 0, "size=8m,nr_inodes=400,mode=755"), 0) << place;
    }
  }
  void TearDown() override {
    make_room();
    podrun({"delete", "--all", "--force", "--grace-period", "0"});
    for (const std::string& place : places()) ::umount2(place.c_str(), MNT_DETACH);
    PodrunTest::TearDown();
  }

  std::vector<std::string> places() const { return {"/run/podrun", data_dir(), "/var/lib/cni"}; }

  // All but so many blocks and inodes.
  static void fill(const std::string& place, unsigned blocks = 0, unsigned inodes = 0) {
    const base::Fd filler(::open((place + "/filler").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    ASSERT_TRUE(filler);
    const std::string block(4096, 'x');
    const auto left = [&] {
      struct statvfs info {};
      EXPECT_EQ(::statvfs(place.c_str(), &info), 0);
      return info;
    };
    ASSERT_EQ(::mkdir((place + "/fillers").c_str(), 0700), 0);
    for (int i = 0; left().f_favail > inodes; ++i)
      ASSERT_EQ(::mknod((place + "/fillers/" + std::to_string(i)).c_str(), S_IFREG | 0600, 0), 0);
    while (left().f_bfree > blocks)
      if (::write(filler.get(), block.data(), block.size()) < 0) break;
    EXPECT_EQ(left().f_favail, inodes);
    EXPECT_EQ(left().f_bfree, blocks);
  }
  void fill_all() {
    for (const std::string& place : places()) fill(place);
  }
  void make_room() const {
    for (const std::string& place : places()) run({"rm", "-rf", place + "/filler", place + "/fillers"});
  }

  static Json web() { return pod("web", {container("main", {"/bin/payload", "sleep"})}); }

  void expect_nothing_left() {
    EXPECT_EQ(phase("web"), "");
    make_room();
    expect_world_unchanged();
  }
  bool has_plugins() {
    return can_run({need::plugin("bridge"), need::plugin("host-local"), need::plugin("portmap"),
                    need::plugin("firewall"), need::program("iptables")});
  }
};

TEST_F(FullDiskTest, DeleteNeedsNoSpace) {
  remember_world();
  ASSERT_TRUE(must_create(web()));
  fill_all();
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0) << removed.err;
  expect_nothing_left();
}

TEST_F(FullDiskTest, DeleteWithANetworkNeedsNoSpace) {
  if (!has_plugins()) return;
  remember_world(kBridge);
  ASSERT_TRUE(must_create(web(), kBridge));
  fill_all();
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0) << removed.err;
  expect_nothing_left();
}

TEST_F(FullDiskTest, ForcedDeleteNeedsNoSpace) {
  remember_world();
  ASSERT_TRUE(must_create(web()));
  fill_all();
  const Output removed = podrun({"delete", "web", "--force", "--grace-period", "0"});
  EXPECT_EQ(removed.status, 0) << removed.err;
  expect_nothing_left();
}

TEST_F(FullDiskTest, RecoverAndPruneNeedNoSpace) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"recover"}, {"system", "prune"}}) {
    remember_world();
    ASSERT_TRUE(must_create(web()));
    end_shim_and_pause("web");
    ASSERT_TRUE(eventually([&] { return phase("web") == "Failed"; }));
    fill_all();
    const Output done = podrun(command);
    EXPECT_EQ(done.status, 0) << command.front() << ": " << done.err;
    expect_nothing_left();
  }
}

// One block or inode more each time, until there is enough.
TEST_F(FullDiskTest, CreateFailsInOneLineAndLeavesNothing) {
  remember_world();
  for (const std::string& place : {places()[0], places()[1]}) {
    int failed = 0;
    for (unsigned left = 0; left < 40; ++left) {
      for (const bool of_inodes : {true, false}) {
        fill(place, of_inodes ? 100 : left, of_inodes ? left : 100);
        const Output made = create(web());
        if (made.status != 0) {
          ++failed;
          EXPECT_EQ(lines_of(made.err).size(), 1U) << made.err;
          EXPECT_THAT(made.err, testing::HasSubstr("No space left on device")) << made.err;
        } else {
          EXPECT_EQ(remove("web").status, 0);
        }
        expect_nothing_left();
      }
    }
    EXPECT_GT(failed, 3) << place;
    EXPECT_LT(failed, 80) << place << ": it never had enough";
  }
}

// Nobody could be told how it ended: the pod is looked after again once there is room.
TEST_F(FullDiskTest, WhatEndsMeanwhileIsMadeAgainOnceThereIsRoom) {
  remember_world();
  Json made_again = web();
  made_again["spec"]["restartPolicy"] = "Always";
  ASSERT_TRUE(must_create(made_again));
  ASSERT_TRUE(eventually([&] { return listens("web", "main"); }));
  fill_all();
  end_in_order("web", "main");
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));  // it is tried each second
  make_room();
  const auto restarts = [&] {
    return podrun({"get", "web", "-o", "jsonpath={.status.containerStatuses[0].restartCount}"}).out;
  };
  EXPECT_TRUE(eventually([&] { return restarts() == "1" && phase("web") == "Running"; }))
      << podrun({"describe", "web"}).out;
  EXPECT_EQ(remove("web").status, 0);
  expect_nothing_left();
}

// What a container writes into the files that it shares with its pod.
TEST_F(FullDiskTest, EtcFilesFillNothingOfTheHosts) {
  if (!can_run({need::busybox()})) return;
  remember_world();
  ASSERT_TRUE(must_create(web()));
  struct statvfs before {};
  struct statvfs after {};
  ASSERT_EQ(::statvfs("/run/podrun", &before), 0);
  EXPECT_EQ(exec("web", {"sh", "-c", "cat /etc/hostname"}).out, "web\n");
  const Output filled = exec(
      "web", {"sh", "-c", "for f in hosts hostname resolv.conf; do cat /dev/zero >> /etc/$f; done; wc -c /etc/hosts"});
  EXPECT_THAT(filled.err, testing::HasSubstr("No space left on device"));
  ASSERT_EQ(::statvfs("/run/podrun", &after), 0);
  EXPECT_LE(before.f_bfree - after.f_bfree, 4U);
  EXPECT_EQ(remove("web").status, 0);
  expect_nothing_left();
}

TEST_F(FullDiskTest, EtcFilesAreReadOnlyWithTheRoot) {
  if (!can_run({need::busybox()})) return;
  Json main = container("main", {"/bin/payload", "sleep"});
  main["securityContext"] = {{"readOnlyRootFilesystem", true}};
  ASSERT_TRUE(must_create(pod("web", {main})));
  EXPECT_THAT(exec("web", {"sh", "-c", "echo 1.2.3.4 x >> /etc/hosts"}).err,
              testing::HasSubstr("Read-only file system"));
  EXPECT_EQ(remove("web").status, 0);
  ASSERT_TRUE(must_create(web()));
  EXPECT_EQ(exec("web", {"sh", "-c", "echo 1.2.3.4 x >> /etc/hosts; echo $?"}).out, "0\n");
}

}  // namespace
}  // namespace integration
