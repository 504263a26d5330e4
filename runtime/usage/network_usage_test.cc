#include "runtime/usage/network_usage.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace podrun {
namespace {

constexpr const char* kText =
    "Inter-|   Receive                                                |  Transmit\n"
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier "
    "compressed\n"
    "    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0   "
    " "
    "      0\n"
    "  eth0: 18446744073709551615  20    3    4    5     6          7         8      900      10   11   12   13    14  "
    " "
    "   15         16\n"
    "net1:1:7 1 0 0 0 0 0 0 8 1 0 0 0 0 0 0\n";

TEST(NetworkUsage, EachInterfaceButLo) {
  const auto found = network_from(kText);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].name, "eth0");
  EXPECT_EQ(found[0].received.bytes, UINT64_MAX);
  EXPECT_EQ(found[0].received.packets, 20U);
  EXPECT_EQ(found[0].received.errors, 3U);
  EXPECT_EQ(found[0].received.drops, 4U);
  EXPECT_EQ(found[0].sent.bytes, 900U);
  EXPECT_EQ(found[0].sent.packets, 10U);
  EXPECT_EQ(found[0].sent.errors, 11U);
  EXPECT_EQ(found[0].sent.drops, 12U);
  EXPECT_EQ(found[1].name, "net1:1");
  EXPECT_EQ(found[1].received.bytes, 7U);
  EXPECT_EQ(found[1].sent.bytes, 8U);
}

// Whoever has NET_ADMIN in a pod names them: no JSON holds such bytes.
TEST(NetworkUsage, NamesAreText) {
  const auto found = network_from("\xff\x1b[2J: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n");
  ASSERT_EQ(found.size(), 1U);
  for (const char c : found[0].name) EXPECT_TRUE(c >= ' ' && c <= '~') << found[0].name;
}

TEST(NetworkUsage, WhatIsNoLineIsPassedOver) {
  EXPECT_TRUE(network_from("").empty());
  EXPECT_TRUE(network_from("eth0: 1 2 3\n:\n\n  eth0\n").empty());
}

TEST(NetworkUsage, OfOneWhoHasEndedThereIsNone) {
  ProcessId nobody{.pid = ::getpid(), .start_time = 1};
  EXPECT_TRUE(read_network(nobody).empty()) << "the pid is another's";
  EXPECT_TRUE(read_network({}).empty());
}

}  // namespace
}  // namespace podrun
