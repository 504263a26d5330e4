// Bytes of packets: what is ours, what is too short, what a filter lets through.
#include "runtime/packet/headers.h"

#include <gtest/gtest.h>

#include <string>

namespace podrun::packet {
namespace {

std::string bytes(const std::string& hex) {
  std::string made;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    made += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return made;
}

// 10.63.0.3:4660 → 10.63.0.2:8080, ttl 64.
std::string ipv4(const std::string& protocol, const std::string& transport, const std::string& fragment = "4000") {
  std::string length = "0028";
  return bytes("4500" + length + "0001" + fragment + "40" + protocol + "0000" + "0a3f00030a3f0002" + transport);
}
std::string tcp(const std::string& sequence, const std::string& acknowledgement, const std::string& flags) {
  return "12341f90" + sequence + acknowledgement + "50" + flags + "ffff00000000";
}

Name tcp_name() {
  Name name;
  name.sequence = 0x20000000;
  name.data = 10;
  name.flow = {{*base::IpAddress::parse("10.63.0.3"), 4660}, {*base::IpAddress::parse("10.63.0.2"), 8080}};
  return name;
}

Name udp_name() {
  Name name = tcp_name();
  name.transport = Transport::udp;
  name.cookie = 0x0102030405060708;
  return name;
}

TEST(Headers, OfTcp) {
  const auto read = read_ip(ipv4("06", tcp("20000000", "00000000", "02")), tcp_name());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->protocol, Protocol::tcp);
  EXPECT_EQ(read->flow, tcp_name().flow);
  EXPECT_EQ(read->ttl, 64);
  EXPECT_EQ(read->sequence, 0x20000000U);
  EXPECT_EQ(read->tcp_flags, 2);
  EXPECT_EQ(read->payload, 0U);
  EXPECT_TRUE(belongs_to(*read, tcp_name()));
}

TEST(Headers, OnlyWhatHasTheNameIsOurs) {
  const auto ours = [](const std::string& sequence, const std::string& acknowledgement, const std::string& flags) {
    return belongs_to(*read_ip(ipv4("06", tcp(sequence, acknowledgement, flags)), tcp_name()), tcp_name());
  };
  EXPECT_TRUE(ours("20000001", "11111111", "10"));   // our ACK, and the first data
  EXPECT_TRUE(ours("77777777", "20000001", "12"));   // their SYN-ACK
  EXPECT_TRUE(ours("00000000", "20000001", "14"));   // their RST
  EXPECT_TRUE(ours("77777778", "2000000b", "10"));   // they have our ten bytes
  EXPECT_FALSE(ours("77777777", "20000001", "02"));  // no ACK: the field means nothing
  EXPECT_FALSE(ours("20000002", "11111111", "10"));
  EXPECT_FALSE(ours("1fffffff", "2000000a", "10"));
}

TEST(Headers, OfUdpByItsCookieOrAsAnAnswer) {
  const Name name = udp_name();
  const auto ours = [&](const std::string& transport) {
    return belongs_to(*read_ip(ipv4("11", transport), name), name);
  };
  EXPECT_TRUE(ours("12341f90001000000102030405060708"));
  EXPECT_FALSE(ours("12341f90001000000102030405060709"));
  EXPECT_FALSE(ours("12341f900010000001020304050607"));
  Name other = name;
  other.flow = name.flow.reversed();  // then what comes is the answer
  EXPECT_TRUE(belongs_to(*read_ip(ipv4("11", "12341f9000080000"), other), other));
  EXPECT_TRUE(belongs_to(*read_ip(ipv4("11", "99991f9000080000"), other), other)) << "not translated back";
  EXPECT_FALSE(belongs_to(*read_ip(ipv4("11", "12341f9100080000"), other), other));
}

TEST(Headers, OfAnErrorWhatItQuotes) {
  const std::string quoted =
      "45000028000140004006"
      "0000"
      "0a3f00030a3f0002" +
      tcp("20000000", "00000000", "02");
  const auto read = read_ip(ipv4("01", "0301000000000000" + quoted), tcp_name());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->protocol, Protocol::icmp);
  EXPECT_EQ(read->icmp_type, 3);
  EXPECT_EQ(read->icmp_code, 1);
  EXPECT_EQ(read->quoted, tcp_name().flow);
  EXPECT_TRUE(belongs_to(*read, tcp_name()));
  const std::string other =
      "45000028000140004006"
      "0000"
      "0a3f00030a3f0002" +
      tcp("20000005", "00000000", "02");
  EXPECT_FALSE(belongs_to(*read_ip(ipv4("01", "0301000000000000" + other), tcp_name()), tcp_name()));
  EXPECT_FALSE(read_ip(ipv4("01", "0800000000000000" + quoted), tcp_name()));  // a ping quotes nothing
}

TEST(Headers, WhatIsNoneOrCutOff) {
  const std::string whole = ipv4("06", tcp("20000000", "00000000", "02"));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_ip(whole.substr(0, size), tcp_name())) << size;
  EXPECT_FALSE(read_ip(ipv4("06", tcp("20000000", "00000000", "02"), "2001"), tcp_name()));  // not the first fragment
  EXPECT_FALSE(read_ip(ipv4("2f", tcp("20000000", "00000000", "02")), tcp_name()));          // GRE
}

TEST(Headers, OfArp) {
  const std::string asks = bytes(
      "0001080006040001"
      "020000000003"
      "0a3f0003"
      "000000000000"
      "0a3f0002");
  const auto read = read_arp(asks);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->protocol, Protocol::ask);
  EXPECT_EQ(to_text(read->flow.source), "10.63.0.3");
  EXPECT_EQ(to_text(read->flow.destination), "10.63.0.2");
  EXPECT_FALSE(read_arp(asks.substr(0, 27)));
}

}  // namespace
}  // namespace podrun::packet
