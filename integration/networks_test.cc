// Pods with several networks, by --network and by the annotation that multus reads.
#include <gmock/gmock.h>

#include <fstream>

#include "cni-invoker/tests/covers.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using cni::testing::covers;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class NetworksTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (!can_run({need::plugin("bridge"), need::plugin("host-local"), need::plugin("tuning"), need::program("ip")}))
      return;
    configure("red", "10.201.0.0/24");
    configure("blue", "10.202.0.0/24");
    configure("green", "10.203.0.0/24");
  }

  // A bridge of its own, without a default route; "tuning" takes the mac that a pod asks for.
  void configure(const std::string& name, const std::string& subnet, const std::string& type = "bridge") const {
    std::ofstream(cni_conf_dir() + "/" + name + ".conflist")
        << R"({"cniVersion":"1.0.0","name":")" << name << R"(","plugins":[{"type":")" << type << R"(","bridge":"br-)"
        << name << R"(","isGateway":true,"ipam":{"type":"host-local","ranges":[[{"subnet":")" << subnet
        << R"("}]]},"dns":{"nameservers":[")" << subnet.substr(0, subnet.rfind('.')) << R"(.1"]}},)"
        << R"({"type":"tuning","capabilities":{"mac":true}}]})";
  }

  static Json server(const std::string& networks = "") {
    Json made = pod("web", {container("server", {"/bin/payload", "serve", "8080"})});
    if (!networks.empty()) made["metadata"]["annotations"] = {{"k8s.v1.cni.cncf.io/networks", networks}};
    return made;
  }

  // Of the network at that place: {"network", "interface", address}.
  std::vector<std::string> network(std::size_t place) const {
    const Json networks = pod_networks("web");
    if (place >= networks.size()) return {};
    const Json& one = networks.at(place);
    const std::string address = one.at("result").at("ips").at(0).at("address");
    return {one.at("network"), one.at("interface"), address.substr(0, address.find('/'))};
  }
  static std::string ask(const std::string& address) {
    return run({tests_dir() + "/payload", "ask", address, "8080"}).out;
  }
  static std::string inside(const std::vector<std::string>& command) {
    std::vector<std::string> argv{"ip", "netns", "exec", "web"};
    argv.insert(argv.end(), command.begin(), command.end());
    return run(argv).out;
  }
};

TEST_F(NetworksTest, AttachesToTwoNetworksAndAnswersOnBoth) {
  remember_world({"--network", "red,blue"});
  ASSERT_TRUE(must_create(server(), {"--network", "red,blue@data0"}));
  const auto red = network(0);
  const auto blue = network(1);
  EXPECT_THAT(red, testing::ElementsAre("red", "eth0", testing::StartsWith("10.201.0.")));
  EXPECT_THAT(blue, testing::ElementsAre("blue", "data0", testing::StartsWith("10.202.0.")));
  EXPECT_EQ(ask(red.at(2)), "hello from web\n");
  EXPECT_EQ(ask(blue.at(2)), "hello from web\n");
  EXPECT_EQ(pod_ips("web"), std::vector<std::string>{red.at(2)});
  EXPECT_EQ(podrun({"check", "web"}).status, 0);
  EXPECT_THAT(exec("web", {"/bin/busybox", "cat", "/etc/resolv.conf"}).out,
              AllOf(HasSubstr("nameserver 10.201.0.1\n"), HasSubstr("nameserver 10.202.0.1\n")));
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(NetworksTest, TheAnnotationAddsNetworksToTheFirst) {
  ASSERT_TRUE(must_create(server("default/blue, green@data0"), {"--network", "red"}));
  EXPECT_THAT(network(0), testing::ElementsAre("red", "eth0", testing::_));
  EXPECT_THAT(network(1), testing::ElementsAre("blue", "net1", testing::_));
  EXPECT_THAT(network(2), testing::ElementsAre("green", "data0", testing::_));
  EXPECT_THAT(podrun({"describe", "web"}).out, HasSubstr("green:            data0 10.203.0."));
  const Json seen = Json::parse(podrun({"get", "web", "-o", "json"}).out);
  const Json status =
      Json::parse(seen.at("metadata").at("annotations").at("k8s.v1.cni.cncf.io/network-status").get<std::string>());
  EXPECT_EQ(status.at(2).at("interface"), "data0");
  EXPECT_EQ(status.at(2).at("ips").at(0), network(2).at(2));
}

TEST_F(NetworksTest, AnAttachmentHasTheMacAndTheSecondInterfaceOfTheSameNetworkItsOwnAddress) {
  ASSERT_TRUE(
      must_create(server(R"([{"name":"red","interface":"twin","mac":"c2:11:22:33:44:55"}])"), {"--network", "red"}));
  EXPECT_NE(network(0).at(2), network(1).at(2));
  EXPECT_THAT(inside({"ip", "link", "show", "twin"}), HasSubstr("c2:11:22:33:44:55"));
  EXPECT_THAT(inside({"ip", "link", "show", "eth0"}), Not(HasSubstr("c2:11:22:33:44:55")));
  EXPECT_EQ(podrun({"check", "web"}).status, 0);
}

// The plugin's chain for masquerading is one a container and network, and the first DEL cannot remove it.
TEST_F(NetworksTest, TwoInterfacesOfOneMasqueradingNetworkAreDetachedAtOnce) {
  if (!can_run({need::program("iptables")})) return;
  std::ofstream(cni_conf_dir() + "/masq.conflist")
      << R"({"cniVersion":"1.0.0","name":"masq","plugins":[{"type":"bridge","bridge":"br-masq","ipMasq":true,)"
      << R"("isDefaultGateway":true,"ipam":{"type":"host-local","ranges":[[{"subnet":"10.204.0.0/24"}]]}}]})";
  remember_world({"--network", "masq,red"});
  ASSERT_TRUE(must_create(server(), {"--network", "masq,masq"}));
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0) << removed.err;
  expect_world_unchanged();
}

