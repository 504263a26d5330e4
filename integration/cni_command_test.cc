// `podrun cni` and `podrun check` on real plugins, and hand in hand with cnitool.
#include <gmock/gmock.h>

#include <fstream>

#include "cni-invoker/tests/covers.h"
#include "integration/cni_host.h"

namespace integration {
namespace {

using cni::testing::covers;
using testing::AllOf;
using testing::HasSubstr;

class CniCommandTest : public CniHostTest {};

TEST_F(CniCommandTest, ListsNetworksWithTheirPluginsAndWhatIsWrong) {
  covers("A12.09 B1 B3");
  const Output good = cni({"list"});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_THAT(good.out, AllOf(HasSubstr("lab"), HasSubstr(plugins_dir() + "/bridge"), HasSubstr("host-local (ipam)")));

  configure("20-bad.conflist", "{\n  \"name\": \"bad\",\n  \"cniVersion\": 1,\n  \"plugins\": []\n}\n");
  configure("30-gone.conflist", R"({"cniVersion":"1.0.0","name":"gone","plugins":[{"type":"nonesuch"}]})");
  const Output bad = cni({"list", "-o", "json"});
  EXPECT_EQ(bad.status, 2);
  EXPECT_THAT(bad.err, AllOf(HasSubstr(cni_conf_dir() + "/20-bad.conflist:3:17: "), HasSubstr("nonesuch")));
  const Json json = Json::parse(bad.out);
  ASSERT_EQ(json.at("networks").size(), 2U);
  EXPECT_EQ(json.at("networks").at(1).at("plugins").at(0).at("binary"), nullptr);
  EXPECT_EQ(json.at("problems").at(0).at("line"), 3);
}

TEST_F(CniCommandTest, ListSaysWhichPluginsAreTooOldForTheirNetwork) {
  covers("A7.17");
  ASSERT_EQ(run({"mkdir", dir() + "/old"}).status, 0);
  std::ofstream(dir() + "/old/bridge")
      << "#!/bin/sh\necho '{\"cniVersion\":\"0.4.0\",\"supportedVersions\":[\"0.3.1\",\"0.4.0\"]}'\n";
  ASSERT_EQ(run({"sh", "-c", "cd " + dir() + "/old; chmod 755 bridge; cp bridge host-local"}).status, 0);
  Command command = podrun_command({"cni", "list"});
  command.environment.back() = "CNI_PATH=" + dir() + "/old";
  const Output listed = run(command);
  EXPECT_EQ(listed.status, 6);
  EXPECT_EQ(
      listed.err,
      cni_conf_dir() +
          "/10-lab.conflist: plugins 'bridge', 'host-local' know versions up to 0.4.0; network 'lab' wants 1.0.0: set "
          "\"cniVersion\": \"0.4.0\" there, or install newer plugins\n");
}

TEST_F(CniCommandTest, ListWarnsOfNetworksThatOpenTheHostsLoopback) {
  configure("20-ports.conflist",
            R"({"cniVersion":"1.0.0","name":"ports","plugins":[{"type":"bridge"},{"type":"portmap","snat":true}]})");
  const Output listed = cni({"list"});
  EXPECT_EQ(listed.status, 0) << listed.err;
  EXPECT_THAT(listed.err, AllOf(HasSubstr("20-ports.conflist:1:"), HasSubstr("127.0.0.1"), HasSubstr("snat")));
}

TEST_F(CniCommandTest, TestsAPluginAndSaysByItsStatusWhetherItConforms) {
  const Output good = cni({"test", "--plugin", "loopback", "--only", "V1", "--versions", "0.4.0", "--format", "json"});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_EQ(good.err, "") << "progress is for terminals";
  const Json report = Json::parse(good.out);
  EXPECT_EQ(report.at("conforms"), true);
  ASSERT_EQ(report.at("results").size(), 1U);
  EXPECT_EQ(report.at("results").at(0).at("runs").at(0).at("command"), "VERSION");

  write_plugin("loopback", "echo '{\"cniVersion\":\"1.0.0\",\"supportedVersions\":[\"1.0.0\",\"1.0.0\"]}'");
  Command command =
      podrun_command({"cni", "test", "--plugin", "loopback", "--only", "V1", "--keep", "-o", dir() + "/report"});
  command.environment.back() = "CNI_PATH=" + own_plugins();
  const Output bad = run(command);
  EXPECT_EQ(bad.status, 1) << bad.err;
  const std::string kept = "/var/tmp/podrun-kit-loopback-V1-1.0.0";
  EXPECT_THAT(run({"cat", dir() + "/report"}).out,
              AllOf(HasSubstr("kept: its runs, in " + kept), HasSubstr("FAILED  V1"), HasSubstr("twice: \"1.0.0\"")));
  EXPECT_EQ(cni({"replay", kept + "/01-VERSION-loopback.json", "--cni-bin-dir", own_plugins()}).status, 0)
      << "it does the same again";
  run({"rm", "-r", kept});
}

// All checks of a plugin that makes links, addresses, routes, rules and files. Plugins that mean harm: kit_host_test.
TEST_F(CniCommandTest, AWholeTestLeavesTheMachineAsItWas) {
  const WorldScope all{{"/run", "/etc/cni", "/var/lib/cni", "/opt", dir()}, {}, ""};
  const World before = look_at_world(all);
  const Output tested = cni({"test", "--plugin", "bridge", "--versions", "1.0.0", "--format", "json"});
  ASSERT_LE(tested.status, 1) << tested.err;
  EXPECT_GT(Json::parse(tested.out).at("sums").at("passed"), 50) << "it was no whole test";
  std::vector<std::string> changes;
  eventually([&] { return (changes = difference(before, look_at_world(all))).empty(); });
  EXPECT_THAT(changes, testing::IsEmpty());
}

TEST_F(CniCommandTest, ATestOfNothingIsNone) {
  std::ofstream(dir() + "/profile") << R"({"lacks": "a cable"})";
  const Output none = cni({"test", "--plugin", "loopback", "--only", "A1", "--profile", dir() + "/profile"});
  EXPECT_EQ(none.status, 2);
  EXPECT_THAT(none.out, HasSubstr("a cable"));
  EXPECT_THAT(none.err, HasSubstr("nothing of it could be tried here"));
}

TEST_F(CniCommandTest, AttachesChecksAndDetachesWithoutATrace) {
  covers("A7.09 B4");
  ASSERT_EQ(cni({"add", "lab", "blue"}).status, 0);  // the bridge and directories of the plugins stay
  ASSERT_EQ(cni({"del", "lab", "blue"}).status, 0);
  remember_world();

  const Output added = cni({"add", "lab", "/run/netns/blue", "--ifname", "net1"});
  ASSERT_EQ(added.status, 0) << added.err;
  const Json result = Json::parse(added.out);
  EXPECT_EQ(result.at("cniVersion"), "1.0.0");
  EXPECT_THAT(result.at("ips").at(0).at("address").get<std::string>(), testing::StartsWith("10.203.0."));
  EXPECT_THAT(links("blue"), HasSubstr("net1"));
  EXPECT_EQ(cni({"check", "lab", "blue", "--ifname", "net1"}).status, 0);
  EXPECT_EQ(cni({"add", "lab", "blue", "--ifname", "net1"}).status, 4);

  EXPECT_EQ(cni({"del", "lab", "blue", "--ifname", "net1"}).status, 0);
  EXPECT_EQ(cni({"del", "lab", "blue", "--ifname", "net1"}).status, 0);  // repeating it is fine
  EXPECT_EQ(cni({"check", "lab", "blue", "--ifname", "net1"}).status, 3);
  expect_world_unchanged();
}

TEST_F(CniCommandTest, DirectoriesAreTheCallersElseTheConventionalOnes) {
  covers("A1.03");
  Command command = podrun_command({"cni", "list", "--cni-conf-dir", cni_conf_dir(), "--cni-bin-dir", plugins_dir()});
  command.environment = {"NETCONFPATH=/nowhere", "CNI_PATH=/nowhere"};
  EXPECT_THAT(run(command).out, AllOf(HasSubstr("lab"), HasSubstr(plugins_dir() + "/bridge"))) << "flags come first";
  const auto without_any = [this](const std::vector<std::string>& args) {
    Command bare = podrun_command(args);
    bare.environment.clear();
    bare.argv.insert(bare.argv.begin(), {"env", "-u", "NETCONFPATH", "-u", "CNI_PATH"});
    return run(bare).err;
  };
  EXPECT_THAT(without_any({"cni", "version", "nonesuch"}), HasSubstr("not in /opt/cni/bin, /usr/lib/cni;"));
  EXPECT_THAT(without_any({"cni", "status", "nonesuch"}), HasSubstr("find network 'nonesuch' in /etc/cni/net.d: "));
}

TEST_F(CniCommandTest, TakesCnitoolsCapabilityArguments) {
  covers("A1.03 A13.00");
  configure(
      "20-mac.conflist",
      R"({"cniVersion":"1.0.0","name":"mac","plugins":[{"type":"bridge","bridge":"br-mac","capabilities":{"mac":true}}]})");
  Command add = podrun_command({"cni", "add", "mac", "blue"});
  add.environment.emplace_back(R"(CAP_ARGS={"mac":"02:00:00:00:00:77"})");
  const Output added = run(add);
  ASSERT_EQ(added.status, 0) << added.err;
  EXPECT_THAT(links("blue"), AllOf(HasSubstr("eth0"), HasSubstr("02:00:00:00:00:77"))) << "eth0 is the default";
}

TEST_F(CniCommandTest, TakesCnitoolsEnvironment) {
  covers("A1.03 A14.04");
  Command add = podrun_command({"cni", "add", "lab", "blue"});
  add.environment.insert(add.environment.end(), {"CNI_IFNAME=net7", "CNI_ARGS=IgnoreUnknown=1;IP=10.203.0.77"});
  const Output added = run(add);
  ASSERT_EQ(added.status, 0) << added.err;
  EXPECT_THAT(added.out, HasSubstr("10.203.0.77/24"));
  EXPECT_THAT(links("blue"), HasSubstr("net7"));
  Command refused = podrun_command({"cni", "add", "lab", "blue"});
  refused.environment.emplace_back("CAP_ARGS=[1]");
  EXPECT_EQ(run(refused).status, 2);
}

TEST_F(CniCommandTest, KeepsABookOfWhatIsAttachedAndOwed) {
  covers("A12.04 A12.09 B7");
  EXPECT_EQ(attachments().size(), 0U);
  ASSERT_EQ(cni({"add", "lab", "blue", "--container-id", "web-1"}).status, 0);
  EXPECT_THAT(cni({"attachments"}).out, AllOf(HasSubstr("web-1"), HasSubstr("/run/netns/blue")));
  ASSERT_EQ(attachments().size(), 1U);
  EXPECT_EQ(attachments().at(0).at("state"), "attached");

  EXPECT_EQ(podrun({"recover"}).status, 0);  // no pod's, and yet no left-over
  ASSERT_EQ(attachments().size(), 1U);

  ASSERT_EQ(run({"rm", cni_conf_dir() + "/10-lab.conflist"}).status, 0);  // the ADD's configuration is kept
  EXPECT_EQ(cni({"del", "lab", "blue", "--container-id", "web-1"}).status, 0);
  EXPECT_EQ(attachments().size(), 0U);
  EXPECT_EQ(leases(), "0\n");
}

TEST_F(CniCommandTest, RecoverDetachesWhatHasLostItsNamespace) {
  covers("A12.05 A12.06");
  ASSERT_EQ(cni({"add", "lab", "blue"}).status, 0);
  ASSERT_EQ(run({"ip", "netns", "del", "blue"}).status, 0);
  EXPECT_EQ(leases(), "1\n");
  EXPECT_EQ(podrun({"recover"}).status, 0);
  EXPECT_EQ(attachments().size(), 0U);
  EXPECT_EQ(leases(), "0\n");
}

TEST_F(CniCommandTest, RecoverDetachesWhatAKilledAddHasBegun) {
  const std::string slow = dir() + "/slow";
  std::ofstream(slow) << "#!/bin/sh\n[ $CNI_COMMAND = ADD ] || exit 0\ntouch " << dir() << "/reached\nsleep 60\n";
  ASSERT_EQ(run({"chmod", "0755", slow}).status, 0);
  configure("10-lab.conflist",
            R"({"cniVersion":"1.0.0","name":"lab","plugins":[{"type":"bridge","bridge":"br-lab","isGateway":true,)"
            R"("ipam":{"type":"host-local","ranges":[[{"subnet":"10.203.0.0/24"}]]}},{"type":"slow"}]})");
  const std::vector<std::string> add{
      "cni", "add", "lab", "blue", "--cni-conf-dir", cni_conf_dir(), "--cni-bin-dir", plugins_dir() + ":" + dir()};
  const pid_t adding = start(podrun_command(add).argv, dir() + "/add.log");
  ASSERT_TRUE(eventually([&] {
    return run({"test", "-e", dir() + "/reached"}).status == 0;
  })) << run({"cat", dir() + "/add.log"}).out;
  EXPECT_EQ(podrun({"recover"}).status, 0);
  EXPECT_THAT(links("blue"), HasSubstr("eth0")) << "an ADD that is under way is not recover's to end";
  ::kill(adding, SIGKILL);
  EXPECT_EQ(wait_for(adding), 128 + SIGKILL);
  EXPECT_EQ(leases(), "1\n");
  const Output recovered = podrun({"recover"});
  EXPECT_EQ(recovered.status, 0) << recovered.err;
  EXPECT_EQ(links("blue").find("eth0"), std::string::npos);
  EXPECT_EQ(attachments().size(), 0U);
  EXPECT_EQ(leases(), "0\n");
}

TEST_F(CniCommandTest, CollectsWhatIsNotListedAndNoPodHas) {
  covers("A10.03 A10.05 B19");
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep", "600"})}), {"--network", "lab"}));
  for (const char* name : {"net1", "net2"})
    ASSERT_EQ(cni({"add", "lab", "blue", "--container-id", "c1", "--ifname", name}).status, 0);
  EXPECT_EQ(cni({"gc", "lab"}).status, 2);
  EXPECT_EQ(cni({"gc", "lab", "--valid", "c1"}).status, 2);
  ASSERT_EQ(attachments().size(), 3U);
  EXPECT_EQ(cni({"gc", "lab", "--valid", "c1/net2"}).status, 0);
  EXPECT_EQ(links("blue").find("net1"), std::string::npos);
  EXPECT_THAT(links("blue"), HasSubstr("net2"));
  EXPECT_EQ(cni({"gc", "lab", "--valid-none"}).status, 0);
  EXPECT_EQ(links("blue").find("net2"), std::string::npos);
  EXPECT_THAT(links("web"), HasSubstr("eth0"));
  EXPECT_EQ(attachments().size(), 1U);
}

TEST_F(CniCommandTest, TellsStatusVersionsAndTheDefault) {
  covers("A7.16 B2");
  EXPECT_THAT(cni({"status"}).out, AllOf(HasSubstr("lab"), HasSubstr("1.1.0")));
  EXPECT_EQ(cni({"status", "nonesuch"}).status, 3);
  EXPECT_THAT(cni({"version", "bridge"}).out, HasSubstr("1.0.0"));
  EXPECT_THAT(cni({"version"}).out, AllOf(HasSubstr("bridge"), HasSubstr("host-local")));
  EXPECT_EQ(cni({"version", "nonesuch"}).status, 3);
  EXPECT_EQ(Json::parse(cni({"default-config"}).out).at("name"), "podrun");
}

TEST_F(CniCommandTest, ANetworkMayBeCalledLikeACommand) {
  configure("20-list.conflist", R"({"cniVersion":"1.0.0","name":"list","plugins":[{"type":"loopback"}]})");
  const Output status = cni({"status", "list"});
  EXPECT_EQ(status.status, 0) << status.err;
  EXPECT_EQ(podrun({"get", "create"}).status, 3);  // no such pod, and not: no such word
}

TEST_F(CniCommandTest, SaysOfAPodWhatIsBroken) {
  covers("A7.10");
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep", "600"})}), {"--network", "lab"}));
  ASSERT_TRUE(must_create(pod("alone", {container("main", {"/bin/payload", "sleep", "600"})})));
  const Output whole = podrun({"check", "web", "alone"});
  EXPECT_EQ(whole.status, 0) << whole.err;
  EXPECT_EQ(whole.out, "pod/web ok\npod/alone ok\n");

  ASSERT_EQ(run({"ip", "-n", "web", "link", "del", "eth0"}).status, 0);
  const Output broken = podrun({"check", "web", "alone"});
  EXPECT_EQ(broken.status, 10);
  EXPECT_EQ(broken.out, "pod/alone ok\n");
  EXPECT_THAT(broken.err, AllOf(HasSubstr("pod \"web\""), HasSubstr("network 'lab' on eth0"), HasSubstr("bridge"),
                                HasSubstr("CHECK")));
  EXPECT_EQ(podrun({"check", "nobody"}).status, 3);
}

// The broken file may be anything; that there is no such network is certain.
TEST_F(CniCommandTest, AnUnknownNetworkBesideABrokenFileIsUnknown) {
  covers("A1.06");
  configure("20-bad.conflist", "{\n  \"name\": \"bad\",\n  \"plugins\": []\n}\n");
  const Output unknown = cni({"add", "nonesuch", "blue"});
  EXPECT_EQ(unknown.status, 3);
  EXPECT_EQ(lines_of(unknown.err).size(), 1U) << unknown.err;
  EXPECT_THAT(unknown.err,
              testing::MatchesRegex(".*find network 'nonesuch' in .*: no such network .there is: lab.; a file "
                                    "that was passed over: .*/20-bad.conflist:3:14: .*\n"));
  const Output known = cni({"add", "lab", "blue"});
  EXPECT_EQ(known.status, 0) << known.err;
}

TEST_F(CniCommandTest, ASingleConfigurationIsCachedAsByCnitool) {
  covers("A11.10 B12");
  if (!can_run({cnitool()})) return;
  ASSERT_EQ(run({"rm", cni_conf_dir() + "/10-lab.conflist"}).status, 0);
  configure("10-lab.conf",
            R"({ "cniVersion":"1.0.0", "name":"lab", "type":"bridge", "bridge":"br-lab", "isGateway":true,)"
            R"("ipam":{"type":"host-local","ranges":[[{"subnet":"10.203.0.0/24"}]]}})");
  const auto cached = [] {
    const Json entry = Json::parse(run({"sh", "-c", "cat /var/lib/cni/results/lab-*"}).out, nullptr, false);
    return Json::parse(run(Command{{"base64", "-d"}, entry.at("config"), {}}).out, nullptr, false);
  };
  ASSERT_EQ(cnitool_run("add").status, 0);
  const Json theirs = cached();
  ASSERT_EQ(cnitool_run("del").status, 0);
  ASSERT_EQ(cni({"add", "lab", "blue"}).status, 0);
  const Json ours = cached();
  EXPECT_TRUE(theirs.is_object() && theirs.contains("plugins")) << theirs;
  EXPECT_EQ(ours, theirs);
  const Output checked = cnitool_run("check");
  EXPECT_EQ(checked.status, 0) << checked.err;
}

TEST_F(CniCommandTest, CnitoolDeletesWhatPodrunAdded) {
  covers("A11.01 A11.02 B12 B20");
  if (!can_run({cnitool()})) return;
  ASSERT_EQ(cni({"add", "lab", "blue"}).status, 0);
  EXPECT_EQ(cnitool_run("check").status, 0);
  EXPECT_EQ(cnitool_run("del").status, 0);
  EXPECT_EQ(links("blue").find("eth0"), std::string::npos);
  EXPECT_EQ(leases(), "0\n");
  EXPECT_EQ(attachments().at(0).at("cached"), false);  // the ledger lets go once a DEL of ours has succeeded
  EXPECT_THAT(cni({"attachments"}).out, HasSubstr("another tool"));
  EXPECT_EQ(cni({"del", "lab", "blue"}).status, 0);
  EXPECT_EQ(attachments().size(), 0U);
}

TEST_F(CniCommandTest, PodrunDeletesWhatCnitoolAdded) {
  covers("A10.06 A11.02 B12 B20");
  if (!can_run({cnitool()})) return;
  const Output added = cnitool_run("add");
  ASSERT_EQ(added.status, 0) << added.out << added.err;
  const Output checked = cni({"check", "lab", "blue"});
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_EQ(cni({"gc", "lab", "--valid-none"}).status, 0);  // not ours to collect
  EXPECT_THAT(links("blue"), HasSubstr("eth0"));
  EXPECT_EQ(cni({"del", "lab", "blue"}).status, 0);
  EXPECT_EQ(links("blue").find("eth0"), std::string::npos);
  EXPECT_EQ(leases(), "0\n");
  EXPECT_EQ(run({"sh", "-c", "ls /var/lib/cni/results | wc -l"}).out, "0\n");
}

}  // namespace
}  // namespace integration
