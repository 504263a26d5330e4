#include "cni/base/netns.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/nsfs.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <thread>

#include "cni/base/files.h"

namespace cni::base {
namespace {

// The calling thread on a kernel where the call, asked for that, fails so.
void pretend(long number, unsigned argument, std::uint32_t value, std::uint32_t error) {
  const std::uint32_t at = static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8 * argument);
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{sizeof filter / sizeof *filter, filter};
  ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

constexpr std::uint32_t kGetId = 0x8008b70d;  // NS_GET_ID
void before_6_18() { pretend(SYS_ioctl, 1, kGetId, ENOTTY); }
void before_5_14() { pretend(SYS_getsockopt, 2, SO_NETNS_COOKIE, ENOPROTOOPT); }

class NetnsIdentityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    one_ = make();
    other_ = make();
    ASSERT_TRUE(one_ && other_);
  }
  static Fd make() {
    Fd netns;
    std::thread([&] {
      if (::unshare(CLONE_NEWNET) == 0) netns = open_file("/proc/thread-self/ns/net", O_RDONLY).value_or(Fd());
    }).join();
    return netns;
  }
  static NetnsIdentity identity(const Fd& netns) {
    const auto known = identify_netns(netns, "test");
    EXPECT_TRUE(known) << known.error().what;
    return known ? *known : NetnsIdentity();
  }
  // As another of the same inode number would be.
  static NetnsIdentity with_number_of(NetnsIdentity one, const NetnsIdentity& other) {
    one.inode = other.inode;
    return one;
  }

  Fd one_;
  Fd other_;
};

TEST_F(NetnsIdentityTest, TellsApartWhatTheInodeNumberDoesNot) {
  const NetnsIdentity one = identity(one_);
  const NetnsIdentity other = identity(other_);
  EXPECT_TRUE(one.is(identity(one_)));
  EXPECT_FALSE(one.is(other));
  EXPECT_FALSE(one.is(with_number_of(other, one)));
}

TEST_F(NetnsIdentityTest, IsACookieWhereTheKernelGivesNoId) {
  std::thread([this] {
    before_6_18();
    const NetnsIdentity one = identity(one_);
    EXPECT_EQ(one.id, 0U);
    EXPECT_NE(one.cookie, 0U);
    EXPECT_EQ(one, identity(one_));
    EXPECT_FALSE(one.is(with_number_of(identity(other_), one)));
  }).join();
}

TEST_F(NetnsIdentityTest, IsTheInodeNumberWhereThereIsNeither) {
  std::thread([this] {
    before_6_18();
    before_5_14();
    const NetnsIdentity one = identity(one_);
    EXPECT_EQ(one.id, 0U);
    EXPECT_EQ(one.cookie, 0U);
    EXPECT_TRUE(one.is(identity(one_)));
    EXPECT_FALSE(one.is(identity(other_)));
  }).join();
}

TEST_F(NetnsIdentityTest, NumbersOfTwoNumberingsAreNotMixedUp) {
  const NetnsIdentity by_cookie{.device = 4, .inode = 5, .cookie = 196080, .id = 0};
  const NetnsIdentity by_id{.device = 4, .inode = 5, .cookie = 0, .id = 196080};
  EXPECT_FALSE(by_cookie.is(by_id));
  EXPECT_FALSE(by_id.is(by_cookie));
  const NetnsIdentity no_more{.device = 4, .inode = 5, .cookie = 0, .id = 0};
  EXPECT_TRUE(no_more.is(by_id)) << "as far as it was looked at";
  EXPECT_TRUE(by_id.is(no_more)) << "it could not be asked: no reason to take it for another";
}

TEST_F(NetnsIdentityTest, OnlyANetworkNamespaceHasOne) {
  EXPECT_EQ(identify_netns("/proc/self/ns/uts").error().kind, Kind::invalid);
  EXPECT_EQ(identify_netns("/dev/null").error().kind, Kind::invalid);
  EXPECT_EQ(identify_netns("/nowhere").error().kind, Kind::not_found);
  EXPECT_TRUE(is_own_netns("/proc/self/ns/net").value_or(false));
}

}  // namespace
}  // namespace cni::base
