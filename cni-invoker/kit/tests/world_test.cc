// Makes each kind of thing, and sees it told; takes it away, and sees nothing.
#include "kit/src/world/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <optional>

#include "kit/src/world/made.h"
#include "private_host.h"

namespace cni::kit {
namespace {

using cni::testing::shell;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class WorldOfAHost : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    pod_.emplace("pod-1");
    shell("ip netns add first; ip netns del first");  // makes /run/netns a mount
    ::mkdir("/run/world", 0755);
    before_ = now();
  }
  void TearDown() override { shell("rm -rf /run/world"); }

  World now() const {
    return look_at_world({{{"", "/proc/self/ns/net"}, {"pod-1", "/run/netns/pod-1"}}, {"/run/world"}});
  }
  std::vector<std::string> changes() const { return difference(before_, now()); }
  // Made: told as `told` says. Taken away: nothing is.
  template <class Matcher>
  void expect_told(const std::string& make, const Matcher& told, const std::string& take_away) {
    EXPECT_EQ(shell(make), "");
    EXPECT_THAT(changes(), told);
    EXPECT_EQ(shell(take_away), "");
    EXPECT_THAT(changes(), IsEmpty());
  }

  std::optional<cni::testing::Netns> pod_;
  World before_;
};

TEST_F(WorldOfAHost, IsTheSameWhenNothingHappened) { EXPECT_THAT(changes(), IsEmpty()); }

TEST_F(WorldOfAHost, TellsOfALinkItsAddressAndItsRoutes) {
  expect_told("ip link add left0 type bridge && ip addr add 10.99.0.1/24 dev left0 && ip link set left0 up",
              AllOf(Contains(StartsWith("left: link left0 type bridge vlan-filtering 0 mtu 1500 admin up ")),
                    Contains("left: address 10.99.0.1/24 on left0"),
                    Contains("left: route 10.99.0.0/24 on left0 from 10.99.0.1 scope 253"),
                    Contains(StartsWith("left: route 10.99.0.255/32 on left0 table local type broadcast"))),
              "ip link del left0");
}

TEST_F(WorldOfAHost, TellsOfAPodsThingsWhereTheyAre) {
  expect_told(
      "ip link add left0 type veth peer name eth0 netns pod-1",
      AllOf(Contains(AllOf(StartsWith("left: link left0 type veth mtu 1500 admin down mac "), Not(HasSubstr(" in ")))),
            Contains(AllOf(StartsWith("left: link eth0 type veth mtu 1500 admin down "), HasSubstr(" in pod-1")))),
      "ip link del left0");
}

TEST_F(WorldOfAHost, TellsWhatOfALinkChanged) {
  shell("ip link add br0 type bridge && ip link add v0 type veth peer name v1");
  before_ = now();
  expect_told("ip link set br0 mtu 1450", ElementsAre("changed: link br0 mtu 1500 -> 1450"),
              "ip link set br0 mtu 1500");
  expect_told("ip link set v0 promisc on", ElementsAre("changed: link v0 promisc none -> on"),
              "ip link set v0 promisc off");
  expect_told("ip link set lo down", Contains(HasSubstr("changed: link lo admin up -> down")), "ip link set lo up");
  shell("ip link del br0; ip link del v0");
}

TEST_F(WorldOfAHost, TellsOfLinksBelowLinks) {
  expect_told(
      "ip link add base0 type veth peer name base1 && ip link add link base0 name above0 type macvlan mode bridge",
      Contains(AllOf(StartsWith("left: link above0 type macvlan mode 4 "), HasSubstr(" of base0"))),
      "ip link del base0");
}

TEST_F(WorldOfAHost, TellsWhoOwnsATap) {
  expect_told("ip tuntap add tap0 mode tap user 1234 group 99",
              Contains(AllOf(StartsWith("left: link tap0 type tun owner 1234 group 99"))), "ip link del tap0");
}

TEST_F(WorldOfAHost, TellsOfRoutesOfAnyTable) {
  expect_told("ip route add blackhole 10.98.0.0/16 table 77 mtu 1300",
              ElementsAre("left: route 10.98.0.0/16 table 77 type blackhole mtu 1300"),
              "ip route del blackhole 10.98.0.0/16 table 77");
  expect_told("ip -6 route add unreachable fd00:98::/64 table 77",
              ElementsAre(AllOf(StartsWith("left: route fd00:98::/64 on lo table 77"), HasSubstr("type unreachable"))),
              "ip -6 route del unreachable fd00:98::/64 table 77");
}

