// Plugins that make an interface of a kind that not every kernel has: macvlan, ipvlan, vlan, dummy, tap.
#include <gmock/gmock.h>

#include "integration/plugin_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class LinkPlugins : public PluginTest {
 protected:
  // master0, whose other end master1 is in the namespace "outside". The host's address on it is 10.212.0.1.
  bool have_link(const std::string& type) {
    if (!have({type, "host-local"}) || !can_run({need::link_type(type)})) return false;
    const Output made = run({"sh", "-ec", R"(
      ip netns add outside
      ip link add master0 type veth peer name master1 netns outside
      ip addr add 10.212.0.1/24 dev master0
      ip link set master0 up
      ip -n outside link set master1 up)"});
    EXPECT_EQ(made.status, 0) << made.err;
    return made.status == 0;
  }
  static Json on_master(const std::string& type) {
    Json ipam = host_local({"10.212.0.0/24", "fd00:212::/64"});
    ipam["routes"] = Json::array();
    return {{"type", type}, {"master", "master0"}, {"ipam", ipam}};
  }
  void expect_kind(const std::string& pod, const std::string& kind) {
    EXPECT_THAT(run({"ip", "-n", pod, "-d", "link", "show", "eth0"}).out, HasSubstr(kind));
  }
  void expect_check_follows(const std::string& type) {
    expect_check_passes("web");
    ASSERT_EQ(run({"ip", "-n", "web", "addr", "del", addresses("web").at(0) + "/24", "dev", "eth0"}).status, 0);
    expect_check_fails("web", type, addresses("web").at(0));
  }
  // Two pods on one master hear each other; the host, whose own link it is, does not.
  void expect_pods_beside_the_host(const Json& plugin) {
    const std::string type = plugin.at("type");
    configure({plugin});
    remember_world_with(greeter("web"));
    ASSERT_TRUE(attach(greeter("web")));
    ASSERT_TRUE(attach(sleeper("client")));
    expect_kind("web", type);
    for (const std::string& address : addresses("web"))
      EXPECT_EQ(ask_from("client", address), "hello from web\n") << address;
    EXPECT_TRUE(is_cut_off("", addresses("web").at(0)));
    expect_check_follows(type);
    delete_pods({"web", "client"});
    expect_world_unchanged();
  }
};

class NewLinkPlugins : public LinkPlugins {};  // Debian 12 has these plugins not yet

TEST_P(LinkPlugins, MacvlanConnectsPodsBesideTheHost) {
  if (have_link("macvlan")) expect_pods_beside_the_host(on_master("macvlan"));
}

TEST_P(LinkPlugins, IpvlanConnectsPodsBesideTheHost) {
  if (have_link("ipvlan")) expect_pods_beside_the_host(on_master("ipvlan"));
}

TEST_P(LinkPlugins, VlanTagsItsFrames) {
  if (!have_link("vlan")) return;
  Json plugin = on_master("vlan");
  plugin["vlanId"] = 5;
  configure({plugin});
  const Output tagged = run({"sh", "-ec", R"(
    ip -n outside addr add 10.212.0.253/24 dev master1
    ip -n outside link add link master1 name tagged type vlan id 5
    ip -n outside link set tagged up)"});
  ASSERT_EQ(tagged.status, 0) << tagged.err;
  remember_world_with(greeter("web"));
  ASSERT_TRUE(attach(greeter("web")));
  expect_kind("web", "vlan protocol 802.1Q id 5");
  EXPECT_TRUE(is_cut_off("outside", addresses("web").at(0)));
  run({"sh", "-c", "ip -n outside addr flush dev master1; ip -n outside addr add 10.212.0.254/24 dev tagged"});
  EXPECT_EQ(ask_from("outside", addresses("web").at(0)), "hello from web\n");
  expect_check_follows("vlan");
  delete_pods({"web"});
  expect_world_unchanged();
}

TEST_P(NewLinkPlugins, DummyHoldsAnAddress) {
  if (!have_link("dummy")) return;
  Json plugin = on_master("dummy");
  plugin.erase("master");
  configure({plugin});
  remember_world_with(greeter("web"));
  ASSERT_TRUE(attach(greeter("web")));
  expect_kind("web", "dummy");
  for (const std::string& address : addresses("web")) EXPECT_EQ(ask_from("web", address), "hello from web\n");
  expect_check_follows("dummy");
  delete_pods({"web"});
  expect_world_unchanged();
}

TEST_P(NewLinkPlugins, TapHasAnAddress) {
  if (!have_link("tap")) return;
  configure({{{"type", "tap"}, {"ipam", host_local({"10.212.0.0/24"})}}});  // IPv6 would wait ten seconds for a carrier
  remember_world_with(sleeper("web"));
  ASSERT_TRUE(attach(sleeper("web")));
  expect_kind("web", "tun type tap");
  EXPECT_THAT(run({"ip", "-n", "web", "addr", "show", "eth0"}).out, HasSubstr(addresses("web").at(0)));
  expect_check_follows("tap");
  delete_pods({"web"});
  expect_world_unchanged();
}

INSTANTIATE_TEST_SUITE_P(With, LinkPlugins, each_plugin_set(), testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(With, NewLinkPlugins, testing::Values(newest_plugins()), testing::PrintToStringParamName());

}  // namespace
}  // namespace integration
