// `podrun system prune` on real plugins: what nobody has goes, what anybody has stays.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "cni-invoker/tests/covers.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using cni::testing::covers;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class SystemPruneTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (!can_run({need::plugin("bridge"), need::plugin("host-local"), need::program("ip")})) return;
    configure_lab("");
    for (const char* name : {"blue", "red"}) ASSERT_EQ(run({"ip", "netns", "add", name}).status, 0);
  }
  void TearDown() override {
    for (const char* name : {"blue", "red"}) run({"ip", "netns", "del", name});
    run({"rm", "-rf", "/var/lib/cni"});
    PodrunTest::TearDown();
  }

  void configure(const std::string& file, const std::string& text) const {
    std::ofstream(cni_conf_dir() + "/" + file) << text;
  }
  void configure_lab(const std::string& more) const {
    configure("10-lab.conflist", R"({"cniVersion":"1.0.0","name":"lab",)" + more +
                                     R"("plugins":[{"type":"bridge","bridge":"br-lab","isGateway":true,)"
                                     R"("ipam":{"type":"host-local","ranges":[[{"subnet":"10.204.0.0/24"}]]}}]})");
  }
  void add(const std::string& network, const std::string& netns, const std::string& id) const {
    const Output added = podrun({"cni", "add", network, netns, "--container-id", id});
    ASSERT_EQ(added.status, 0) << added.err;
  }
  Output prune() const { return podrun({"system", "prune"}); }
  static Json sleeping(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "sleep"})}); }
  bool create_on_lab(const std::string& name) const { return must_create(sleeping(name), {"--network", "lab"}); }

  // The ledger is lost, as when somebody cleared the data directory: the cache and the plugins still know.
  void lose_ledger() const { run({"sh", "-c", "rm -f " + data_dir() + "/cni/ledger/*"}); }
  static void lose_namespace(const std::string& name) { ASSERT_EQ(run({"ip", "netns", "del", name}).status, 0); }

  static std::string leases(const std::string& network = "lab") {
    return run({"sh", "-c", "cat /var/lib/cni/networks/" + network + "/10.*"}).out;
  }
  static std::string veths() { return run({"ip", "-o", "link", "show", "type", "veth"}).out; }
  static std::string links(const std::string& netns) { return run({"ip", "-n", netns, "-o", "link"}).out; }
};

void expect_nothing_more(const Output& again) {
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(again.out, "");
  EXPECT_EQ(again.err, "Nothing to prune\n");
}

TEST_F(SystemPruneTest, TakesAwayWhatAKilledPodLeft) {
  covers("A12.03 B19");
  ASSERT_TRUE(create_on_lab("web"));
  ASSERT_NE(veths(), "");
  end_shim_and_pause("web");
  ASSERT_TRUE(eventually([&] { return phase("web") == "Failed"; }));
  const Output pruned = prune();
  EXPECT_EQ(pruned.status, 0) << pruned.err;
  EXPECT_EQ(pruned.out, "pod default/web: removed what was left of it\n");
  EXPECT_EQ(leases(), "");
  EXPECT_EQ(veths(), "");
  EXPECT_EQ(podrun({"get", "-o", "name"}).out, "");
  expect_nothing_more(prune());
}

TEST_F(SystemPruneTest, TakesAwayALeaseThatOnlyTheCacheStillKnows) {
  covers("A10.03 A10.09");
  add("lab", "blue", "c1");
  lose_ledger();
  lose_namespace("blue");
  EXPECT_EQ(podrun({"recover"}).out, "");
  ASSERT_THAT(leases(), HasSubstr("c1"));
  const Output pruned = prune();
  EXPECT_EQ(pruned.status, 0) << pruned.err;
  EXPECT_EQ(pruned.out, "network 'lab': detached 'eth0' of container 'c1'\n");
  EXPECT_EQ(leases(), "");
  expect_nothing_more(prune());
}

TEST_F(SystemPruneTest, KeepsWhatPodsAndPeopleHave) {
  covers("A10.02 B19");
  ASSERT_TRUE(create_on_lab("web"));
  add("lab", "blue", "c1");
  add("lab", "red", "c2");
  lose_namespace("red");
  const Output pruned = prune();
  EXPECT_EQ(pruned.status, 0) << pruned.err;
  EXPECT_EQ(pruned.out, "network 'lab': detached 'eth0' of container 'c2'\n");
  EXPECT_THAT(links("web"), HasSubstr("eth0"));
  EXPECT_THAT(links("blue"), HasSubstr("eth0"));
  EXPECT_EQ(podrun({"check", "web"}).status, 0);

  lose_ledger();  // as valid as before, for all that the books say
  expect_nothing_more(prune());
  EXPECT_THAT(links("web"), HasSubstr("eth0"));
  EXPECT_THAT(links("blue"), HasSubstr("eth0"));
}

TEST_F(SystemPruneTest, LeavesWhatAnotherToolHasAttached) {
  covers("A10.06");
  add("lab", "blue", "c1");
  lose_ledger();
  const std::string file = "/var/lib/cni/results/lab-c1-eth0";
  std::ifstream in(file);
  Json entry = Json::parse(in);
  ASSERT_EQ(entry.erase("cniInvoker"), 1U);  // now it is what cnitool writes
  std::ofstream(file) << entry.dump();
  lose_namespace("blue");
  expect_nothing_more(prune());
  EXPECT_THAT(leases(), HasSubstr("c1"));
}

