// Locks: of a container, and of GC.
#include "locks.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "cni/base/files.h"
#include "store_support.h"

namespace cni {
namespace {

using testing::covers;
using ::testing::ElementsAre;
using testing::mode_of;
using namespace std::chrono_literals;

class LocksTest : public ::testing::Test {
 protected:
  std::string dir() { return temp.path() + "/locks"; }
  testing::TempDir temp;
};

TEST_F(LocksTest, OneContainerIsSerialOthersAreNot) {
  covers("A12.02 A12.08");
  auto first = lock_container(dir(), "a", 1s);
  ASSERT_TRUE(first);
  for (const char* file : {"/container.a", "/all", "/turn"}) EXPECT_EQ(mode_of(dir() + file), 0600U) << file;
  EXPECT_EQ(lock_container(dir(), "a", 20ms).error().kind, Kind::busy);
  EXPECT_TRUE(lock_container(dir(), "b", 20ms));
  { const Lock released = std::move(*first); }
  EXPECT_TRUE(lock_container(dir(), "a", 20ms));
  EXPECT_FALSE(base::path_exists(dir() + "/container.a"));
}

TEST_F(LocksTest, WhoWaitsLongLooksStillOften) {
  bool soon = false;
  for (int tries = 0; tries < 5 && !soon; ++tries) {  // one busy machine proves nothing
    auto held = lock_container(dir(), "a", 60s);
    ASSERT_TRUE(held);
    std::thread lets_go([&] {
      std::this_thread::sleep_for(700ms);
      const Lock released = std::move(*held);
    });
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_TRUE(lock_container(dir(), "a", 60s));
    soon = std::chrono::steady_clock::now() - begun < 1100ms;
    lets_go.join();
  }
  EXPECT_TRUE(soon);
}

TEST_F(LocksTest, FilesOfKilledHoldersAreSweptThoseOfTheLivingNot) {
  covers("A12.02");
  const auto held = lock_container(dir(), "held", 1s);
  ASSERT_TRUE(held);
  temp.write("locks/container.left", "");
  ASSERT_TRUE(sweep_locks(dir()));
  EXPECT_THAT(base::list_dir(dir()).value(), ElementsAre("all", "container.held", "turn"));
  EXPECT_EQ(lock_container(dir(), "held", 20ms).error().kind, Kind::busy);
  EXPECT_TRUE(lock_container(dir(), "left", 20ms));
  EXPECT_TRUE(sweep_locks(temp.path() + "/none"));
}

TEST_F(LocksTest, GcIsAloneAndNotStarved) {
  covers("A10.02 A12.08");
  std::atomic<int> inside = 0;
  std::atomic<bool> collected = false;
  std::vector<std::thread> containers;
  for (int i = 0; i < 4; ++i)
    containers.emplace_back([&, i] {
      while (!collected) {
        const auto lock = lock_container(dir(), "pod" + std::to_string(i), 10s);
        ASSERT_TRUE(lock) << lock.error().what;
        ++inside;
        std::this_thread::sleep_for(2ms);
        --inside;
      }
    });
  std::this_thread::sleep_for(20ms);
  {
    const auto lock = lock_all(dir(), 10s);
    EXPECT_TRUE(lock) << lock.error().what;
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(inside, 0);
      std::this_thread::sleep_for(1ms);
    }
    collected = true;
  }
  for (std::thread& thread : containers) thread.join();
}

TEST_F(LocksTest, TheFirstAddIsAloneUntilOneHasSucceeded) {
  covers("A12.11");
  ASSERT_TRUE(lock_container(dir(), "a", 1s));
  const auto waits = [&](const std::string& kind) {
    const auto begun = std::chrono::steady_clock::now();
    const FirstAdd add(dir(), "boot", kind, 50ms);
    return std::chrono::steady_clock::now() - begun >= 50ms;
  };
  { const FirstAdd failed(dir(), "boot", "one", 1s); }
  {
    const FirstAdd first(dir(), "boot", "one", 1s);
    EXPECT_TRUE(waits("one"));
    EXPECT_TRUE(waits("another"));  // chains are those of all networks
    first.succeeded();
    EXPECT_FALSE(waits("one"));
    EXPECT_TRUE(waits("another"));
  }
  EXPECT_FALSE(waits("another"));
  EXPECT_TRUE(base::path_exists(dir() + "/made/boot.one"));
  EXPECT_FALSE(base::path_exists(dir() + "/made/boot.another"));
  // What was made is gone again, rules that were flushed say.
  FirstAdd(dir(), "boot", "one", 1s).failed();
  const FirstAdd again(dir(), "boot", "one", 1s);
  EXPECT_TRUE(waits("one"));
}

TEST_F(LocksTest, MarksOfOlderBootsAreSwept) {
  ASSERT_TRUE(lock_container(dir(), "a", 1s));
  FirstAdd(dir(), current_boot_id(), "one", 1s).succeeded();
  temp.write("locks/made/earlier.one", "");
  ASSERT_TRUE(sweep_locks(dir()));
  EXPECT_THAT(base::list_dir(dir() + "/made").value(), ElementsAre(current_boot_id() + ".one"));
}

TEST_F(LocksTest, ManyWaitersOfOneContainerNeverOverlap) {
  covers("A12.02");
  std::atomic<int> inside = 0;
  std::atomic<bool> done = false;
  std::thread sweeper([&] {
    while (!done) {
      EXPECT_TRUE(sweep_locks(dir()));
      std::this_thread::sleep_for(100us);
    }
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        const auto lock = lock_container(dir(), "same", 20s);
        ASSERT_TRUE(lock) << lock.error().what;
        EXPECT_EQ(++inside, 1);
        std::this_thread::sleep_for(500us);
        --inside;
      }
    });
  for (std::thread& thread : threads) thread.join();
  done = true;
  sweeper.join();
}

// A caller that has just no descriptor left knows no more than before.
TEST(NetnsStands, WhereItCannotBeAsked) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  LedgerEntry entry;
  entry.attachment.netns = "/proc/self/ns/net";
  entry.netns_identity = base::identify_netns(entry.attachment.netns).value();
  entry.boot_id = current_boot_id();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool stands = netns_stands(entry);
  entry.attachment.netns = "/nowhere";
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(stands);
  EXPECT_FALSE(netns_stands(entry));
}

}  // namespace
}  // namespace cni
