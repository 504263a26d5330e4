// podrun explain: links, addresses, neighbours and routes of a real host are broken one at a time; the cause is named,
// and the command that is said to mend it does.
#include <fstream>

#include "integration/explain_host.h"

namespace integration {
namespace {

using testing::HasSubstr;
using testing::Not;

INSTANTIATE_TEST_SUITE_P(With, ExplainTest, testing::Values(debian_plugins()), testing::PrintToStringParamName());

TEST_P(ExplainTest, NothingIsWrong) {
  if (!make_pods()) return;
  for (const char* to : {"web:8080", "web:http", "198.51.100.1:18080", "[2001:db8:1::1]:18080"})
    expect_arrives({"client", to});
  expect_arrives({"client", "[" + address("web", false) + "]:8080"});
  expect_arrives({"client", "web:8080", "--data", "1000"});
  for (const char* to : {"web:8080", "127.0.0.1:18080", "198.51.100.1:18080"}) expect_arrives({"host", to});
  for (const char* to : {"198.51.100.1:18080", "[2001:db8:1::1]:18080"}) expect_arrives({"netns:outside", to});
  expect_arrives({"web", "198.51.100.1:18080"});  // its own port, by hairpin
  expect_arrives({"web", "web:8080"});
}

// What is odd elsewhere is no cause.
TEST_P(ExplainTest, NothingIsWrongHere) {
  if (!make_pods()) return;
  must("ip -n other link set eth0 down; ip link set " + port_of("other") + " nomaster");
  must("sysctl -w net.ipv4.conf.lo.rp_filter=1 net.ipv6.conf.lo.disable_ipv6=1");
  must("ip route add blackhole 203.0.113.0/24; ip -n other neigh replace " + address("web") +
       " lladdr 02:00:00:00:00:99 dev eth0 nud permanent");
  must("iptables -I FORWARD -d 203.0.113.1 -j DROP");
  must("bridge link set dev " + port_of("web") + " isolated on");
  expect_arrives({"client", "web:8080"});
  expect_arrives({"client", "198.51.100.1:18080"});
  const Output text = podrun({"explain", "client", "web:8080"});
  EXPECT_EQ(text.out, "client → web:8080 by TCP: connected\narrives   connected\n");
  must("ip route del blackhole 203.0.113.0/24; sysctl -w net.ipv4.conf.lo.rp_filter=0 net.ipv6.conf.lo.disable_ipv6=0");
}

TEST_P(ExplainTest, DuplicateAddress) {
  if (!make_pods()) return;
  expect_cause("ip -n other addr add " + address("web") + "/24 dev eth0; ip neigh flush dev br-lab",
               {"host", "web:8080"}, "duplicate-address");
}

// Without the bridge the route to the pods is gone, too: it goes out by the default route.
TEST_P(ExplainTest, TheBridgeIsDown) {
  if (!make_pods()) return;
  expect_cause("ip link set br-lab down", {"host", "web:8080"}, "link-down");
  expect_cause("ip link set br-lab down", {"client", "web:8080"}, "link-down");
}

TEST_P(ExplainTest, ALinkIsDown) {
  if (!make_pods()) return;
  expect_cause("ip -n client link set eth0 down", {"client", "198.51.100.1:18080"}, "link-down");
  expect_cause("ip -n web link set eth0 down", {"client", "web:8080"}, "link-down");
  expect_cause("ip link set " + port_of("client") + " down", {"client", "web:8080"}, "link-down");
  expect_cause("ip link set " + port_of("web") + " down", {"netns:outside", "198.51.100.1:18080"}, "link-down");
  expect_cause("ip -n web link set eth0 down", {"client", "[" + address("web", false) + "]:8080"}, "link-down");
}

TEST_P(ExplainTest, NoAddress) {
  if (!make_pods()) return;
  expect_cause("ip -n client addr flush dev eth0", {"client", "198.51.100.1:18080"}, "no-address");
  expect_cause("ip -n web addr del " + address("web") + "/24 dev eth0", {"client", "198.51.100.1:18080"}, "no-address");
}

TEST_P(ExplainTest, NoRoute) {
  if (!make_pods()) return;
  expect_cause("ip -n client route del default", {"client", "198.51.100.1:18080"}, "no-route");
  expect_cause("ip -n client -6 route del default", {"client", "[2001:db8:1::1]:18080"}, "no-route");
}

TEST_P(ExplainTest, Ipv6IsOff) {
  if (!make_pods()) return;
  expect_cause("ip netns exec client sysctl -w net.ipv6.conf.eth0.disable_ipv6=1",
               {"client", "[" + address("web", false) + "]:8080"}, "ipv6-off");
  expect_cause("ip netns exec web sysctl -w net.ipv6.conf.eth0.disable_ipv6=1",
               {"client", "[" + address("web", false) + "]:8080"}, "ipv6-off");
}

TEST_P(ExplainTest, APortIsInNoBridge) {
  if (!make_pods()) return;
  expect_cause("ip link set " + port_of("web") + " nomaster", {"client", "web:8080"}, "not-in-bridge");
  expect_cause("ip link set " + port_of("client") + " nomaster", {"client", "198.51.100.1:18080"}, "not-in-bridge");
}

TEST_P(ExplainTest, PortsAreKeptApart) {
  if (!make_pods()) return;
  expect_cause("for port in " + port_of("web") + " " + port_of("client") +
                   "; do bridge link set dev $port isolated on; done; ip -n client neigh flush dev eth0",
               {"client", "web:8080"}, "isolated");
}

TEST_P(ExplainTest, NoArp) {
  if (!make_pods()) return;
  expect_cause("ip -n web link set eth0 arp off; ip -n client neigh flush dev eth0", {"client", "web:8080"}, "no-arp");
  expect_cause("ip -n client link set eth0 arp off", {"client", "web:8080"}, "no-arp");
}

TEST_P(ExplainTest, NobodyHasTheAddress) {
  if (!make_pods()) return;
  expect_cause("", {"client", "10.210.0.99:80"}, "nobody", false);
  expect_cause("", {"host", "10.210.0.99:80"}, "nobody", false);
  expect_cause("ip addr del 10.210.0.1/24 dev br-lab; ip -n client neigh flush dev eth0",
               {"client", "198.51.100.1:18080"}, "no-router");
  expect_cause("ip -n client route replace default via 10.210.0.77 dev eth0", {"client", "198.51.100.1:18080"},
               "no-router");
}

TEST_P(ExplainTest, LocalhostIsKeptIn) {
  if (!make_pods()) return;
  expect_cause("sysctl -w net.ipv4.conf.br-lab.route_localnet=0", {"host", "127.0.0.1:18080"}, "localhost-kept-in");
}

TEST_P(ExplainTest, RoutesThatRefuse) {
  if (!make_pods()) return;
  serve_outside();
  const std::vector<std::string> words{"client", "198.51.100.2:8080"};
  for (const char* kind : {"prohibit", "unreachable", "blackhole"}) {
    expect_cause(std::string("ip route add ") + kind + " 198.51.100.2", words, "refusing-route");
    expect_cause(std::string("ip -n client route add ") + kind + " 198.51.100.2", words, "refusing-route");
  }
  expect_cause("ip route del default; ip -n outside addr add 203.0.113.9 dev lo", {"client", "203.0.113.9:8080"},
               "no-route", false);
}

TEST_P(ExplainTest, ARouterThatDoesNotRoute) {
  if (!make_pods()) return;
  serve_outside();
  expect_cause("sysctl -w net.ipv4.ip_forward=0", {"client", "198.51.100.2:8080"}, "no-forwarding");
  expect_cause("sysctl -w net.ipv4.conf.br-lab.forwarding=0", {"client", "198.51.100.2:8080"}, "no-forwarding");
  expect_cause("sysctl -w net.ipv4.conf.up0.forwarding=0", {"netns:outside", "198.51.100.1:18080"}, "no-forwarding");
  expect_cause("sysctl -w net.ipv6.conf.all.forwarding=0", {"client", "[2001:db8:1::2]:8080"}, "no-forwarding");
}

TEST_P(ExplainTest, ReversePath) {
  if (!make_pods()) return;
  must(
      "ip link add spare1 type veth peer name spare2 netns outside; ip link set spare1 up; ip -n outside link set "
      "spare2 "
      "up; ip addr add 198.51.101.1/24 dev spare1; ip -n outside addr add 198.51.101.2/24 dev spare2");
  must(
      "sysctl -w net.ipv4.conf.all.rp_filter=0; for link in all spare2 up1; do ip netns exec outside sysctl -w "
      "net.ipv4.conf.$link.rp_filter=0; done");
  expect_cause("sysctl -w net.ipv4.conf.up0.rp_filter=1; ip route add 198.51.100.2 via 198.51.101.2 dev spare1",
               {"netns:outside", "198.51.100.1:18080"}, "reverse-path");
}

TEST_P(ExplainTest, APodIsNoRouter) {
  if (!make_pods()) return;
  serve_outside();
  must("ip netns exec other sysctl -w net.ipv4.ip_forward=0");
  expect_cause("ip -n client route replace default via " + address("other") + " dev eth0",
               {"client", "198.51.100.2:8080"}, "wrong-router");
}

// Only where the frame stays in the bridge: what is routed comes from the bridge itself.
TEST_P(ExplainTest, NoHairpin) {
  if (!make_pods()) return;
  if (std::ifstream(kFilterOfBridges)) {
    expect_cause("bridge link set dev " + port_of("web") + " hairpin off", {"web", "198.51.100.1:18080"}, "no-hairpin");
    std::ofstream(kFilterOfBridges) << 0;
  }
  must("bridge link set dev " + port_of("web") + " hairpin off");
  expect_arrives({"web", "198.51.100.1:18080"});
  if (std::ifstream(kFilterOfBridges)) std::ofstream(kFilterOfBridges) << 1;
}

TEST_P(ExplainTest, WrongNeighbour) {
  if (!make_pods()) return;
  serve_outside();
  must("ip netns exec other sysctl -w net.ipv4.ip_forward=0");
  const std::string at = " dev eth0 nud permanent";
  expect_cause("ip -n client neigh replace " + address("web") + " lladdr 02:00:00:00:00:99" + at,
               {"client", "web:8080"}, "wrong-neighbour");
  const std::string mac = Json::parse(in_netns("other", {"ip", "-j", "link", "show", "eth0"}).out)[0]["address"];
  expect_cause("ip -n client neigh replace " + address("web") + " lladdr " + mac + at, {"client", "web:8080"},
               "wrong-neighbour");
  expect_cause("ip -n client neigh replace 10.210.0.1 lladdr " + mac + at, {"client", "198.51.100.2:8080"},
               "wrong-neighbour");
}

TEST_P(ExplainTest, NoWayBack) {
  if (!make_pods()) return;
  expect_cause("ip -n web route del default", {"netns:outside", "198.51.100.1:18080"}, "no-route");
  expect_cause("ip -n web route add blackhole 198.51.100.2", {"netns:outside", "198.51.100.1:18080"}, "refusing-route");
}

// Seen from within, as nobody beyond this machine can be asked.
TEST_P(ExplainTest, NotMasqueraded) {
  if (!make_pods()) return;
  serve_outside();
  must("ip -n outside route del default; umount /run/netns/outside; rm /run/netns/outside");
  expect_cause("iptables -t nat -F POSTROUTING", {"client", "198.51.100.2:8080"}, "not-masqueraded");
}

TEST_P(ExplainTest, WhatIsBeyondThisMachineIsNotGuessed) {
  if (!make_pods()) return;
  serve_outside();
  must(
      "ip netns exec outside nft 'add table inet own; add chain inet own in { type filter hook input priority 0; "
      "policy "
      "drop; }; add rule inet own in icmpv6 type != echo-request accept'");
  must("umount /run/netns/outside; rm /run/netns/outside");
  const Json unknown = explained({"client", "198.51.100.2:8080"}, 12);
  EXPECT_FALSE(unknown.contains("cause"));
  EXPECT_THAT(unknown.at("end"), HasSubstr("last seen leaving host by up0"));
  EXPECT_THAT(podrun({"explain", "client", "198.51.100.2:8080"}).out,
              HasSubstr("\ncause     unknown; last seen leaving host by up0\n"));
}

TEST_P(ExplainTest, WhatWasTypedWrong) {
  EXPECT_EQ(podrun({"explain", "host", "web"}).status, 2);
  EXPECT_EQ(podrun({"explain", "host", "127.0.0.1:http"}).status, 2);
  EXPECT_EQ(podrun({"explain", "nobody", "127.0.0.1:80"}).status, 3);
  EXPECT_EQ(podrun({"explain", "host", "127.0.0.1:80", "--recursive"}).status, 2);
  EXPECT_EQ(podrun({"explain", "host", "127.0.0.1:80", "-o", "markdown"}).status, 2);
  EXPECT_EQ(podrun({"explain", "pod.spec", "--udp"}).status, 2);
  EXPECT_EQ(podrun({"explain", "pod.spec", "-o", "json"}).status, 2);
}

}  // namespace
}  // namespace integration
