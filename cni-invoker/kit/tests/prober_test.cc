// Between the host and a machine beyond it: what arrives, what it looks like there, and what does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "kit/src/host/netns.h"
#include "kit/src/host/outside.h"
#include "kit/src/prober/probe.h"
#include "kit/src/prober/rate.h"
#include "kit/src/prober/server.h"
#include "private_host.h"
#include "tests_host.h"

namespace cni::kit {
namespace {

using cni::testing::shell;
using ::testing::HasSubstr;

// A new link is let to carry something within a second or two, when the kernel comes to it (linkwatch), and who asked
// for a neighbour meanwhile asks again after three.
constexpr Limit kSoon{5'000}, kMoment{300};
constexpr std::uint16_t kPort = 8080;

class ProberTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    const auto made = make_outside();
    ASSERT_TRUE(made) << made.error().what;
    outside_ = {"outside", uplink_.netns, {}};
    auto server = Server::start(outside_, kPort);
    ASSERT_TRUE(server) << server.error().what;
    server_ = std::move(*server);
  }
  void TearDown() override { shell("ip link del up0; umount /run/netns/outside; rm -f /run/netns/outside"); }

  Target outside(Transport transport, bool is_v4) const { return {transport, uplink_.outside(is_v4), kPort}; }

  const Uplink uplink_;
  const Place host_{"host", kHostNetns, {}};
  Place outside_;
  std::unique_ptr<Server> server_;
};

TEST_F(ProberTest, LearnsWhoAnsweredAndAsWhomItWasSeen) {
  for (const Transport transport : {Transport::tcp, Transport::udp})
    for (const bool is_v4 : {true, false}) {
      const Seen seen = ask(host_, outside(transport, is_v4), kSoon);
      EXPECT_TRUE(seen.arrived) << outside(transport, is_v4).text() << ": " << seen.why;
      EXPECT_EQ(seen.server, "outside");
      EXPECT_EQ(seen.peer, uplink_.host(is_v4).to_text());
    }
}

TEST_F(ProberTest, SaysWhyNothingArrived) {
  EXPECT_EQ(ask(host_, {Transport::tcp, uplink_.outside_v4, 81}, kSoon).why, "Connection refused");
  EXPECT_EQ(ask(host_, {Transport::udp, uplink_.outside_v6, 81}, kSoon).why, "Connection refused");
  ASSERT_EQ(shell("ip netns exec outside iptables -A INPUT -p tcp --dport 8080 -j DROP"), "");
  EXPECT_EQ(ask(host_, outside(Transport::tcp, true), kMoment).why, "no answer in 300 ms");
  EXPECT_TRUE(ask(host_, outside(Transport::udp, true), kSoon).arrived);
  ASSERT_EQ(shell("ip link set up0 down"), "");
  EXPECT_EQ(ask(host_, outside(Transport::tcp, true), kMoment).why, "Network is unreachable");
}

TEST_F(ProberTest, SeesAnAddressThatWasTranslated) {
  ASSERT_EQ(
      shell("ip addr add 198.51.100.77/24 dev up0 && iptables -t nat -A POSTROUTING -o up0 -j SNAT --to 198.51.100.77"),
      "");
  EXPECT_EQ(ask(host_, outside(Transport::tcp, true), kSoon).peer, "198.51.100.77");
  EXPECT_EQ(ask(host_, outside(Transport::udp, true), kSoon).peer, "198.51.100.77");
  shell("iptables -t nat -F");
}

TEST_F(ProberTest, IsAnsweredByTheAddressThatItAsked) {
  ASSERT_EQ(shell("ip -n outside addr add 198.51.100.99/32 dev lo && ip route add 198.51.100.99 via 198.51.100.2"), "");
  const Seen seen = ask(host_, {Transport::udp, *base::IpAddress::parse("198.51.100.99"), kPort}, kSoon);
  EXPECT_TRUE(seen.arrived) << seen.why;
}

TEST_F(ProberTest, PingsWithPacketsThatAreNotTakenApart) {
  for (const bool is_v4 : {true, false}) {
    const Seen fits = ping(host_, uplink_.outside(is_v4), 1500, kSoon);
    EXPECT_TRUE(fits.arrived) << fits.why;
    EXPECT_EQ(ping(host_, uplink_.outside(is_v4), 1501, kMoment).why, "Message too long");
  }
  ASSERT_EQ(shell("ip netns exec outside iptables -A INPUT -p icmp -j DROP"), "");
  EXPECT_EQ(ping(host_, uplink_.outside_v4, 100, kMoment).why, "no answer in 300 ms");
}

TEST_F(ProberTest, KeepsAFlow) {
  const auto flow = Flow::open(host_, outside(Transport::udp, false));
  ASSERT_TRUE(flow) << flow.error().what;
  EXPECT_TRUE(flow->ask(kSoon).arrived);
  EXPECT_TRUE(flow->ask(kSoon).arrived);
  EXPECT_EQ(flow->path_mtu(), 1500);
  EXPECT_TRUE(flow->send(1500));
  const auto too_long = flow->send(1501);
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().error_number, EMSGSIZE);
  server_.reset();
  EXPECT_EQ(flow->ask(kMoment).why, "Connection refused");
}

TEST_F(ProberTest, MeasuresARate) {
  ASSERT_EQ(shell("tc qdisc add dev up0 root tbf rate 8mbit burst 10000 limit 30000"), "");
  const auto rate = measure_rate(host_, outside_, uplink_.outside_v4, 8081, Limit(500), Limit(1000));
  ASSERT_TRUE(rate) << rate.error().what;
  EXPECT_LT(*rate, 9.2e6);
  EXPECT_GT(*rate, 4e6);  // a machine that is busy takes less
  ASSERT_EQ(shell("tc qdisc del dev up0 root"), "");
  EXPECT_GT(measure_rate(host_, outside_, uplink_.outside_v4, 8081, Limit(100), Limit(300)).value_or(0), 2e7);
}

TEST_F(ProberTest, SaysThatNobodyTakesBytes) {
  ASSERT_EQ(shell("ip netns exec outside iptables -A INPUT -p tcp -j DROP"), "");
  const auto rate = measure_rate(host_, outside_, uplink_.outside_v4, 8081, Limit(100), Limit(100));
  ASSERT_FALSE(rate);
  EXPECT_THAT(rate.error().what, HasSubstr("no answer in 5 s"));
}

}  // namespace
}  // namespace cni::kit