TEST_F(NetworksTest, CheckNamesTheNetworkThatIsBroken) {
  ASSERT_TRUE(must_create(server("blue"), {"--network", "red"}));
  inside({"ip", "link", "del", "net1"});
  const Output checked = podrun({"check", "web"});
  EXPECT_NE(checked.status, 0);
  EXPECT_THAT(checked.err, AllOf(HasSubstr("network 'blue' on net1"), Not(HasSubstr("network 'red'"))));
}

TEST_F(NetworksTest, TheDomainOfANetworkIsItsSearchListWhereItHasNone) {
  covers("B24");
  const auto with_dns = [&](const std::string& name, const std::string& dns) {
    std::ofstream(cni_conf_dir() + "/" + name + ".conflist")
        << R"({"cniVersion":"1.0.0","name":")" << name << R"(","plugins":[{"type":"bridge","bridge":"br-)" << name
        << R"(","ipam":{"type":"host-local","ranges":[[{"subnet":"10.205.0.0/24"}]]},"dns":)" << dns << "}]}";
  };
  with_dns("corp", R"({"domain":"corp.example"})");
  with_dns("both", R"({"domain":"corp.example","search":["a.example","b.example"]})");
  for (const auto& [network, line] :
       {std::pair{"corp", "search corp.example\n"}, {"both", "search a.example b.example\n"}}) {
    ASSERT_TRUE(must_create(server(), {"--network", network}));
    EXPECT_THAT(exec("web", {"/bin/busybox", "cat", "/etc/resolv.conf"}).out, HasSubstr(line));
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(NetworksTest, HostLocalGivesAnAddressOfTheRangesThatThePodAsksFor) {
  covers("A13.01");
  std::ofstream(cni_conf_dir() + "/wide.conflist")
      << R"({"cniVersion":"1.0.0","name":"wide","plugins":[{"type":"bridge","bridge":"br-wide","capabilities":)"
      << R"({"ipRanges":true},"ipam":{"type":"host-local"}}]})";
  Json asking = server();
  asking["metadata"]["annotations"] = {
      {"podrun.io/ip-ranges", R"([[{"subnet":"10.207.0.0/24","rangeStart":"10.207.0.40","rangeEnd":"10.207.0.41"}]])"}};
  ASSERT_TRUE(must_create(asking, {"--network", "wide"}));
  EXPECT_THAT(pod_networks("web").at(0).at("result").at("ips").dump(), HasSubstr("10.207.0.40/24"));
}

// What the plugins of two networks are told of the pod, by one that writes it down.
TEST_F(NetworksTest, PluginsThatTakeThemGetThePodsUidCgroupAnnotationsAndNames) {
  covers("A13.01 A14.06");
  const std::string told = dir() + "/told";
  ASSERT_EQ(run({"mkdir", told, dir() + "/bin"}).status, 0);
  std::ofstream(dir() + "/bin/scribe") << "#!/bin/sh\n[ $CNI_COMMAND = ADD ] || exit 0\ncat > " << told
                                       << "/$CNI_IFNAME.json\necho \"$CNI_ARGS\" > " << told
                                       << "/$CNI_IFNAME.args\necho '{\"cniVersion\":\"1.0.0\"}'\n";
  ASSERT_EQ(run({"chmod", "0755", dir() + "/bin/scribe"}).status, 0);
  const auto scribe = [&](const std::string& name, const std::string& capabilities) {
    std::ofstream(cni_conf_dir() + "/" + name + ".conflist")
        << R"({"cniVersion":"1.0.0","name":")" << name << R"(","plugins":[{"type":"scribe")" << capabilities << "}]}";
  };
  scribe("curious", R"(,"capabilities":{"aliases":true,"cgroupPath":true,"io.kubernetes.cri.pod-annotations":true})");
  scribe("modest", "");
  Json manifest = server();
  manifest["metadata"]["uid"] = "1d9b1c1e-0c6b-4f0a-9c4f-3c1b0f0e7a11";
  manifest["metadata"]["annotations"] = {{"podrun.io/aliases", "db,cache"}, {"team", "blue"}};
  const Output made = create(manifest, {"--network", "curious,modest", "--cni-bin-dir", dir() + "/bin"});
  ASSERT_EQ(made.status, 0) << made.err;

  const Json first = Json::parse(run({"cat", told + "/eth0.json"}).out, nullptr, false);
  const Json given = first.value("runtimeConfig", Json::object());
  EXPECT_EQ(given.value("aliases", Json()), Json::array({"db", "cache"}));
  EXPECT_EQ(given.value("io.kubernetes.cri.pod-annotations", Json()), manifest["metadata"]["annotations"]);
  EXPECT_EQ(given.value("cgroupPath", ""), inspect("web").at("plan").at("cgroupPath").get<std::string>());
  const Json second = Json::parse(run({"cat", told + "/eth1.json"}).out, nullptr, false);
  EXPECT_FALSE(second.contains("runtimeConfig")) << second;
  for (const char* interface : {"eth0", "eth1"})
    EXPECT_THAT(run({"cat", told + "/" + interface + ".args"}).out,
                HasSubstr("K8S_POD_UID=1d9b1c1e-0c6b-4f0a-9c4f-3c1b0f0e7a11"));
  EXPECT_EQ(Json::parse(podrun({"get", "web", "-o", "json"}).out).at("metadata").at("uid"),
            manifest["metadata"]["uid"]);
}

TEST_F(NetworksTest, WhenTheSecondFailsTheFirstIsTakenBack) {
  remember_world({"--network", "red"});
  std::ofstream(cni_conf_dir() + "/bad.conflist")
      << R"({"cniVersion":"1.0.0","name":"bad","plugins":[{"type":"bridge","bridge":"lo","ipam":{}}]})";
  before_ = look_at_world(scope());
  const Output failed = create(server(), {"--network", "red,bad"});
  EXPECT_NE(failed.status, 0);
  EXPECT_THAT(failed.err, HasSubstr("attach network 'bad' as eth1"));
  expect_world_unchanged();
}

TEST_F(NetworksTest, RefusesWhatIsMissingOrMeantTwiceBeforeAnythingIsMade) {
  remember_world({"--network", "red"});
  const Output unknown = create(server("purple"), {"--network", "red"});
  EXPECT_NE(unknown.status, 0);
  EXPECT_THAT(unknown.err, AllOf(HasSubstr("'purple'"), HasSubstr("blue, green, red")));
  const Output twice = create(server(), {"--network", "red@eth7,blue@eth7"});
  EXPECT_NE(twice.status, 0);
  EXPECT_THAT(twice.err, HasSubstr("two networks as 'eth7'"));
  const Output taken = create(server("blue@eth0"), {"--network", "red"});
  EXPECT_NE(taken.status, 0);
  EXPECT_THAT(taken.err,
              AllOf(HasSubstr("metadata.annotations[k8s.v1.cni.cncf.io/networks]: attach two networks as 'eth0'"),
                    Not(HasSubstr("\n\n"))));
  EXPECT_EQ(lines_of(taken.err).size(), 1U) << taken.err;
  const Output annotation = create(server(R"([{"name":"red","mac":"seven"}])"), {"--network", "red"});
  EXPECT_NE(annotation.status, 0);
  EXPECT_THAT(annotation.err, HasSubstr("metadata.annotations[k8s.v1.cni.cncf.io/networks][0].mac"));
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration
