#include "runtime/packet/by_hand.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "runtime/packet/saved_rules.h"

namespace podrun::packet {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Link link(int index, const std::string& name, const std::string& kind) {
  Link made;
  made.index = index;
  made.name = name;
  made.kind = kind;
  made.mac = "02:00:00:00:00:0" + std::to_string(index);
  made.mtu = 1500;
  made.up = true;
  return made;
}

// On a bridge.
Wiring wiring() {
  Wiring made;
  made.name = "web";
  made.hostname = "web";
  made.unshare = {"--pid", "--fork", "--uts"};
  Link eth0 = link(2, "eth0", "veth");
  eth0.peer_space = 0;
  eth0.peer = 5;
  eth0.addresses = {"10.0.0.2/24", "fe80::1/64"};
  made.inside.links = {link(1, "lo", ""), eth0};
  Link end = link(5, "veth5", "veth");
  end.master = 4;
  Link bridge = link(4, "br0", "bridge");
  bridge.addresses = {"10.0.0.1/24"};
  made.outside.links = {link(1, "lo", ""), bridge, end};
  made.v4.routes_inside = "default via 10.0.0.1 dev eth0 \n10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.2 \n";
  made.v4.routes_outside = "default via 192.0.2.1 dev eth9\n10.0.0.0/24 dev br0 proto kernel scope link src 10.0.0.1\n";
  made.settings = {{"net/ipv4/ip_forward", "1"}};
  return made;
}

TEST(ByHand, APodOnABridge) {
  EXPECT_THAT(
      commands_by_hand(wiring()),
      ElementsAre("ip netns add web", "ip -n web link set lo up",
                  "nsenter --net=/run/netns/web unshare --pid --fork --uts sh -c 'hostname web; exec sleep infinity' &",
                  "ip link add name veth5 type veth peer name eth0 address 02:00:00:00:00:02 netns web",
                  "ip link add name br0 type bridge", "ip address add 10.0.0.1/24 dev br0", "ip link set dev br0 up",
                  "ip link set dev veth5 master br0", "ip link set dev veth5 up", "ip -n web link set dev eth0 up",
                  "ip -n web address add 10.0.0.2/24 dev eth0", "sysctl -w net/ipv4/ip_forward=1",
                  "ip -4 -n web route replace default via 10.0.0.1 dev eth0",
                  "nsenter --target=$! --uts --ipc --net=/run/netns/web --pid=/proc/$!/ns/pid_for_children ip address"));
}

// As Calico's pod side, and with what else a cable may have.
TEST(ByHand, APodWithoutABridge) {
  Wiring made = wiring();
  Link& end = made.outside.links.back();
  end.master = 0;
  end.mtu = 1400;
  made.inside.links.back().addresses = {"10.0.0.2/24", "fd00::2/128"};
  made.v4.routes_inside = "default via 169.254.1.1 dev eth0\n169.254.1.1 dev eth0 scope link linkdown\n";
  made.v4.routes_outside = "10.0.0.2 dev veth5 scope link\n10.0.0.3 dev veth6 scope link\n";
  made.neighbours = "169.254.1.1 dev eth0 lladdr ee:ee:ee:ee:ee:ee PERMANENT \n";
  const std::vector<std::string> commands = commands_by_hand(made);
  EXPECT_THAT(commands, Contains(HasSubstr("ip link add name veth5 mtu 1400 type veth")));
  EXPECT_THAT(commands, Contains("ip -n web address add 10.0.0.2/24 dev eth0 noprefixroute"));
  EXPECT_THAT(commands, Contains("ip -n web address add fd00::2/128 dev eth0 nodad"));
  EXPECT_THAT(commands, Contains("ip -n web neigh replace 169.254.1.1 dev eth0 lladdr ee:ee:ee:ee:ee:ee"));
  EXPECT_THAT(commands, Contains("ip -4 route replace 10.0.0.2 dev veth5 scope link"));
  EXPECT_THAT(commands, Not(Contains(HasSubstr("10.0.0.3"))));
  EXPECT_THAT(commands, Not(Contains(HasSubstr("br0"))));
  const auto to_router = std::find(commands.begin(), commands.end(),
                                   "ip -4 -n web route replace 169.254.1.1 dev eth0 scope link");
  ASSERT_NE(to_router, commands.end());
  EXPECT_EQ(*(to_router + 1), "ip -4 -n web route replace default via 169.254.1.1 dev eth0");
}

TEST(ByHand, WhatIsNoCable) {
  Wiring made = wiring();
  made.inside.links.back().peer_space = -1;
  made.inside.links.back().kind = "macvlan";
  EXPECT_THAT(commands_by_hand(made), Contains("# eth0 is no end of a cable to the machine, but of the kind 'macvlan'"));
}

TEST(ByHand, RulesAboutAPodAndNoOther) {
  const std::string saved =
      "# a remark\n*nat\n:PREROUTING ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n:PORTS - [0:0]\n:OF-A - [0:0]\n:OF-B - "
      "[0:0]\n"
      ":MARKED - [0:0]\n:MASQ - [0:0]\n"
      "-A PREROUTING -m addrtype --dst-type LOCAL -j PORTS\n-A POSTROUTING -j MASQ\n"
      "-A PORTS -m comment --comment \"net \\\"lab\\\" id-a $(x)\" -j OF-A\n-A PORTS -m comment --comment id-b -j OF-B\n"
      "-A OF-A -s 10.0.0.0/24 -j MARKED\n-A OF-A -p tcp -j DNAT --to-destination 10.0.0.2:80\n"
      "-A OF-B -p tcp -j DNAT --to-destination 10.0.0.20:80\n"
      "-A MARKED -j MARK --set-xmark 0x2000/0x2000\n-A MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE\n"
      "-A MASQ -m mark --mark 0x1/0x1 -j MASQUERADE\nCOMMIT\n";
  EXPECT_THAT(rules_by_hand("iptables", saved, {"10.0.0.2"}, {"id-a"}),
              ElementsAre("iptables -t nat -N PORTS", "iptables -t nat -N OF-A", "iptables -t nat -N MARKED",
                          "iptables -t nat -N MASQ",
                          "iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j PORTS",
                          "iptables -t nat -A POSTROUTING -j MASQ",
                          "iptables -t nat -A PORTS -m comment --comment 'net \"lab\" id-a $(x)' -j OF-A",
                          "iptables -t nat -A OF-A -s 10.0.0.0/24 -j MARKED",
                          "iptables -t nat -A OF-A -p tcp -j DNAT --to-destination 10.0.0.2:80",
                          "iptables -t nat -A MARKED -j MARK --set-xmark 0x2000/0x2000",
                          "iptables -t nat -A MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE"));
  EXPECT_THAT(rules_by_hand("iptables", saved, {"10.0.0.9"}, {"id-c"}), IsEmpty());
  EXPECT_THAT(rules_by_hand("ip6tables", "", {"fd00::2"}, {}), IsEmpty());
}

TEST(ByHand, WordsForAShell) {
  EXPECT_EQ(shell_word("veth0"), "veth0");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a;b"), "'a;b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
}

}  // namespace
}  // namespace podrun::packet
