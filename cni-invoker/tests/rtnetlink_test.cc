// Links, addresses and routes of another namespace, as ip(8) sees them.
#include "cni/base/rtnetlink.h"

#include <gmock/gmock.h>
#include <net/if.h>

#include "private_host.h"
#include "support.h"

namespace cni {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RouteSocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    static const std::string kReason = testing::enter_private_host();
    if (!kReason.empty()) GTEST_SKIP() << kReason;
    pod.emplace("pod");
    socket.emplace(RouteSocket::open(pod->path()).value());
    ASSERT_TRUE(socket->make_veth("a"));
  }
  int index_of(const std::string& name) {
    for (const Link& link : socket->links().value())
      if (link.name == name) return link.index;
    return -1;
  }
  static LinkAddress address(const std::string& text, int length) {
    return {*base::IpAddress::parse(text), length};
  }
  std::optional<testing::Netns> pod;
  std::optional<RouteSocket> socket;
};

TEST_F(RouteSocketTest, LeadsEverythingElseByAGateway) {
  const int link = index_of("a");
  ASSERT_TRUE(socket->bring_up(link));
  ASSERT_TRUE(socket->add(link, address("10.9.0.1", 24)));
  ASSERT_TRUE(socket->add(link, address("fd00:9::1", 64)));
  ASSERT_TRUE(socket->add_default_route(link, *base::IpAddress::parse("10.9.0.254")));
  ASSERT_TRUE(socket->add_default_route(link, *base::IpAddress::parse("fd00:9::ff")));
  EXPECT_THAT(testing::shell("ip -n pod route"), HasSubstr("default via 10.9.0.254 dev a proto static"));
  EXPECT_THAT(testing::shell("ip -n pod -6 route"), HasSubstr("default via fd00:9::ff dev a proto static"));
  EXPECT_FALSE(socket->add_default_route(link, *base::IpAddress::parse("10.9.0.253"))) << "there is one";
}

TEST_F(RouteSocketTest, FindsAnInterfaceByItsName) {
  EXPECT_EQ(socket->index_of("a").value(), index_of("a"));
  EXPECT_EQ(socket->index_of("none").error().kind, Kind::not_found);
  EXPECT_EQ(socket->index_of(std::string(IFNAMSIZ, 'x')).error().error_number, ERANGE) << "no name that one could have";
}

TEST_F(RouteSocketTest, PlugsIntoABridge) {
  ASSERT_TRUE(socket->make_link("br", "bridge"));
  EXPECT_EQ(socket->make_link("br", "bridge").error().kind, Kind::exists);
  const int link = index_of("a");
  ASSERT_TRUE(socket->join_bridge(link, index_of("br")));
  ASSERT_TRUE(socket->describe(link, "for people"));
  EXPECT_THAT(testing::shell("ip -n pod -d link show a"), AllOf(HasSubstr("master br "), HasSubstr("alias for people")));
  EXPECT_FALSE(socket->join_bridge(link, link)) << "no bridge";
}

// Without a path it is the thread's own namespace.
TEST_F(RouteSocketTest, IsInTheNamespaceOfItsThread) {
  testing::shell("ip link add only-here type bridge");
  EXPECT_TRUE(RouteSocket::open()->index_of("only-here"));
  EXPECT_FALSE(socket->index_of("only-here"));
  EXPECT_EQ(RouteSocket::open(pod->path() + "-none").error().kind, Kind::not_found);
  testing::shell("ip link del only-here");
}

TEST_F(RouteSocketTest, AddsAndRemovesAddresses) {
  const int link = index_of("a");
  const LinkAddress one = address("10.9.0.1", 24);
  ASSERT_TRUE(socket->add(link, one));
  EXPECT_FALSE(socket->add(link, one)) << "it is there";
  EXPECT_THAT(testing::shell("ip -n pod addr show a"), HasSubstr("inet 10.9.0.1/24"));
  ASSERT_EQ(socket->addresses(link)->size(), 1U);
  ASSERT_TRUE(socket->remove(link, one));
  EXPECT_THAT(testing::shell("ip -n pod addr show a"), Not(HasSubstr("inet 10.9")));
  EXPECT_FALSE(socket->remove(link, one));
}

TEST_F(RouteSocketTest, ALinkThatIsRenamedIsDown) {
  const int link = index_of("a");
  ASSERT_TRUE(socket->bring_up(link));
  ASSERT_TRUE(socket->rename(link, "other"));
  EXPECT_EQ(index_of("other"), link);
  EXPECT_THAT(testing::shell("ip -n pod link show other"), Not(HasSubstr(",UP")));
  EXPECT_FALSE(socket->rename(link, "lo"));
  ASSERT_TRUE(socket->remove_link(link));
  EXPECT_EQ(index_of("other"), -1);
}

}  // namespace
}  // namespace cni
