#include "runtime/packet/by_hand.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "runtime/packet/nft_rules.h"
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
  made.namespaces = {"--pid", "--uts"};
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
      ElementsAre("pause=$(unshare --net --pid --uts sh -c 'sleep infinity > /dev/null & echo $!')",
                  "ip netns attach web $pause", "nsenter --target=$pause --net --pid --uts mount -t proc proc /proc",
                  "nsenter --target=$pause --net --pid --uts hostname web", "ip -n web link set lo up",
                  "ip link add name veth5 type veth peer name eth0 address 02:00:00:00:00:02 netns web",
                  "ip link add name br0 type bridge", "ip address add 10.0.0.1/24 dev br0", "ip link set dev br0 up",
                  "ip link set dev veth5 master br0", "ip link set dev veth5 up", "ip -n web link set dev eth0 up",
                  "ip -n web address add 10.0.0.2/24 dev eth0", "sysctl -w net/ipv4/ip_forward=1",
                  "ip -4 -n web route replace default via 10.0.0.1 dev eth0",
                  "nsenter --target=$pause --net --pid --uts ip address"));
}

TEST(ByHand, UsersOfItsOwn) {
  Wiring made = wiring();
  made.users = WiredUsers{327680, 65536};
  made.namespaces = {"--mount", "--uts"};  // processes are the machine's
  made.own_settings = {{"net.ipv4.ping_group_range", "0 65535"}};
  const std::vector<std::string> commands = commands_by_hand(made);
  const std::string inside = "nsenter --target=$pause --user --net --mount --uts ";
  EXPECT_THAT(std::vector<std::string>(commands.begin(), commands.begin() + 6),
              ElementsAre("pause=$(unshare --user --net --mount --uts sh -c 'sleep infinity > /dev/null & echo $!')",
                          "echo 0 327680 65536 > /proc/$pause/uid_map", "echo 0 327680 65536 > /proc/$pause/gid_map",
                          "ip netns attach web $pause", inside + "hostname web",
                          inside + "sysctl -w 'net.ipv4.ping_group_range=0 65535'"));
  EXPECT_EQ(commands.back(), inside + "ip address");
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
  EXPECT_THAT(
      rules_by_hand("iptables", saved, {{"10.0.0.2"}, {"id-a"}, {}}),
      ElementsAre("iptables -t nat -N PORTS", "iptables -t nat -N MASQ", "iptables -t nat -N OF-A",
                  "iptables -t nat -N MARKED", "iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j PORTS",
                  "iptables -t nat -A POSTROUTING -j MASQ",
                  "iptables -t nat -A PORTS -m comment --comment 'net \"lab\" id-a $(x)' -j OF-A",
                  "iptables -t nat -A OF-A -s 10.0.0.0/24 -j MARKED",
                  "iptables -t nat -A OF-A -p tcp -j DNAT --to-destination 10.0.0.2:80",
                  "iptables -t nat -A MARKED -j MARK --set-xmark 0x2000/0x2000",
                  "iptables -t nat -A MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE"));
  EXPECT_THAT(rules_by_hand("iptables", saved, {{"10.0.0.9"}, {"id-c"}, {}}), IsEmpty());
  EXPECT_THAT(rules_by_hand("ip6tables", "", {{"fd00::2"}, {}, {}}), IsEmpty());
}

TEST(ByHand, AChainThatIsEmptyIsMadeWhereARuleLeadsThere) {
  EXPECT_THAT(rules_by_hand("iptables",
                            "*filter\n:FORWARD ACCEPT [0:0]\n:MINE - [0:0]\n:NONE - [0:0]\n"
                            "-A FORWARD -i br0 -j MINE\nCOMMIT\n",
                            {{}, {}, {"br0"}}),
              ElementsAre("iptables -t filter -N MINE", "iptables -t filter -A FORWARD -i br0 -j MINE"));
}

TEST(ByHand, ACommentLeadsNowhere) {
  EXPECT_THAT(rules_by_hand("iptables",
                            "*filter\n:FORWARD ACCEPT [0:0]\n:MINE - [0:0]\n:NONE - [0:0]\n"
                            "-A FORWARD -i br0 -m comment --comment \"-j\" -j MINE\nCOMMIT\n",
                            {{}, {}, {"br0"}}),
              ElementsAre("iptables -t filter -N MINE",
                          "iptables -t filter -A FORWARD -i br0 -m comment --comment -j -j MINE"));
}

