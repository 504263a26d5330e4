// Batches of nfnetlink, asked of this kernel.
#include "nftables.h"

#include <gmock/gmock.h>
#include <linux/netlink.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

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

// Whoever saves the machine's ruleset restores ours with it.
TEST_F(Nftables, NftReadsWhatItPrints) {
  ASSERT_TRUE(make_drop_chain(*socket, "kept", {to, from}));
  EXPECT_EQ(testing::shell("nft list ruleset | nft --check --file - 2>&1"), "");
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

TEST_F(Nftables, WhoMayNotIsTold) {
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::setresuid(kNobody, kNobody, kNobody) != 0) ::_exit(2);
    auto theirs = NetlinkSocket::open(NETLINK_NETFILTER);
    const auto made = theirs ? make_drop_chain(*theirs, "theirs", {to}) : Result<void>(theirs.error());
    const auto asked = theirs ? has_drop_chain(*theirs, "theirs", 0) : Result<bool>(theirs.error());
    ::_exit(!made && made.error().error_number == EPERM && !asked && asked.error().error_number == EPERM ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

// As the kernel lays them out: a header of two numbers, the bytes, and up to the next multiple of four nothing.
TEST(NetlinkAttribute, EachIsFoundAndWhatIsCutOffIsNone) {
  const std::string bytes = NetlinkAttributes().add(1, "abc").add(2 | NLA_F_NESTED, "").add(3, "defgh").bytes();
  const std::string answer = std::string(sizeof(nlmsghdr) + 4, '\0') + bytes;
  const auto found = [](std::string_view text) {
    std::vector<std::pair<int, std::string>> all;
    each_netlink_attribute(text, 3, [&](int type, std::string_view value) { all.emplace_back(type, value); });
    return all;
  };
  const std::vector<std::pair<int, std::string>> all = {{1, "abc"}, {2, ""}, {3, "defgh"}};
  EXPECT_EQ(found(answer), all);
  const std::string_view unpadded = std::string_view(answer).substr(0, answer.size() - 3);
  EXPECT_EQ(found(unpadded), all) << "after the last one nothing need come";
  for (std::size_t size = 0; size < unpadded.size(); ++size) EXPECT_LT(found(unpadded.substr(0, size)).size(), 3U);
  EXPECT_TRUE(found(std::string(sizeof(nlmsghdr) + 4, '\0') + std::string(8, '\0')).empty()) << "of no size at all";
}

}  // namespace
}  // namespace cni
