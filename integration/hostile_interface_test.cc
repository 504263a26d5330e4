// Pods that may change their interface, and leave it so that the plugins' DEL finds too little, or too much.
#include <gmock/gmock.h>

#include "cni-invoker/tests/covers.h"
#include "integration/test_host.h"

namespace integration {
namespace {

class HostileInterfaceTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    static_cast<void>(can_run({need::default_network(), need::busybox()}));
  }

  // As root in the pod, with the right to administer its network.
  void expect_all_is_taken_away_after(const std::string& script) {
    Json main = container("main", {"/bin/payload", "sleep"});
    main["securityContext"] = {{"capabilities", {{"add", {"NET_ADMIN"}}}}};
    main["ports"] = {{{"containerPort", 8080}, {"hostPort", 18084}}};
    ASSERT_TRUE(must_create(pod("web", {main}), {}));
    const Output done = exec("web", {"sh", "-ec", script});
    ASSERT_EQ(done.status, 0) << script << ": " << done.err;
    const Output removed = remove("web");
    EXPECT_EQ(removed.status, 0) << script << ": " << removed.err;
    EXPECT_EQ(removed.err, "") << script;
    expect_world_unchanged();
  }
};

TEST_F(HostileInterfaceTest, WhateverAPodDidToItsInterfaceItsRulesGoWithIt) {
  cni::testing::covers("L.6");
  remember_world({});
  for (const char* script : {
           "ip addr flush dev eth0",
           "ip link set eth0 down",
           "ip link del eth0",
           "ip link set eth0 down; ip link set eth0 name other",
           "ip link set eth0 down; ip link set eth0 name other; ip link add eth0 type bridge",
           "ip link set eth0 down; ip link set eth0 address 02:00:00:00:00:99; ip link set eth0 name other",
       })
    expect_all_is_taken_away_after(script);
}

// Rules of addresses that were never theirs are what plugins fail to find, at each new try.
TEST_F(HostileInterfaceTest, AddressesThatAPodGaveItselfDoNotKeepItFromBeingDeleted) {
  cni::testing::covers("L.6");
  remember_world({});
  for (const char* script : {
           "ip addr add 203.0.113.7/24 dev eth0",
           "ip addr flush dev eth0; ip addr add 203.0.113.7/24 dev eth0",
           "a=$(ip -4 addr show dev eth0 | busybox sed -n 's/.*inet \\([0-9.]*\\).*/\\1/p'); ip addr flush dev eth0; "
           "ip addr add ${a%.*}.250/16 dev eth0; ip addr add $a/16 dev eth0; ip addr add $a/32 dev eth0",
           "for i in 1 2 3 4 5 6 7 8 9; do ip addr add 203.0.113.$i/32 dev eth0; done",
       })
    expect_all_is_taken_away_after(script);
}

}  // namespace
}  // namespace integration
