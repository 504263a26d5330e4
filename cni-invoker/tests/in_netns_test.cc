// A function run inside another network namespace: what is there, and what stays here.
#include "cni/in_netns.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <stdexcept>
#include <thread>

#include "cni/base/fd.h"
#include "cni/base/netns.h"
#include "covers.h"
#include "private_host.h"
#include "support.h"

namespace cni {
namespace {

using testing::covers;

base::NetnsIdentity own_netns() { return *base::identify_netns("/proc/thread-self/ns/net"); }

class InNetns : public ::testing::Test {
 protected:
  void SetUp() override {
    static const std::string kReason = testing::enter_private_host();
    if (!kReason.empty()) GTEST_SKIP() << kReason;
    here = own_netns();
    pod.emplace("pod");
  }
  void TearDown() override {
    if (!pod) return;
    EXPECT_EQ(own_netns(), here);
  }
  base::NetnsIdentity here;
  std::optional<testing::Netns> pod;
};

TEST_F(InNetns, RunsThereAndTheCallerStays) {
  covers("P.11");
  const base::NetnsIdentity there = *base::identify_netns(pod->path());
  const auto found = in_netns(pod->path(), [&]() -> Result<base::NetnsIdentity> {
    base::NetnsIdentity started;
    std::thread([&] { started = own_netns(); }).join();
    EXPECT_EQ(started, there);
    EXPECT_EQ(own_netns(), there);
    return started;
  });
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_NE(there, here);
}

TEST_F(InNetns, ASocketStaysInItsNamespace) {
  covers("P.11");
  testing::shell("ip link set lo down");
  testing::shell("ip -n pod link set lo up");
  const auto socket =
      in_netns(pod->path(), []() -> Result<Fd> { return Fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)); });
  ASSERT_TRUE(socket) << socket.error().what;
  ifreq request{};
  std::snprintf(request.ifr_name, sizeof request.ifr_name, "lo");
  ASSERT_EQ(::ioctl(socket->get(), SIOCGIFFLAGS, &request), 0);
  EXPECT_TRUE(request.ifr_flags & IFF_UP);
  testing::shell("ip link set lo up");
}

TEST_F(InNetns, WhatTheFunctionSaysIsWhatIsReturned) {
  covers("P.11");
  const auto failed = in_netns(pod->path(), []() -> Result<int> { return Error{Kind::busy, 0, "not now"}; });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "not now");
  EXPECT_EQ(*in_netns(pod->path(), []() -> Result<int> { return 7; }), 7);
  EXPECT_TRUE(in_netns(pod->path(), []() -> Result<void> { return {}; }));
  EXPECT_THROW((void)in_netns(pod->path(), []() -> Result<void> { throw std::runtime_error("mine"); }),
               std::runtime_error);
}

TEST_F(InNetns, WhatCannotBeEnteredIsAnErrorAndNothingRuns) {
  covers("P.11");
  const testing::TempDir dir;
  dir.write("file", "");
  ASSERT_EQ(::mkfifo((dir.path() + "/pipe").c_str(), 0600), 0);
  int runs = 0;
  const auto kind_at = [&](const std::string& path) {
    const auto outcome = in_netns(path, [&]() -> Result<void> {
      ++runs;
      return {};
    });
    EXPECT_FALSE(outcome) << path;
    EXPECT_NE(outcome.error().what.find(path), std::string::npos) << outcome.error().what;
    return outcome.error().kind;
  };
  EXPECT_EQ(kind_at(dir.path() + "/absent"), Kind::not_found);
  EXPECT_EQ(kind_at(dir.path() + "/file"), Kind::invalid);
  EXPECT_EQ(kind_at(dir.path() + "/pipe"), Kind::invalid);
  EXPECT_EQ(kind_at("/proc/self/ns/uts"), Kind::invalid);
  // No thread is to be had: its stack finds no place.
  pthread_attr_t before{}, huge{};
  ASSERT_EQ(::pthread_getattr_default_np(&before), 0);
  ::pthread_attr_init(&huge);
  ::pthread_attr_setstacksize(&huge, std::size_t{1} << 47U);
  ASSERT_EQ(::pthread_setattr_default_np(&huge), 0);
  EXPECT_EQ(kind_at(pod->path()), base::kind_of(EAGAIN));
  ::pthread_setattr_default_np(&before);
  EXPECT_EQ(runs, 0);
}

}  // namespace
}  // namespace cni