constexpr const char* kRuleset = R"(table ip podrun {
	chain guard {
		type filter hook prerouting priority raw; policy accept;
		iifname "br0" ip daddr 127.0.0.0/8 drop
		iifname "br1" ip daddr 127.0.0.0/8 drop
	}
}
# managed by iptables
table ip nat {
	chain OF-A {
		ip saddr 10.0.0.2 counter jump MASQ
	}
}
table inet own {
	set mine {
		type ipv4_addr
		flags interval
		elements = { 10.0.0.2, 192.0.2.0/24,
			     198.51.100.0/24 }
	}

	set others {
		type ipv4_addr
	}

	chain first {
		type nat hook prerouting priority dstnat; policy accept;
		comment "ports of { all"
		fib daddr type local jump ports
		ip saddr @others accept
	}

	chain ports {
		tcp dport 8080 jump to-a comment "id-a"
		tcp dport vmap { 80 : jump to-a, 81 : jump to-b,
				 82 : jump to-c }
	}

	chain to-a {
		ip saddr @mine meta mark set meta mark | 0x00002000
		meta l4proto tcp dnat ip to 10.0.0.2
	}

	chain to-b {
		dnat ip to 10.0.0.20
	}

	chain to-c {
	}

	chain last {
		type nat hook postrouting priority srcnat; policy accept;
		meta mark & 0x00002000 == 0x00002000 masquerade
		meta mark 0x00000001 masquerade
	}
}
table bridge own {
	chain between {
		type filter hook forward priority filter; policy accept;
	}
}
)";

TEST(ByHand, RulesOfNftables) {
  const IsOthersTable is_others = [](const std::string& family, const std::string& table) {
    return family == "ip" && table == "nat";
  };
  EXPECT_THAT(
      nft_rules_by_hand(kRuleset, {{"10.0.0.2"}, {"id-a"}, {"br0"}}, is_others),
      ElementsAre("nft add table ip podrun",
                  "nft add chain ip podrun guard '{ type filter hook prerouting priority raw; policy accept; }'",
                  "nft add rule ip podrun guard 'iifname \"br0\" ip daddr 127.0.0.0/8 drop'", "nft add table inet own",
                  "nft add chain inet own first '{ type nat hook prerouting priority dstnat; policy accept; comment "
                  "\"ports of { all\"; }'",
                  "nft add chain inet own ports", "nft add chain inet own to-a", "nft add chain inet own to-b",
                  "nft add chain inet own to-c",
                  "nft add chain inet own last '{ type nat hook postrouting priority srcnat; policy accept; }'",
                  "nft add set inet own mine '{ type ipv4_addr; flags interval; elements = { 10.0.0.2, 192.0.2.0/24, "
                  "198.51.100.0/24 }; }'",
                  "nft add rule inet own first 'fib daddr type local jump ports'",
                  "nft add rule inet own ports 'tcp dport 8080 jump to-a comment \"id-a\"'",
                  "nft add rule inet own ports 'tcp dport vmap { 80 : jump to-a, 81 : jump to-b, 82 : jump to-c }'",
                  "nft add rule inet own to-a 'ip saddr @mine meta mark set meta mark | 0x00002000'",
                  "nft add rule inet own to-a 'meta l4proto tcp dnat ip to 10.0.0.2'",
                  "nft add rule inet own last 'meta mark & 0x00002000 == 0x00002000 masquerade'"));
  EXPECT_THAT(nft_rules_by_hand(kRuleset, {{"10.0.0.9"}, {"id-c"}, {"br9"}}, is_others), IsEmpty());
  EXPECT_THAT(nft_rules_by_hand("", {{"10.0.0.2"}, {}, {}}, is_others), IsEmpty());
}

// As kube-proxy has them, and what else has a name.
constexpr const char* kNamed = R"(table ip kube-proxy {
	limit few {
		rate 10/second burst 5 packets
	}

	counter seen {
	}

	counter others {
	}

	quota much {
		over 10 mbytes
	}

	ct helper files {
		type "ftp" protocol tcp
		l3proto ip
	}

	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		comment "ClusterIP, ExternalIP and LoadBalancer IP traffic"
		elements = { 10.96.0.10 . tcp . 80 comment "default/web:goto x" : goto service-web,
			     10.96.0.11 . tcp . 80 : goto service-db }
	}

	map counters {
		type inet_service : counter
		elements = { 80 : "seen" }
	}

	map none {
		type ipv4_addr : verdict
		elements = { 10.96.0.9 : goto nowhere }
	}

	flowtable fast {
		hook ingress priority filter
		devices = { eth0, veth7 }
	}

	chain nat-prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		jump services
	}

	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}

	chain service-web {
		numgen random mod 1 vmap { 0 : goto endpoint-a }
	}

	chain service-db {
		dnat to 10.0.0.20:80
	}

	chain nowhere {
	}

	chain endpoint-a {
		limit name "few" quota name "much" accept
		counter name tcp dport map @counters
		tcp dport 21 ct helper set "files"
		ip protocol tcp flow add @fast
		meta l4proto tcp dnat to 10.0.0.2:80
	}
}
)";

TEST(ByHand, WhatHasANameIsMadeBeforeWhatAsksForIt) {
  EXPECT_THAT(
      nft_rules_by_hand(kNamed, {{"10.0.0.2"}, {}, {}}, [](const auto&, const auto&) { return false; }),
      ElementsAre(
          "nft add table ip kube-proxy",
          "nft add chain ip kube-proxy nat-prerouting '{ type nat hook prerouting priority dstnat; policy accept; }'",
          "nft add chain ip kube-proxy services", "nft add chain ip kube-proxy service-web",
          "nft add chain ip kube-proxy service-db", "nft add chain ip kube-proxy endpoint-a",
          "nft add map ip kube-proxy service-ips '{ type ipv4_addr . inet_proto . inet_service : verdict; comment "
          "\"ClusterIP, ExternalIP and LoadBalancer IP traffic\"; elements = { 10.96.0.10 . tcp . 80 comment "
          "\"default/web:goto x\" : goto service-web, 10.96.0.11 . tcp . 80 : goto service-db }; }'",
          "nft add rule ip kube-proxy nat-prerouting 'jump services'",
          "nft add rule ip kube-proxy services 'ip daddr . meta l4proto . th dport vmap @service-ips'",
          "nft add rule ip kube-proxy service-web 'numgen random mod 1 vmap { 0 : goto endpoint-a }'",
          "nft add rule ip kube-proxy endpoint-a 'meta l4proto tcp dnat to 10.0.0.2:80'"));
  const auto commands =
      nft_rules_by_hand(kNamed, {{"10.0.0.2", "10.0.0.20"}, {"endpoint-a", "few", "counters", "files", "tcp"}, {}},
                        [](const auto&, const auto&) { return false; });
  std::vector<std::string> named;
  for (const std::string& command : commands)
    if (!command.starts_with("nft add chain ") && !command.starts_with("nft add rule ") &&
        command.find("service-ips") == std::string::npos)
      named.push_back(command);
  EXPECT_THAT(
      named, ElementsAre("nft add table ip kube-proxy",
                         "nft add limit ip kube-proxy few '{ rate 10/second burst 5 packets; }'",
                         "nft add counter ip kube-proxy seen", "nft add quota ip kube-proxy much '{ over 10 mbytes; }'",
                         "nft add ct helper ip kube-proxy files '{ type \"ftp\" protocol tcp; l3proto ip; }'",
                         "nft add map ip kube-proxy counters '{ type inet_service : counter; elements = { 80 : "
                         "\"seen\" }; }'"));
  EXPECT_THAT(commands, Not(Contains(HasSubstr("fast"))));
  EXPECT_THAT(commands, Contains("nft add rule ip kube-proxy service-db 'dnat to 10.0.0.20:80'"));
}

TEST(ByHand, WordsForAShell) {
  EXPECT_EQ(shell_word("veth0"), "veth0");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a;b"), "'a;b'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
}

}  // namespace
}  // namespace podrun::packet
