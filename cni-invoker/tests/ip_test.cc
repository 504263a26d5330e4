// base/ip.h: addresses as values.
#include "cni/base/ip.h"

#include <gtest/gtest.h>

namespace cni::base {
namespace {

TEST(IpAddress, TwoSpellingsAreOneAddress) {
  EXPECT_TRUE(same_address("::1", "0:0:0:0:0:0:0:1"));
  EXPECT_TRUE(same_address("FD00::A", "fd00:0::a"));
  EXPECT_TRUE(same_address("::ffff:10.0.0.1", "10.0.0.1"));
  EXPECT_TRUE(same_address("::ffff:a00:1", "10.0.0.1"));
  EXPECT_FALSE(same_address("10.0.0.1", "10.0.0.2"));
  EXPECT_FALSE(same_address("0.0.0.0", "::"));
  EXPECT_TRUE(same_address("here", "here"));
  EXPECT_FALSE(same_address("here", "there"));
}

TEST(IpAddress, WhatIsNoneIsNone) {
  using namespace std::string_view_literals;
  for (const std::string_view bad :
       {""sv, "010.0.0.1"sv, "1.2.3"sv, "1.2.3.4/8"sv, " ::1"sv, "fe80::1%eth0"sv, "10.0.0.1\0"sv,
        "10.0.0.1\0\nnameserver 6.6.6.6"sv, "10.0.0.1\n"sv, "::ffff:1.2.3.256"sv})
    EXPECT_FALSE(IpAddress::parse(bad)) << bad;
}

TEST(IpAddress, KnowsWhatItIs) {
  const auto parse = [](std::string_view text) { return IpAddress::parse(text).value_or(IpAddress()); };
  for (const char* any : {"0.0.0.0", "::", "::ffff:0.0.0.0", "0:0::0"}) EXPECT_TRUE(parse(any).is_any()) << any;
  for (const char* loopback : {"127.0.0.1", "127.9.9.9", "::1", "0:0::1", "::ffff:127.0.0.53"})
    EXPECT_TRUE(parse(loopback).is_loopback()) << loopback;
  for (const char* other : {"10.0.0.1", "::2", "fe80::1", "1::", "128.0.0.1"}) {
    EXPECT_FALSE(parse(other).is_any()) << other;
    EXPECT_FALSE(parse(other).is_loopback()) << other;
  }
  EXPECT_EQ(parse("0:0:0::0:1").to_text(), "::1");
  EXPECT_EQ(parse("::ffff:192.0.2.1").to_text(), "192.0.2.1");
}

}  // namespace
}  // namespace cni::base
