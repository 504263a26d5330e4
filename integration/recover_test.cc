// After a crash of a part of it, and after a reboot.
#include <gmock/gmock.h>
#include <sys/mount.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "cni-invoker/tests/covers.h"
#include "integration/clean_up.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using cni::testing::covers;
using testing::HasSubstr;

class RecoverTest : public PodrunTest {
 protected:
  static Json sleeping() { return pod("web", {container("main", {"/bin/payload", "sleep"})}); }
  static void end(pid_t pid) { ::kill(pid, SIGKILL); }
  // Kills them, and waits until they are gone.
  static void end_processes(const std::vector<pid_t>& pids) {
    for (const pid_t pid : pids) {
      ::kill(pid, SIGKILL);
      EXPECT_TRUE(eventually([&] { return ::kill(pid, 0) != 0; })) << pid;
    }
  }
  bool has_failed() const {
    return eventually([&] { return phase("web") == "Failed"; });
  }
  bool has_bridge() {
    return can_run({need::plugin("bridge"), need::plugin("host-local"), need::plugin("portmap"),
                    need::plugin("firewall"), need::program("iptables")});
  }

  // What a reboot does: processes, network, tmpfs and cgroups are gone, the disk stays, and the boot id is another.
  void reboot() const {
    end_everything();
    remove_cgroups(cgroup_parent() + "/podrun");
    run({"sh", "-c",
         "rm -rf /run/*; ip -o link | awk -F': ' '{ sub(\"@.*\", \"\", $2); print $2 }' | grep -v '^lo$' | xargs -rn1 "
         "ip link del"});
    run({"nft", "flush", "ruleset"});
    // What is on disk knows the boot it was written in: make that another one.
    const std::string files = "find " + data_dir() + "/cni /var/lib/cni -type f -print0";
    const std::string now = "$(cat /proc/sys/kernel/random/boot_id)";
    run({"sh", "-c", files + " | xargs -0r sed -i s/" + now + "/00000000-1111-2222-3333-444444444444/g"});
  }
  std::string leases() const {
    return run({"sh", "-c", "find /var/lib/cni/networks -name '*.*.*.*' ! -name 'last_*'"}).out;
  }
};

TEST_F(RecoverTest, LeavesAPodThatLivesAlone) {
  ASSERT_TRUE(must_create(sleeping()));
  before_ = look_at_world(scope());
  EXPECT_EQ(podrun({"recover"}).status, 0);
  expect_world_unchanged();
}

TEST_F(RecoverTest, APodWithoutItsShimHasFailedAndCanBeDeleted) {
  remember_world();
  ASSERT_TRUE(must_create(sleeping()));
  end(shim_pid("web"));
  EXPECT_TRUE(has_failed()) << phase("web");
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(RecoverTest, APodWithoutItsPauseHasFailedAndCanBeDeleted) {
  remember_world();
  ASSERT_TRUE(must_create(sleeping()));
  end(pause_pid("web"));
  EXPECT_TRUE(has_failed()) << phase("web");
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(RecoverTest, AContainerThatEndedShowsItsExitCode) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "exit", "42"})})));
  EXPECT_TRUE(has_failed()) << phase("web");
  const Json shown = Json::parse(podrun({"get", "web", "-o", "json"}).out, nullptr, false);
  EXPECT_EQ(shown.at("status").at("containerStatuses").at(0).at("state").at("terminated").at("exitCode"), 42) << shown;
}

TEST_F(RecoverTest, EverythingOfAPodKilledAtOnceCanBeDeleted) {
  if (!has_bridge()) return;
  remember_world({});
  ASSERT_TRUE(must_create(sleeping(), {}));
  end_shim_and_pause("web");
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0) << removed.err;
  expect_world_unchanged();
}

// Without a namespace bridge would free the address and leave its masquerading rules.
TEST_F(RecoverTest, ANamespaceWhosePinWasTakenAwayIsPinnedAgainForTheDel) {
  covers("L.13");
  if (!has_bridge()) return;
  remember_world({});
  const auto take_away_and = [&](const std::vector<std::string>& taking, const std::vector<std::string>& ending) {
    ASSERT_TRUE(must_create(sleeping(), {}));
    ASSERT_EQ(run(taking).status, 0);
    if (ending.front() == "recover")
      end_processes({shim_pid("web"), pause_pid("web")});  // the container holds the namespace too
    const Output ended = podrun(ending);
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(ended.err, "");
    expect_world_unchanged();
  };
  for (const std::vector<std::string>& ending :
       {std::vector<std::string>{"delete", "web", "--grace-period", "0"}, std::vector<std::string>{"recover"}}) {
    take_away_and({"ip", "netns", "del", "web"}, ending);
    take_away_and({"umount", "/run/netns/web"}, ending);
  }
}

