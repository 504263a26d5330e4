// Plugins that change an interface another one made: portmap, bandwidth, firewall, tuning, sbr, vrf, and all in a row.
#include <gmock/gmock.h>

#include "integration/plugin_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kMac = "02:00:5e:10:00:01";

Json with_capability(const std::string& type, const std::string& capability) {
  return {{"type", type}, {"capabilities", {{capability, true}}}};
}
Json portmap() { return with_capability("portmap", "portMappings"); }
Json bandwidth() { return with_capability("bandwidth", "bandwidth"); }
Json firewall() { return {{"type", "firewall"}, {"backend", "iptables"}}; }
Json tuning() {
  return {{"type", "tuning"}, {"sysctl", {{"net.ipv4.ip_default_ttl", "77"}}}, {"mtu", 1400}, {"mac", kMac}};
}

// Greets on TCP 8080 and UDP 8081, host ports 18080 and 18081; limited to 8 and 4 Mbit/s.
Json busy_pod() {
  Json tcp = container("tcp", {"/bin/payload", "serve", "8080"});
  tcp["ports"] = {{{"containerPort", 8080}, {"hostPort", 18080}}};
  Json udp = container("udp", {"/bin/payload", "serve-udp", "8081"});
  udp["ports"] = {{{"containerPort", 8081}, {"hostPort", 18081}, {"protocol", "UDP"}}};
  Json manifest = pod("web", {tcp, udp});
  manifest["metadata"]["annotations"] = {{"kubernetes.io/ingress-bandwidth", "8M"},
                                         {"kubernetes.io/egress-bandwidth", "4M"}};
  return manifest;
}

std::string rules() { return run({"sh", "-c", "nft list ruleset; iptables-save; ip6tables-save"}).out; }

class ChainedPlugins : public PluginTest {
 protected:
  // bridge, and what follows it.
  bool chain(const std::vector<Json>& more) {
    std::vector<std::string> needed{"bridge", "host-local"};
    std::vector<Json> plugins{bridge(host_local({"10.210.0.0/24", "fd00:210::/64"}))};
    for (const Json& plugin : more) {
      needed.push_back(plugin.at("type"));
      plugins.push_back(plugin);
    }
    if (!have(needed)) return false;
    configure(plugins);
    return true;
  }
  // 1.1.1's portmap expects an IPv4 address's rules among those of IPv6 too, and its CHECK never passes.
  static bool checks_ports() { return GetParam().name == "Newest"; }
  static std::string ask_udp_from(const std::string& netns, const std::string& address, const std::string& port) {
    return in_netns(netns, {tests_dir() + "/payload", "ask-udp", address, port}).out;
  }
  static void expect_ports_mapped() {
    for (const char* address : {"198.51.100.1", "2001:db8:1::1"}) {
      EXPECT_EQ(ask_from("outside", address, "18080"), "hello from web\n") << address;
      EXPECT_EQ(ask_udp_from("outside", address, "18081"), "hello from web\n") << address;
    }
    EXPECT_EQ(ask("127.0.0.1", "18080"), "hello from web\n");
    EXPECT_EQ(ask("198.51.100.1", "18080"), "hello from web\n");
  }
};

TEST_P(ChainedPlugins, PortmapMapsTcpAndUdpOverIpv4AndIpv6) {
  if (!chain({portmap()})) return;
  make_outside();
  remember_world_with(busy_pod());
  ASSERT_TRUE(attach(busy_pod()));
  expect_ports_mapped();
  for (const char* unmasked : {"asked by 198.51.100.2\n", "asked by 2001:db8:1::2\n"})
    EXPECT_TRUE(eventually([&] { return logs("web", "tcp").find(unmasked) != std::string::npos; })) << unmasked;
  EXPECT_EQ(ask_from("web", "198.51.100.1", "18080"), "hello from web\n");  // to itself and back: hairpin
  if (checks_ports()) {
    expect_check_passes("web");
    ASSERT_EQ(run({"iptables", "-t", "nat", "-F", "CNI-HOSTPORT-DNAT"}).status, 0);
    expect_check_fails("web", "portmap", "CNI-HOSTPORT-DNAT");
  }
  delete_pods({"web"});
  EXPECT_TRUE(is_cut_off("outside", "198.51.100.1", "18080"));
  expect_world_unchanged();
}

