#include "runtime/node/addresses.h"

#include <gtest/gtest.h>

#include <set>

#include "cni/config.h"

namespace podrun {
namespace {

TEST(NodeAddresses, FollowFromTheNumber) {
  const NodeAddresses third = addresses_of_node(3);
  EXPECT_EQ(third.v4.to_text(), "10.61.0.3");
  EXPECT_EQ(third.v6.to_text(), "fd00:61::3");
  EXPECT_EQ(third.pods_v4, "10.61.3.0/24");
  EXPECT_EQ(third.pods_v6, "fd00:61:0:3::/64");
  const NodeAddresses last = addresses_of_node(kMostNodes);
  EXPECT_EQ(last.v4.to_text(), "10.61.0.254");
  EXPECT_EQ(last.v6.to_text(), "fd00:61::fe");
  EXPECT_EQ(last.pods_v6, "fd00:61:0:fe::/64");
}

TEST(NodeAddresses, NoTwoAreTheSame) {
  std::set<std::string> all;
  for (std::uint32_t number = 1; number <= kMostNodes; ++number) {
    const NodeAddresses one = addresses_of_node(number);
    for (const std::string& text : {one.v4.to_text(), one.v6.to_text(), one.pods_v4, one.pods_v6})
      EXPECT_TRUE(all.insert(text).second) << text;
  }
}

TEST(NodeAddresses, TheNetworkIsPodrunsOwnInTheNodesRange) {
  const auto network = cni::parse_network_list(network_of_node(7), "a test");
  ASSERT_TRUE(network) << network.error().what;
  EXPECT_EQ(network->name, "podrun");
  EXPECT_NE(network_of_node(7).find("\"10.61.7.0/24\""), std::string::npos);
}

}  // namespace
}  // namespace podrun
