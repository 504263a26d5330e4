// What other programs print of rules and counters.
#include "runtime/packet/rule_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/packet/counters.h"

namespace podrun::packet {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(RuleText, OfIptablesTheRulesInTheirOrder) {
  EXPECT_THAT(rules_of_iptables(
                  "-P FORWARD ACCEPT\n-N CNI\n-A FORWARD -j CNI\n-A FORWARD -m comment --comment \"-A x\" -j DROP\n"),
              ElementsAre("-A FORWARD -j CNI", "-A FORWARD -m comment --comment \"-A x\" -j DROP"));
  EXPECT_THAT(rules_of_iptables(""), IsEmpty());
}

TEST(RuleText, OfNftByItsHandle) {
  const std::string text =
      "table inet own {\n\tchain in { # handle 1\n\t\ttype filter hook input priority filter; policy accept;\n"
      "\t\ttcp dport 8080 reject with tcp reset # handle 2\n\t\tip saddr 10.0.0.0/8 drop comment \"# handle 3\" # "
      "handle 12\n\t}\n}\n";
  EXPECT_EQ(rule_of_nft(text, 2), "tcp dport 8080 reject with tcp reset");
  EXPECT_EQ(rule_of_nft(text, 12), "ip saddr 10.0.0.0/8 drop comment \"# handle 3\"");
  EXPECT_EQ(rule_of_nft(text, 1), "") << "a chain's";
  EXPECT_EQ(rule_of_nft(text, 3), "");
}

TEST(Counters, OfTwoLinesEach) {
  EXPECT_THAT(
      parse_counts("Ip: Forwarding InReceives\nIp: 1 20\nTcp: MaxConn InSegs\nTcp: -1 18446744073709551615\n"),
      UnorderedElementsAre(Pair("Ip.Forwarding", 1U), Pair("Ip.InReceives", 20U), Pair("Tcp.InSegs", UINT64_MAX)));
  EXPECT_THAT(parse_counts("Ip: InReceives\nTcp: 1\n"), IsEmpty());
}

TEST(Counters, WhatHasGrown) {
  const auto grown = grown_since({{"a", 1}, {"b", 2}, {"c", 3}}, {{"a", 1}, {"b", 5}, {"c", 2}, {"d", 9}}, 4);
  ASSERT_EQ(grown.size(), 1U);
  EXPECT_EQ(grown[0].name, "b");
  EXPECT_EQ(grown[0].grown, 3U);
  EXPECT_EQ(grown[0].space, 4);
}

}  // namespace
}  // namespace podrun::packet
