// The first cause, decided from recordings of hosts that were broken on purpose: each is what `podrun explain -o json`
// has kept of one, by the name of its cause (integration/explain_test.cc).
#include "runtime/packet/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "runtime/packet/facts.h"
#include "runtime/packet/test_recordings.h"
#include "runtime/packet/untraced.h"
#include "runtime/packet/whereabouts.h"

namespace podrun::packet {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Row {
  const char* recording;  // of causes/
  const char* cause;      // "": it arrives
  const char* evidence;   // part of it
  const char* fix;        // part of the first; "": none
};

std::string name_of(const testing::TestParamInfo<Row>& row) {
  std::string name = row.param.recording;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class ExplainRecording : public testing::TestWithParam<Row> {};

TEST_P(ExplainRecording, NamesTheFirstCause) {
  const Row& row = GetParam();
  const Recording recording = recording_of(std::string("causes/") + row.recording);
  const Explanation explanation = explain(recording);
  EXPECT_EQ(explanation.arrives, row.cause[0] == '\0');
  ASSERT_EQ(explanation.cause.has_value(), row.cause[0] != '\0') << explanation.end;
  if (!explanation.cause) return;
  EXPECT_EQ(explanation.cause->name, row.cause) << explanation.cause->text;
  std::string evidence;
  for (const std::string& line : explanation.cause->evidence) evidence += line + "\n";
  EXPECT_THAT(evidence, HasSubstr(row.evidence));
  const auto& fixes = explanation.cause->fixes;
  EXPECT_EQ(fixes.empty(), row.fix[0] == '\0');
  EXPECT_THAT(fixes.empty() ? "" : fixes.front(), HasSubstr(row.fix));
}

INSTANTIATE_TEST_SUITE_P(
    OfBrokenHosts, ExplainRecording,
    testing::Values(
        Row{"duplicate-address", "duplicate-address", "has it, with the MAC", "ip addr del"},
        Row{"port-down-between-nodes", "link-down", "port2 has no UP", "ip link set port2 up"},
        Row{"no-arp", "no-arp", "NOARP", "arp on"}, Row{"not-in-bridge", "not-in-bridge", "subnet", "master br-lab"},
        Row{"isolated", "isolated", "isolated", "isolated off"},
        Row{"no-address", "no-address", "was given", "ip addr add"},
        Row{"ipv6-off", "ipv6-off", "disable_ipv6 = 1", "disable_ipv6=0"},
        Row{"no-route", "no-route", "Network is unreachable", "route replace default via 10.210.0.1"},
        Row{"refusing-route", "refusing-route", "198.51.100.2", "route del"},
        Row{"nobody", "nobody", "nobody tells", ""},
        Row{"no-router", "no-router", "nobody tells", "route replace default via 10.210.0.1"},
        Row{"localhost-kept-in", "localhost-kept-in", "route_localnet = 0", "route_localnet=1"},
        Row{"rule", "rule", "DROP", "iptables -t filter -D INPUT"},
        Row{"policy", "policy", "policy drop", "policy accept"},
        Row{"untraced-rule", "untraced-rule", "netdev own in: tcp dport 8080 drop", "nft delete rule netdev own in"},
        Row{"nobody-listens", "nobody-listens", "no socket", ""},
        Row{"listens-elsewhere", "listens-elsewhere", "127.0.0.1:8080", ""},
        Row{"port-not-led-on", "port-not-led-on", "a process of the host listens", ""},
        Row{"reverse-path", "reverse-path", "IPReversePathFilter", "rp_filter=2"},
        Row{"no-forwarding", "no-forwarding", "forwarding = 0", "forwarding=1"},
        Row{"no-hairpin", "no-hairpin", "hairpin off", "hairpin on"},
        Row{"wrong-neighbour", "wrong-neighbour", "PERMANENT", "ip neigh del"},
        Row{"not-accepted", "not-accepted", "ListenOverflows", ""},
        Row{"not-translated-back", "not-translated-back", "bridge-nf-call-iptables = 0", "bridge-nf-call-iptables=1"},
        Row{"mtu", "mtu", "MTU", "mtu 1500"},
        Row{"not-masqueraded", "not-masqueraded", "seen leaving host by up0", "MASQUERADE"},
        Row{"stale-connection", "stale-connection", "remembers", "conntrack -D"}),
    name_of);

// Without its evidence nothing is named: a guess is no answer.
TEST_P(ExplainRecording, WithoutEvidenceItIsUnknown) {
  const Row& row = GetParam();
  const std::string cause = row.cause;
  Recording recording = recording_of(std::string("causes/") + row.recording);
  recording.evidence = {};
  const Explanation explanation = explain(recording);
  for (const char* needs : {"no-route", "refusing-route", "no-forwarding", "reverse-path", "wrong-neighbour",
                            "ipv6-off", "untraced-rule", "not-accepted", "localhost-kept-in"})
    if (cause == needs) {
      EXPECT_NE(explanation.cause.value_or(Cause{}).name, cause);
    }
}

TEST(Explain, OfAnEmptyRecordingNothingIsKnown) {
  Recording recording;
  recording.spaces.resize(1);
  const Explanation explanation = explain(recording);
  EXPECT_FALSE(explanation.arrives);
  EXPECT_FALSE(explanation.cause);
}

// The way is walked from within to without: what comes first is the cause.
TEST(Explain, OfSeveralTheFirstIsNamed) {
  const auto link_of = [](Recording& recording, const char* space, const char* name) -> Link& {
    for (Space& one : recording.spaces)
      for (Link& link : one.links)
        if (one.name == space && link.name == name) return link;
    throw std::runtime_error("no such link");
  };
  Recording recording = recording_of("causes/isolated");
  const auto cause = [&] { return explain(recording).cause.value_or(Cause{}); };
  EXPECT_EQ(cause().name, "isolated");
  link_of(recording, "host", "br-lab").up = false;
  EXPECT_EQ(cause().text, "The bridge br-lab of host is down.");
  link_of(recording, "pod client", "eth0").no_arp = true;
  EXPECT_EQ(cause().name, "no-arp");
  link_of(recording, "pod client", "eth0").up = false;
  EXPECT_EQ(cause().text, "The link eth0 of pod client is down.");
  EXPECT_THAT(cause().fixes.front(), HasSubstr("nsenter --net=/run/netns/client ip link set eth0 up"));
}

// The switch is a module's. That it is not there is seen of the bridge's namespace alone, whose other settings are
// known.
TEST(Explain, BridgesAreNotFilteredWithoutTheModule) {
  Recording recording = recording_of("causes/not-translated-back");
  auto& settings = recording.evidence.settings;
  const auto is_switch = [](const Setting& one) { return one.name == "net/bridge/bridge-nf-call-iptables"; };
  const auto cause = [&] { return explain(recording).cause.value_or(Cause{}); };
  std::erase_if(settings, [&](const Setting& one) { return is_switch(one) && one.space == 0; });
  EXPECT_EQ(cause().name, "not-translated-back");
  EXPECT_THAT(cause().evidence, testing::Contains(HasSubstr("bridge-nf-call-iptables is not there")));
  EXPECT_THAT(cause().evidence, testing::Contains(HasSubstr("in the bridge br-lab of host")));
  EXPECT_THAT(cause().fixes,
              testing::ElementsAre("modprobe br_netfilter", "sysctl -w net/bridge/bridge-nf-call-iptables=1"));
  settings.push_back({0, "net/bridge/bridge-nf-call-iptables", "1"});  // it is not that, then
  EXPECT_EQ(cause().name, "not-translated-back");
  EXPECT_THAT(cause().fixes, IsEmpty());
  settings.back().value = "0";
  EXPECT_THAT(cause().fixes, testing::ElementsAre("sysctl -w net/bridge/bridge-nf-call-iptables=1"));
  std::erase_if(settings, [&](const Setting& one) { return one.space == 0; });
  EXPECT_THAT(cause().fixes, IsEmpty());
}

// A pod names its links, tables and chains as it likes.
TEST(Explain, NoCommandHasWhatAShellActsOn) {
  Recording recording = recording_of("causes/isolated");
  Link* bridge = nullptr;
  for (Space& one : recording.spaces)
    for (Link& link : one.links)
      if (link.name == "br-lab") bridge = &link;
  ASSERT_NE(bridge, nullptr);
  bridge->up = false;
  for (const char* name : {"$(reboot)", "`id`", "a;reboot", "a|sh", "a&b", "a>b", "a\nb", "a'b", "a\"$HOME\"", "a\\b",
                           "!!", "{a,b}", "*", "~", "#"}) {
    bridge->name = name;
    const Explanation explanation = explain(recording);
    ASSERT_TRUE(explanation.cause) << name;
    EXPECT_EQ(explanation.cause->name, "link-down") << name;
    EXPECT_THAT(explanation.cause->fixes, testing::IsEmpty()) << name;
    EXPECT_THAT(explanation.notes, testing::SizeIs(1)) << name;
  }
  bridge->name = "br-1.2@x";
  EXPECT_THAT(explain(recording).cause.value_or(Cause{}).fixes, testing::SizeIs(1));
}

// So does who writes a rule with its comment.
TEST(Explain, WordsOfARuleAreForAShell) {
  Recording recording = recording_of("causes/rule");
  for (RuleText& rule : recording.rules)
    if (rule.chain == "INPUT") rule.text = "-A INPUT -p udp -m comment --comment \"$(x) `y`\" -j DROP";
  EXPECT_THAT(explain(recording).cause.value_or(Cause{}).fixes,
              testing::ElementsAre("nsenter --net=/run/netns/client iptables -t filter -D INPUT -p udp -m comment "
                                   "--comment '$(x) `y`' -j DROP"));
}

TEST(Explain, RecordingsWithoutEvidence) {
  EXPECT_TRUE(explain(recording_of("hostport-routed")).arrives);
  EXPECT_EQ(explain(recording_of("dropped")).cause.value_or(Cause{}).name, "rule");
}

TEST(Facts, Subnets) {
  const auto ip = [](const char* text) { return *base::IpAddress::parse(text); };
  EXPECT_TRUE(is_in_subnet(ip("10.0.0.9"), "10.0.0.1/24"));
  EXPECT_FALSE(is_in_subnet(ip("10.0.1.9"), "10.0.0.1/24"));
  EXPECT_TRUE(is_in_subnet(ip("10.0.1.9"), "10.0.0.1/23"));
  EXPECT_TRUE(is_in_subnet(ip("192.0.2.1"), "10.0.0.1/0"));
  EXPECT_TRUE(is_in_subnet(ip("fd00::1:2"), "fd00::1/64"));
  EXPECT_FALSE(is_in_subnet(ip("fd01::1"), "fd00::1/64"));
  EXPECT_FALSE(is_in_subnet(ip("10.0.0.9"), "::/0"));
  EXPECT_FALSE(is_in_subnet(ip("10.0.0.9"), "10.0.0.9"));
}

TEST(Whereabouts, WhatARuleTranslatesTo) {
  const auto text = [](const char* rule) {
    const auto target = dnat_target(rule);
    return target ? to_text(*target) : "";
  };
  EXPECT_EQ(text("-A CNI-DN -p tcp -j DNAT --to-destination 10.0.0.2:80"), "10.0.0.2:80");
  EXPECT_EQ(text("-A CNI-DN -j DNAT --to-destination [fd00::2]:80"), "[fd00::2]:80");
  EXPECT_EQ(text("udp dport 7000 dnat to 10.0.0.2:80"), "10.0.0.2:80");
  EXPECT_EQ(text("dnat ip6 to [fd00::2]:80"), "[fd00::2]:80");
  EXPECT_EQ(text("dnat to fd00::2"), "fd00::2");
  EXPECT_EQ(text("-A X -j DNAT --to-destination 10.0.0.2 --random"), "10.0.0.2");
  for (const char* none : {"-j MASQUERADE", "dnat to @map", ""}) EXPECT_EQ(text(none), "") << none;
}

TEST(Untraced, DropsOfNftablesAtADevice) {
  const std::string ruleset = R"(table netdev own { # handle 3
	chain in { # handle 1
		type filter hook ingress device "veth1" priority filter; policy accept;
		tcp dport 80 drop # handle 2
		udp dport 80 accept # handle 4
	}
	chain other { # handle 5
		type filter hook ingress device "veth2" priority filter; policy drop;
	}
})";
  const auto drops = ingress_drops(ruleset, "veth1");
  ASSERT_EQ(drops.size(), 1U);
  EXPECT_EQ(drops[0].text, "netdev own in: tcp dport 80 drop");
  EXPECT_EQ(drops[0].removal, "nft delete rule netdev own in handle 2");
  const auto policy = ingress_drops(ruleset, "veth2");
  ASSERT_EQ(policy.size(), 1U);
  EXPECT_EQ(policy[0].removal, "nft 'chain netdev own other { policy accept; }'");
  EXPECT_THAT(ingress_drops(ruleset, "veth"), IsEmpty());
}

TEST(Untraced, DropsOfTc) {
  const std::string filters = R"(filter protocol ip pref 7 u32 chain 0 
filter protocol ip pref 7 u32 chain 0 fh 800: ht divisor 1 
filter protocol ip pref 7 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 terminal flowid not_in_hw 
  match 00001f90/0000ffff at 20
	action order 1: gact action drop
	 random type none pass val 0
)";
  const auto drops = filter_drops(filters, "veth1");
  ASSERT_EQ(drops.size(), 1U);
  EXPECT_EQ(drops[0].removal, "tc filter del dev veth1 ingress pref 7");
  EXPECT_THAT(filter_drops("filter protocol ip pref 7 u32 chain 0\n\taction order 1: gact action pass\n", "v"),
              IsEmpty());
}

}  // namespace
}  // namespace podrun::packet
