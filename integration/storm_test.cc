// A hundred pods at a time on one network.
#include <filesystem>

#include "integration/storm_host.h"

namespace integration {
namespace {

class HundredPodsTest : public StormTest {
 protected:
  void expect_a_hundred_that_work() const {
    const std::set<std::string> names = pods_that_stand();
    EXPECT_EQ(names.size(), static_cast<std::size_t>(kPods));
    expect_addresses_are_unique(names);
    for (const std::string& name : names) expect_works(name);
  }

  void delete_all_at_a_time() const {
    Crowd deletes;
    for (int i = 0; i < kPods; ++i) deletes.start(delete_number(i));
    deletes.run();
    expect_all_succeeded(deletes);
  }
};

class FirstHundredPodsTest : public HundredPodsTest {
 protected:
  // The bridge, the chains and the directories that plugins make once are gone, and so is the mark of the first command
  // after a boot.
  void forget_the_network() const {
    run({"ip", "link", "del", "cni0"});
    run({"nft", "flush", "ruleset"});
    std::filesystem::remove_all("/var/lib/cni/networks");
    std::filesystem::remove_all("/run/podrun");
  }
};

TEST_F(HundredPodsTest, ComeAndGoAtATime) {
  remember_world({});
  if (HasFatalFailure()) return;
  {
    Crowd creates;
    for (int i = 0; i < kPods; ++i) creates.start(create_number(i));
    creates.run();
    expect_all_succeeded(creates);
  }
  expect_a_hundred_that_work();
  delete_all_at_a_time();
  expect_world_unchanged();
}

// Plugins make what all pods share at their first ADD, and would fail each other: the first is alone with it.
TEST_F(FirstHundredPodsTest, ComeAndGoAtATimeAfterABoot) {
  remember_world({});
  if (HasFatalFailure()) return;
  forget_the_network();
  {
    Crowd creates;
    for (int i = 0; i < kPods; ++i) creates.start(create_number(i));
    creates.run();
    expect_all_succeeded(creates);
  }
  expect_a_hundred_that_work();
  delete_all_at_a_time();
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration
