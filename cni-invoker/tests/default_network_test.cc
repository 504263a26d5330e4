#include "cni/default_network.h"

#include <gmock/gmock.h>

#include "support.h"

namespace cni {
namespace {

using testing::covers;

constexpr const char* kHeadings =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
std::string route(const std::string& device, const std::string& destination, const std::string& mask) {
  return device + "\t" + destination + "\t00000000\t0001\t0\t0\t0\t" + mask + "\t0\t0\t0\n";
}

TEST(DefaultNetwork, IsAsTheKernelNamesAllow) {
  EXPECT_LE(kDefaultBridge.size(), 15U);
  const NetworkList list = default_network({10U << 24U | 63U << 16U, 16});
  EXPECT_EQ(list.name, "podrun");
  EXPECT_EQ(list.version.to_text(), "1.0.0");
  ASSERT_EQ(list.plugins.size(), 3U);
  EXPECT_EQ(list.plugins[0].type, "bridge");
  EXPECT_EQ(*list.plugins[0].object.find("ipam"),
            R"({"type":"host-local","ranges":[[{"subnet":"10.63.0.0/16"}]],"routes":[{"dst":"0.0.0.0/0"}]})");
  EXPECT_TRUE(list.plugins[1].capabilities.contains("portMappings"));
  EXPECT_EQ(list.plugins[2].type, "firewall");
  EXPECT_TRUE(list.warnings.empty());
}

TEST(DefaultNetwork, ReadsTheRouteTable) {
  const RouteTable table =
      parse_route_table(kHeadings + route("eth0", "00000000", "00000000") + route("eth0", "0000A8C0", "00FFFFFF") +
                        route("cni-podrun0", "0000830A", "0000FFFF"));
  ASSERT_EQ(table.others.size(), 1U);
  EXPECT_EQ(table.others[0].to_text(), "192.168.0.0/24");
  ASSERT_TRUE(table.own);
  EXPECT_EQ(table.own->to_text(), "10.131.0.0/16");
  EXPECT_TRUE(parse_route_table("").others.empty());
  EXPECT_TRUE(parse_route_table("x\ny z\n").others.empty());
}

TEST(DefaultNetwork, KeepsClearOfRoutes) {
  EXPECT_EQ(choose_subnet({})->to_text(), "10.63.0.0/16");
  EXPECT_EQ(choose_subnet({{{10U << 24U | 63U << 16U | 5U << 8U, 24}}, {}})->to_text(), "10.131.0.0/16");
  EXPECT_EQ(choose_subnet({{{10U << 24U, 8}}, {}})->to_text(), "172.30.0.0/16");
  const auto none = choose_subnet({{{10U << 24U, 8}, {172U << 24U | 16U << 16U, 12}}, {}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, Kind::exists);
  const Prefix own{10U << 24U | 131U << 16U, 16};
  EXPECT_EQ(choose_subnet({{{0, 1}}, own})->to_text(), "10.131.0.0/16");
}

// In this order: what others take by default comes nowhere, and a machine keeps the subnet it has.
TEST(DefaultNetwork, TriesOneCandidateAfterTheOther) {
  RouteTable taken;
  std::vector<std::string> chosen;
  while (const auto next = choose_subnet(taken)) {
    chosen.push_back(next->to_text());
    taken.others.push_back(*next);
  }
  EXPECT_THAT(chosen, ::testing::ElementsAre("10.63.0.0/16", "10.131.0.0/16", "10.157.0.0/16", "10.179.0.0/16",
                                             "10.203.0.0/16", "10.219.0.0/16", "172.30.0.0/16", "172.26.0.0/16"));
}

TEST(DefaultNetwork, ReadsThisMachinesRoutes) { EXPECT_TRUE(read_route_table()); }

}  // namespace
}  // namespace cni