TEST_F(RecoverTest, AnotherNamespaceUnderItsNameIsLeftAlone) {
  if (!has_bridge()) return;
  ASSERT_TRUE(must_create(sleeping(), {}));
  ASSERT_EQ(run({"ip", "netns", "del", "web"}).status, 0);
  ASSERT_EQ(run({"ip", "netns", "add", "web"}).status, 0);
  ASSERT_EQ(run({"ip", "-n", "web", "link", "add", "eth0", "type", "bridge"}).status, 0);
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0);
  EXPECT_THAT(removed.err, HasSubstr("another namespace is pinned there"));
  EXPECT_THAT(run({"ip", "-n", "web", "link"}).out, HasSubstr("eth0"));
  EXPECT_EQ(leases(), "");
  ASSERT_EQ(run({"ip", "netns", "del", "web"}).status, 0);
}

TEST_F(RecoverTest, ANetworkNamespaceThatIsGoneDoesNotKeepThePod) {
  if (!has_bridge()) return;
  remember_world({});
  ASSERT_TRUE(must_create(sleeping(), {}));
  end_processes({shim_pid("web"), pause_pid("web"), container_pid("web", "main")});
  ASSERT_EQ(run({"ip", "netns", "del", "web"}).status, 0);
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0) << removed.err;
  EXPECT_THAT(removed.err, HasSubstr("the masquerading rule of 10."));
  // Without a namespace the bridge plugin frees the address, and leaves its masquerading chain, whatever it is asked.
  for (const std::string& change : changes()) EXPECT_THAT(change, testing::StartsWith("left: packet filter"));
}

TEST_F(RecoverTest, ARebootReturnsTheLeases) {
  covers("A12.06 L.4");
  if (!has_bridge()) return;
  ASSERT_TRUE(must_create(sleeping(), {}));
  ASSERT_NE(leases(), "");
  reboot();
  const Output recovered = podrun({"recover"});
  EXPECT_EQ(recovered.status, 0) << recovered.err;
  EXPECT_EQ(leases(), "");
  EXPECT_EQ(run({"find", data_dir() + "/pods", data_dir() + "/cni/ledger", "-type", "f"}).out, "");
  EXPECT_EQ(podrun({"get", "-o", "name"}).out, "");
}

TEST_F(RecoverTest, AfterARebootTheNextCreateSettlesByItself) {
  covers("A12.06");
  if (!has_bridge()) return;
  ASSERT_TRUE(must_create(sleeping(), {}));
  reboot();
  ASSERT_TRUE(must_create(sleeping(), {}));
  EXPECT_EQ(lines_of(leases()).size(), 1U) << leases();
}

TEST_F(RecoverTest, ARecordThatIsTornDoesNotStopTheOthers) {
  ASSERT_TRUE(must_create(sleeping()));
  ASSERT_TRUE(must_create(pod("other", {container("main", {"/bin/payload", "sleep"})})));
  const std::string id = pod_id("web");
  std::ofstream("/run/podrun/pods/" + id + "/pod.json") << "{\"format\":2,";
  EXPECT_THAT(podrun({"get", "-o", "name"}).out, HasSubstr("other"));
  EXPECT_EQ(remove("other").status, 0);
}

// What is known of such a pod is a guess, which is on record once a DEL has failed: who goes on knows it for one.
TEST_F(RecoverTest, AGuessThatWasSavedIsAGuess) {
  const std::string bin = dir() + "/bin";
  ASSERT_EQ(run({"mkdir", bin}).status, 0);
  std::ofstream(bin + "/flaky") << "#!/bin/sh\n[ $CNI_COMMAND != DEL ] || [ ! -e " << bin << "/fails ] || exit 1\n"
                                << "[ $CNI_COMMAND != ADD ] || echo '{\"cniVersion\":\"1.0.0\"}'\n";
  ASSERT_EQ(run({"chmod", "0755", bin + "/flaky"}).status, 0);
  std::ofstream(cni_conf_dir() + "/flaky.conflist")
      << R"({"cniVersion":"1.0.0","name":"flaky","plugins":[{"type":"flaky"}]})";
  const std::vector<std::string> network{"--network", "flaky", "--cni-bin-dir", bin};
  ASSERT_TRUE(must_create(sleeping(), network));
  std::ofstream("/run/podrun/pods/" + pod_id("web") + "/pod.json") << "{\"format\":2,";
  ASSERT_EQ(run({"touch", bin + "/fails"}).status, 0);
  EXPECT_EQ(podrun({"recover"}).status, 10);
  ASSERT_EQ(run({"rm", bin + "/fails"}).status, 0);
  const Output recovered = podrun({"recover"});
  EXPECT_EQ(recovered.status, 0) << recovered.err;
  EXPECT_NE(run({"test", "-e", "/run/netns/web"}).status, 0);
  EXPECT_TRUE(must_create(sleeping(), network));
  EXPECT_EQ(remove("web").status, 0);
}

}  // namespace
}  // namespace integration