TEST_F(SystemPruneTest, LeavesWhatAPodrunWithOtherDirectoriesHas) {
  covers("A10.06");
  ASSERT_TRUE(create_on_lab("web"));
  Command command = podrun_command({"system", "prune", "--state-dir", dir() + "/other-state"});
  const auto data = std::find(command.argv.begin(), command.argv.end(), data_dir());
  ASSERT_NE(data, command.argv.end());
  *data = dir() + "/other-data";
  const Output pruned = run(command);
  EXPECT_EQ(pruned.status, 0) << pruned.err;
  EXPECT_EQ(pruned.err, "Nothing to prune\n");
  EXPECT_EQ(podrun({"check", "web"}).status, 0);
}

TEST_F(SystemPruneTest, LeavesANetworkThatForbidsItAndSaysSo) {
  covers("A10.01");
  configure_lab(R"("disableGC":true,)");
  add("lab", "blue", "c1");
  lose_ledger();
  lose_namespace("blue");
  const Output pruned = prune();
  EXPECT_EQ(pruned.status, 0);
  EXPECT_EQ(pruned.out, "");
  EXPECT_THAT(pruned.err, AllOf(HasSubstr("'lab'"), HasSubstr("disableGC"), HasSubstr("Nothing to prune")));
  EXPECT_THAT(leases(), HasSubstr("c1"));
}

TEST_F(SystemPruneTest, KnowsNetworksThatAreConfiguredNoLongerAndItsOwnDefault) {
  if (!can_run({need::plugin("portmap"), need::plugin("firewall"), need::program("iptables")})) return;
  add("lab", "blue", "c1");
  ASSERT_EQ(run({"rm", cni_conf_dir() + "/10-lab.conflist"}).status, 0);
  add("podrun", "red", "c2");
  lose_ledger();
  lose_namespace("blue");
  lose_namespace("red");
  const Output pruned = prune();
  EXPECT_EQ(pruned.status, 0) << pruned.err;
  EXPECT_THAT(pruned.out, AllOf(HasSubstr("network 'lab': detached"), HasSubstr("network 'podrun': detached")));
  EXPECT_EQ(leases() + leases("podrun"), "");
}

TEST_F(SystemPruneTest, GivesPluginsTheListOfWhatIsInUse) {
  covers("A10.04");
  const std::string plugins = dir() + "/plugins";
  ASSERT_EQ(run({"cp", "-r", plugins_dir() + "/.", plugins + "/"}).status, 0);
  std::ofstream(plugins + "/collector") << "#!/bin/sh\n"
                                           "case $CNI_COMMAND in\n"
                                           "ADD) echo '{\"cniVersion\":\"1.1.0\"}' ;;\n"
                                           "GC) cat > "
                                        << dir() << "/gc.json ;;\nesac\n";
  ASSERT_EQ(::chmod((plugins + "/collector").c_str(), 0755), 0);
  configure("20-new.conflist", R"({"cniVersion":"1.1.0","name":"new","plugins":[{"type":"collector"}]})");
  const auto with_plugins = [&](const std::vector<std::string>& args) {
    Command command = podrun_command(args);
    command.environment.emplace_back("CNI_PATH=" + plugins);
    return run(command);
  };
  ASSERT_EQ(with_plugins({"cni", "add", "new", "blue", "--container-id", "kept"}).status, 0);
  ASSERT_EQ(with_plugins({"cni", "add", "new", "red", "--container-id", "gone"}).status, 0);
  lose_namespace("red");
  const Output pruned = with_plugins({"system", "prune"});
  EXPECT_EQ(pruned.status, 0) << pruned.err;
  std::ifstream in(dir() + "/gc.json");
  const Json input = Json::parse(in, nullptr, false);
  ASSERT_TRUE(input.is_object());
  EXPECT_EQ(input.at("cni.dev/valid-attachments"), Json::parse(R"([{"containerID":"kept","ifname":"eth0"}])"));
}

TEST_F(SystemPruneTest, GoesOnPastAPluginThatFails) {
  covers("A10.03 A10.07");
  const std::string bad = dir() + "/plugins";
  ASSERT_EQ(run({"cp", "-r", plugins_dir() + "/.", bad + "/"}).status, 0);
  std::ofstream(bad + "/stuck") << "#!/bin/sh\n[ $CNI_COMMAND = ADD ] || { echo stuck >&2; exit 1; }\n"
                                   "echo '{\"cniVersion\":\"1.0.0\"}'\n";
  ASSERT_EQ(::chmod((bad + "/stuck").c_str(), 0755), 0);
  configure("05-bad.conflist", R"({"cniVersion":"1.0.0","name":"bad","plugins":[{"type":"stuck"}]})");
  const auto with_plugins = [&](const std::vector<std::string>& args) {
    Command command = podrun_command(args);
    command.environment.emplace_back("CNI_PATH=" + bad);
    return run(command);
  };
  ASSERT_EQ(with_plugins({"cni", "add", "bad", "blue", "--container-id", "c1"}).status, 0);
  ASSERT_EQ(with_plugins({"cni", "add", "lab", "red", "--container-id", "c2"}).status, 0);
  lose_ledger();
  lose_namespace("blue");
  lose_namespace("red");
  const Output pruned = with_plugins({"system", "prune"});
  EXPECT_EQ(pruned.status, 10);
  EXPECT_THAT(pruned.err, AllOf(HasSubstr("network 'bad'"), HasSubstr("stuck"), Not(HasSubstr("Nothing"))));
  EXPECT_EQ(pruned.out, "network 'lab': detached 'eth0' of container 'c2'\n");
  EXPECT_EQ(leases(), "");
}

}  // namespace
}  // namespace integration