TEST_F(WorldOfAHost, TellsOfARouteOfSeveralWaysByEachOfThem) {
  const std::string two_links =
      "for n in 0 1; do ip link add way$n type veth peer name far$n && ip addr add fd00:97:$n::1/64 dev way$n nodad "
      "&& ip link set way$n up && ip link set far$n up; done";
  EXPECT_EQ(shell(two_links), "");
  before_ = now();
  const auto through = [](int n) {
    return "ip -6 route append fd00:96::/64 via fd00:97:" + std::to_string(n) + "::2 dev way" + std::to_string(n);
  };
  EXPECT_EQ(shell(through(0)), "");
  before_ = now();
  expect_told(through(1), ElementsAre("left: route fd00:96::/64 on way1 metric 1024 via fd00:97:1::2"),
              "ip -6 route del fd00:96::/64 via fd00:97:1::2 dev way1");
  shell("ip link del way0; ip link del way1");
}

TEST_F(WorldOfAHost, TellsOfRules) {
  expect_told(
      "ip -6 rule add from fd00::/64 lookup 77 priority 5 && ip rule add iif lo fwmark 3 lookup 78 priority 6",
      UnorderedElementsAre("left: rule IPv6 5: from fd00::/64 table 77", "left: rule IPv4 6: iif lo mark 3 table 78"),
      "ip -6 rule del priority 5 && ip rule del priority 6");
}

TEST_F(WorldOfAHost, TellsOfNeighboursAndForwardingEntriesThatStay) {
  shell(
      "ip link add br0 type bridge && ip link set br0 up && ip link add v0 type veth peer name v1 && ip link set v0 "
      "master br0 up");
  before_ = now();
  expect_told("ip neigh add 10.1.0.9 lladdr 02:00:00:00:00:09 dev v0 nud permanent",
              ElementsAre("left: neighbour 10.1.0.9 on v0 mac 02:00:00:00:00:09"), "ip neigh del 10.1.0.9 dev v0");
  expect_told("ip neigh add 10.1.0.9 lladdr 02:00:00:00:00:09 dev v0 nud reachable", IsEmpty(),
              "ip neigh del 10.1.0.9 dev v0");
  expect_told("bridge fdb add 02:00:00:00:00:08 dev v0 master static",
              ElementsAre("left: forwarding entry 02:00:00:00:00:08 on v0"),
              "bridge fdb del 02:00:00:00:00:08 dev v0 master");
  shell("ip link del v0; ip link del br0");
}

TEST_F(WorldOfAHost, TellsOfQueueingDisciplinesAndFilters) {
  shell("ip link add v0 type veth peer name v1 && ip link set v0 up");
  before_ = now();
  expect_told(
      "tc qdisc add dev v0 root handle 1: tbf rate 8mbit burst 4000 limit 9000",
      ElementsAre(AllOf(StartsWith("left: qdisc tbf 1:0 at root on v0 rate 1000000 bytes/s"), HasSubstr("limit 9000"))),
      "tc qdisc del dev v0 root");
  expect_told(
      "tc qdisc add dev v0 ingress && "
      "tc filter add dev v0 parent ffff: protocol all u32 match u32 0 0 action mirred egress redirect dev lo",
      AllOf(Contains("left: qdisc ingress ffff:0 at ffff:fff1 on v0"),
            Contains(AllOf(StartsWith("left: filter u32"), HasSubstr(" on v0")))),
      "tc qdisc del dev v0 ingress");
  shell("ip link del v0");
}

TEST_F(WorldOfAHost, TellsOfThePacketFilterAndNoCounter) {
  expect_told(
      "nft add table inet left && nft 'add chain inet left input { type filter hook input priority 0; }' && "
      "nft add rule inet left input tcp dport 4711 counter accept",
      AllOf(Contains("left: packet filter table inet left"),
            Contains("left: packet filter table inet left, chain input, tcp dport 4711 counter accept")),
      "nft delete table inet left");
  expect_told("ip netns exec pod-1 iptables -t nat -A POSTROUTING -s 10.97.0.1 -j MASQUERADE",
              Contains(AllOf(HasSubstr("10.97.0.1"), HasSubstr(" in pod-1"))),
              "ip netns exec pod-1 nft delete table ip nat");
}

TEST_F(WorldOfAHost, TellsOfSysctlsThatChangedAndNotOfThoseThatCameWithALink) {
  ASSERT_EQ(shell("sysctl -qw net.ipv4.conf.lo.route_localnet=1"), "");
  EXPECT_THAT(changes(), ElementsAre("changed: sysctl net/ipv4/conf/lo/route_localnet is 0 -> 1"));
  shell("sysctl -qw net.ipv4.conf.lo.route_localnet=0; ip link add v0 type veth peer name v1");
  EXPECT_THAT(changes(), UnorderedElementsAre(StartsWith("left: link v0 type veth"), StartsWith("left: link v1 ")));
  shell("ip link del v0");
}

TEST_F(WorldOfAHost, TellsOfAMountAndOfAPinnedNamespace) {
  expect_told("mount -t tmpfs left /run/world", Contains(StartsWith("left: mount /run/world type tmpfs root / ")),
              "umount /run/world");
  expect_told("ip netns add left", ElementsAre(StartsWith("left: mount /run/netns/left type nsfs root net:[")),
              "ip netns del left");
}

TEST_F(WorldOfAHost, TellsOfAProcess) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::execlp("sleep", "sleep", "4711.5", nullptr);
    ::_exit(127);
  }
  std::vector<std::string> seen;
  for (int tries = 0;
       tries < 500 && (seen = changes()) != std::vector<std::string>{"left: process sleep: sleep 4711.5"}; ++tries)
    ::usleep(10'000);
  EXPECT_THAT(seen, Contains("left: process sleep: sleep 4711.5"));
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

TEST_F(WorldOfAHost, TellsOfFilesAndOfWhatIsInThem) {
  shell("mkdir /run/world/dir && ln -s nowhere /run/world/link && printf 12345 > /run/world/dir/file");
  EXPECT_THAT(changes(), UnorderedElementsAre("left: directory /run/world/dir mode 0755",
                                              "left: symlink /run/world/link to nowhere",
                                              StartsWith("left: file /run/world/dir/file bytes 5 content ")));
  before_ = now();
  std::ofstream("/run/world/dir/file") << "12346";
  EXPECT_THAT(changes(), ElementsAre(StartsWith("changed: file /run/world/dir/file content ")));
}

TEST_F(WorldOfAHost, LooksIntoNothingThatIsExcluded) {
  shell("mkdir -p /run/world/seen /run/world/excluded/sub; touch /run/world/note");
  EXPECT_THAT(
      difference(before_, look_at_world({.namespaces = {{"", "/proc/self/ns/net"}, {"pod-1", "/run/netns/pod-1"}},
                                         .trees = {"/run/world"},
                                         .excluded = {"/run/world/excluded", "/run/world/note"}})),
      ElementsAre("left: directory /run/world/seen mode 0755"));
}

TEST_F(WorldOfAHost, KnowsThatHostLocalNotesTheLastAddress) {
  std::ofstream("/run/world/last_reserved_ip.0") << "10.1.0.2";
  before_ = now();
  std::ofstream("/run/world/last_reserved_ip.0") << "10.1.0.13";
  EXPECT_THAT(changes(), IsEmpty());
  ::unlink("/run/world/last_reserved_ip.0");
  EXPECT_THAT(changes(), ElementsAre(StartsWith("lost: file /run/world/last_reserved_ip.0")));
}

TEST_F(WorldOfAHost, CountsWhatIsThereTwice) {
  shell("nft add table inet left && nft add chain inet left c && nft add rule inet left c drop");
  before_ = now();
  shell("nft add rule inet left c drop");
  EXPECT_THAT(changes(), ElementsAre("left: packet filter table inet left, chain c, drop (2)"));
  shell("nft delete table inet left");
}

TEST(MadeTest, AFileOfSeveralIsLostOnlyOnceItIsGone) {
  const Thing hosts{"file", "/run/hosts", ""}, link{"link", "veth1", ""};
  const World before{{hosts, {{"content", "a"}}}}, after{{hosts, {{"content", "a, b"}}}, {link, {{"mtu", "1500"}}}};
  const Made made(before, after);
  EXPECT_THAT(made.lost_in(after), IsEmpty());
  EXPECT_THAT(made.lost_in({{hosts, {{"content", "b"}}}, {link, {{"mtu", "1500"}}}}), IsEmpty());
  EXPECT_THAT(made.lost_in({{hosts, {{"content", "b"}}}}), ElementsAre(StartsWith("not left: link veth1")));
  EXPECT_THAT(made.lost_in({{link, {{"mtu", "1500"}}}}), ElementsAre(StartsWith("not changed: file /run/hosts")));
}

}  // namespace
}  // namespace cni::kit
