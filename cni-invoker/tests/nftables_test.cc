// Batches of nfnetlink, asked of this kernel.
#include "nftables.h"

#include <gmock/gmock.h>
#include <linux/netlink.h>

#include "private_host.h"

namespace cni {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Nftables : public ::testing::Test {
 protected:
  void SetUp() override {
    static const std::string kReason = testing::enter_private_host();
    if (!kReason.empty()) GTEST_SKIP() << kReason;
    auto opened = NetlinkSocket::open(NETLINK_NETFILTER);
    ASSERT_TRUE(opened) << opened.error().what;
    socket.emplace(std::move(*opened));
    if (!has_drop_chain(*socket, "any", 0)) GTEST_SKIP() << "needs nf_tables";
  }
  static std::string table(const std::string& name) { return testing::shell("nft list table ip " + name + " 2>&1"); }
  std::optional<NetlinkSocket> socket;
  const DropRule to{"eth9", 16, 127};
  const DropRule from{"eth9", 12, 127};
};

TEST_F(Nftables, AChainIsMadeAndMadeAgain) {
  EXPECT_FALSE(*has_drop_chain(*socket, "made", 2));
  ASSERT_TRUE(make_drop_chain(*socket, "made", {to, from}));
  EXPECT_THAT(table("made"), AllOf(HasSubstr(R"(iifname "eth9" ip daddr 127.0.0.0/8 drop)"),
                                   HasSubstr(R"(iifname "eth9" ip saddr 127.0.0.0/8 drop)")));
  EXPECT_TRUE(*has_drop_chain(*socket, "made", 2));
  EXPECT_FALSE(*has_drop_chain(*socket, "made", 3)) << "one is missing";
  ASSERT_TRUE(make_drop_chain(*socket, "made", {to})) << "in place of what is there";
  EXPECT_THAT(table("made"), Not(HasSubstr("saddr")));
  EXPECT_FALSE(*has_drop_chain(*socket, "other", 1));
}

TEST_F(Nftables, ABatchThatFailsIsAnErrorLeavesNothingAndConfusesNobody) {
  const DropRule impossible{"eth9", 100'000, 127};  // no packet has such a header
  for (int times = 0; times < 3; ++times) {
    EXPECT_FALSE(make_drop_chain(*socket, "failed", {to, impossible}));
    EXPECT_FALSE(make_drop_chain(*socket, "failed", {impossible, to}));
    EXPECT_FALSE(*has_drop_chain(*socket, "failed", 2));
  }
  EXPECT_THAT(table("failed"), HasSubstr("No such file"));
  ASSERT_TRUE(make_drop_chain(*socket, "failed", {to}));
  EXPECT_TRUE(*has_drop_chain(*socket, "failed", 1));
}

}  // namespace
}  // namespace cni
