// Plugins that make a pod's interface: bridge, ptp, loopback, host-device.
#include <gmock/gmock.h>

#include <fstream>

#include "integration/plugin_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string kV4 = "10.210.0.0/24";
const std::string kV6 = "fd00:210::/64";

class InterfacePlugins : public PluginTest {
 protected:
  bool has_heard(const std::string& pod, const std::string& address) const {
    return logs(pod, "main").find("asked by " + address + "\n") != std::string::npos;
  }
  // Two pods and the host reach each other by every address, at once: IPv6 addresses are no longer tentative.
  void expect_connections(const std::string& type, const Json& plugin, const std::vector<std::string>& subnets) {
    if (!have({type, "bridge", "host-local"})) return;
    configure({bridge(host_local({kV4, kV6}))});  // not ptp, which waits two seconds for each IPv6 address
    remember_world_with(greeter("web"));
    configure({plugin});
    ASSERT_TRUE(attach(greeter("web")));
    EXPECT_EQ(in_netns("web", {"ip", "-6", "addr", "show", "scope", "global", "tentative"}).out, "");
    ASSERT_TRUE(attach(greeter("client")));
    ASSERT_EQ(addresses("web").size(), subnets.size());
    for (const std::string& address : addresses("web")) {
      EXPECT_EQ(ask(address), "hello from web\n") << address;
      EXPECT_EQ(exec("client", {"/bin/payload", "ask", address, "8080"}).out, "hello from web\n") << address;
    }
    for (const std::string& address : addresses("client"))  // pod to pod is not masqueraded
      EXPECT_TRUE(eventually([&] { return has_heard("web", address); })) << logs("web", "main");
    expect_check_passes("web");
    const std::string family = subnets.front() == kV4 ? "-4" : "-6";
    ASSERT_EQ(run({"ip", "-n", "web", family, "route", "del", "default"}).status, 0);
    expect_check_fails("web", type, "oute");
    delete_pods({"web", "client"});
    expect_world_unchanged();
  }
  void expect_bridge_connects(const std::vector<std::string>& subnets) {
    expect_connections("bridge", bridge(host_local(subnets)), subnets);
  }
  void expect_ptp_connects(const std::vector<std::string>& subnets) {
    expect_connections("ptp", {{"type", "ptp"}, {"ipMasq", true}, {"ipam", host_local(subnets)}}, subnets);
  }
};

TEST_P(InterfacePlugins, BridgeOverIpv4) { expect_bridge_connects({kV4}); }
TEST_P(InterfacePlugins, BridgeOverIpv6) { expect_bridge_connects({kV6}); }
TEST_P(InterfacePlugins, BridgeOverBoth) { expect_bridge_connects({kV4, kV6}); }
TEST_P(InterfacePlugins, PtpOverIpv4) { expect_ptp_connects({kV4}); }
TEST_P(InterfacePlugins, PtpOverIpv6) { expect_ptp_connects({kV6}); }
TEST_P(InterfacePlugins, PtpOverBoth) { expect_ptp_connects({kV4, kV6}); }

TEST_P(InterfacePlugins, TheOutsideSeesTheHostsAddress) {
  if (!have({"bridge", "host-local"})) return;
  make_outside();
  configure({bridge(host_local({kV4, kV6}))});
  ASSERT_TRUE(attach(sleeper("client")));
  const std::string log = dir() + "/outside.log";
  const pid_t server = start({"ip", "netns", "exec", "outside", tests_dir() + "/payload", "serve", "8080"}, log);
  EXPECT_THAT(ask_from("client", "198.51.100.2"), HasSubstr("hello"));
  EXPECT_THAT(ask_from("client", "2001:db8:1::2"), HasSubstr("hello"));
  EXPECT_THAT(run({"cat", log}).out, AllOf(HasSubstr("by 198.51.100.1\n"), HasSubstr("by 2001:db8:1::1\n")));
  ::kill(server, SIGTERM);
  wait_for(server);
}

TEST_P(InterfacePlugins, LoopbackBringsLoUp) {
  if (!have({"loopback"})) return;
  configure({{{"type", "loopback"}}});
  ASSERT_EQ(run({"ip", "netns", "add", "blue"}).status, 0);
  remember_world_with(greeter("web"));
  const Output added = podrun({"cni", "add", "lab", "blue", "--ifname", "lo"});
  ASSERT_EQ(added.status, 0) << added.err;
  EXPECT_THAT(in_netns("blue", {"ip", "link", "show", "up"}).out, HasSubstr("lo:"));
  EXPECT_EQ(podrun({"cni", "check", "lab", "blue", "--ifname", "lo"}).status, 0);
  EXPECT_EQ(podrun({"cni", "del", "lab", "blue", "--ifname", "lo"}).status, 0);
  EXPECT_EQ(in_netns("blue", {"ip", "link", "show", "up"}).out, "");

  ASSERT_TRUE(attach(greeter("web")));
  for (const char* address : {"127.0.0.1", "::1"}) EXPECT_EQ(ask_from("web", address), "hello from web\n") << address;
  delete_pods({"web"});
  expect_world_unchanged();
}

TEST_P(InterfacePlugins, HostDeviceLendsALink) {
  if (!have({"host-device", "static"})) return;
  ASSERT_EQ(run({"sh", "-ec", R"(
    ip link add spare0 type veth peer name spare1
    ip addr add 10.211.0.1/24 dev spare1
    ip addr add fd00:211::1/64 dev spare1 nodad
    ip link set spare1 up)"})
                .status,
            0);
  const Json fixed = Json::array({{{"address", "10.211.0.2/24"}}, {{"address", "fd00:211::2/64"}}});
  configure({{{"type", "host-device"}, {"device", "spare0"}, {"ipam", {{"type", "static"}, {"addresses", fixed}}}}});
  remember_world_with(greeter("web"));
  ASSERT_TRUE(attach(greeter("web")));
  EXPECT_NE(run({"ip", "link", "show", "spare0"}).status, 0);
  for (const char* address : {"10.211.0.2", "fd00:211::2"}) EXPECT_EQ(ask(address), "hello from web\n") << address;
  expect_check_passes("web");
  const Output second = create(greeter("second"), {"--network", "lab"});
  EXPECT_NE(second.status, 0);
  EXPECT_THAT(second.err, HasSubstr("plugin 'host-device' ADD: failed to find host device"));
  // This plugin's DEL fails where its ADD had failed, as long as there is a namespace. What is owed until then is kept.
  EXPECT_THAT(remove("second").err, HasSubstr("plugin 'host-device' DEL"));
  EXPECT_EQ(podrun({"delete", "second", "--force"}).status, 0);
  EXPECT_EQ(podrun({"recover"}).status, 0);
  ASSERT_EQ(run({"ip", "-n", "web", "addr", "del", "10.211.0.2/24", "dev", "eth0"}).status, 0);
  expect_check_fails("web", "host-device", "10.211.0.2");
  delete_pods({"web"});
  EXPECT_EQ(run({"ip", "link", "show", "spare0"}).status, 0);
  expect_world_unchanged();
}

INSTANTIATE_TEST_SUITE_P(With, InterfacePlugins, each_plugin_set(), testing::PrintToStringParamName());

}  // namespace
}  // namespace integration