TEST_P(ChainedPlugins, BandwidthShapesBothWays) {
  if (!chain({bandwidth()})) return;
  if (!can_run({need::link_type("ifb"), need::program("tc")})) return;
  remember_world_with(busy_pod());
  ASSERT_TRUE(attach(busy_pod()));
  const std::string queues = run({"tc", "qdisc", "show"}).out;
  EXPECT_THAT(queues, AllOf(HasSubstr("rate 8Mbit"), HasSubstr("rate 4Mbit"), HasSubstr("ingress")));
  EXPECT_THAT(run({"ip", "-d", "link"}).out, HasSubstr(" ifb "));
  expect_check_passes("web");
  ASSERT_EQ(run({"sh", "-c", "ip link del $(ip -o link show type ifb | cut -d: -f2)"}).status, 0);
  expect_check_fails("web", "bandwidth", "");
  delete_pods({"web"});
  EXPECT_THAT(run({"tc", "qdisc", "show"}).out, Not(HasSubstr("tbf")));
  expect_world_unchanged();
}

TEST_P(ChainedPlugins, FirewallOpensTheWayThroughADropPolicy) {
  if (!chain({firewall()})) return;
  make_outside();
  for (const char* tables : {"iptables", "ip6tables"}) ASSERT_EQ(run({tables, "-P", "FORWARD", "DROP"}).status, 0);
  remember_world_with(sleeper("client"));
  ASSERT_TRUE(attach(sleeper("client")));
  const std::vector<std::string> ips = addresses("client");
  ASSERT_EQ(ips.size(), 2U);
  EXPECT_THAT(rules(),
              AllOf(HasSubstr("-s " + ips[0] + "/32 -j ACCEPT"), HasSubstr("-s " + ips[1] + "/128 -j ACCEPT")));
  const pid_t server =
      start({"ip", "netns", "exec", "outside", tests_dir() + "/payload", "serve", "8080"}, "/dev/null");
  for (const char* address : {"198.51.100.2", "2001:db8:1::2"})
    EXPECT_THAT(ask_from("client", address), HasSubstr("hello")) << address;
  ::kill(server, SIGTERM);
  wait_for(server);
  expect_check_passes("client");
  ASSERT_EQ(run({"iptables", "-D", "CNI-FORWARD", "-s", ips[0], "-j", "ACCEPT"}).status, 0);
  expect_check_fails("client", "firewall", ips[0]);
  delete_pods({"client"});
  EXPECT_THAT(rules(), Not(HasSubstr(ips[1])));
}

TEST_P(ChainedPlugins, FirewallKeepsNetworksApart) {
  Json apart = firewall();
  apart["ingressPolicy"] = "same-bridge";
  if (!chain({apart})) return;
  Json other = bridge(host_local({"10.220.0.0/24"}));
  other["bridge"] = "br-other";
  other["ipMasq"] = false;
  configure("other", {other, apart});
  ASSERT_TRUE(attach(greeter("web")));
  ASSERT_TRUE(attach(sleeper("friend")));
  ASSERT_TRUE(attach(sleeper("stranger"), "other"));
  const std::string address = addresses("web").at(0);
  EXPECT_EQ(ask(address), "hello from web\n");
  EXPECT_EQ(ask_from("friend", address), "hello from web\n");
  EXPECT_TRUE(is_cut_off("stranger", address));
}

TEST_P(ChainedPlugins, TuningSetsSysctlMtuAndMac) {
  if (!chain({tuning()})) return;
  remember_world_with(greeter("web"));
  ASSERT_TRUE(attach(greeter("web")));
  const std::string link = in_netns("web", {"ip", "link", "show", "eth0"}).out;
  EXPECT_THAT(link, AllOf(HasSubstr("mtu 1400"), HasSubstr(kMac)));
  EXPECT_EQ(in_netns("web", {"cat", "/proc/sys/net/ipv4/ip_default_ttl"}).out, "77\n");
  EXPECT_EQ(ask(addresses("web").at(0)), "hello from web\n");
  expect_check_passes("web");
  ASSERT_EQ(in_netns("web", {"ip", "link", "set", "eth0", "mtu", "1300"}).status, 0);
  expect_check_fails("web", "tuning", "1400");
  delete_pods({"web"});
  expect_world_unchanged();
}

TEST_P(ChainedPlugins, SbrRoutesBySource) {
  if (!chain({{{"type", "sbr"}}})) return;
  ASSERT_EQ(run({"ip", "netns", "add", "blue"}).status, 0);
  remember_world_with(greeter("web"));
  const Output added = podrun({"cni", "add", "lab", "blue"});
  ASSERT_EQ(added.status, 0) << added.err;
  const std::string address = Json::parse(added.out).at("ips").at(0).at("address").get<std::string>();
  const std::string rule = "from " + address.substr(0, address.find('/')) + " lookup 100";
  EXPECT_THAT(run({"ip", "-n", "blue", "rule"}).out, HasSubstr(rule));
  EXPECT_THAT(run({"ip", "-n", "blue", "route", "show", "table", "100"}).out, HasSubstr("default via 10.210.0.1"));
  EXPECT_EQ(podrun({"cni", "del", "lab", "blue"}).status, 0);
  EXPECT_THAT(run({"ip", "-n", "blue", "rule"}).out, Not(HasSubstr("lookup 100")));

  ASSERT_TRUE(attach(greeter("web")));
  for (const std::string& ip : addresses("web")) EXPECT_EQ(ask(ip), "hello from web\n") << ip;
  delete_pods({"web"});
  expect_world_unchanged();
}

// No CHECK: bridge's looks in the main table for what vrf has taken out of it.
TEST_P(ChainedPlugins, VrfTakesTheInterfaceIntoATableOfItsOwn) {
  if (!have({"bridge", "host-local", "vrf"}) || !can_run({need::link_type("vrf")})) return;
  configure({bridge(host_local({"10.210.0.0/24"})), {{"type", "vrf"}, {"vrfname", "red"}}});  // 1.1.1 forgets IPv6
  remember_world_with(sleeper("web"));
  ASSERT_TRUE(attach(sleeper("web")));
  EXPECT_THAT(run({"ip", "-n", "web", "-d", "link", "show", "master", "red"}).out, HasSubstr("eth0"));
  EXPECT_THAT(run({"ip", "-n", "web", "route", "show", "vrf", "red"}).out, HasSubstr("10.210.0.0/24"));
  delete_pods({"web"});
  expect_world_unchanged();
}

TEST_P(ChainedPlugins, AllInARow) {
  if (!chain({tuning(), portmap(), bandwidth(), firewall()}) || !can_run({need::link_type("ifb")})) return;
  make_outside();
  remember_world_with(busy_pod());
  ASSERT_TRUE(attach(busy_pod()));
  expect_ports_mapped();
  EXPECT_THAT(in_netns("web", {"ip", "link", "show", "eth0"}).out, AllOf(HasSubstr("mtu 1400"), HasSubstr(kMac)));
  EXPECT_THAT(run({"tc", "qdisc", "show"}).out, HasSubstr("tbf"));
  EXPECT_THAT(rules(), HasSubstr(addresses("web").at(0) + "/32 -j ACCEPT"));
  if (checks_ports()) expect_check_passes("web");
  delete_pods({"web"});
  expect_world_unchanged();
}

INSTANTIATE_TEST_SUITE_P(With, ChainedPlugins, each_plugin_set(), testing::PrintToStringParamName());

}  // namespace
}  // namespace integration
