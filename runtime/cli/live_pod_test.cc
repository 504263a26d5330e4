// Pods that change while they are looked at.
#include "runtime/cli/live_pod.h"

#include <gtest/gtest.h>

#include "runtime/kernel/clock.h"
#include "runtime/store/test_store.h"

namespace podrun::cli {
namespace {

class LivePodTest : public StoreTest {
 protected:
  LivePodTest() : record_(put(id_, "default", "web")) { record_.life.boot_id = boot_id(); }

  // What is on disk by now.
  void save(PodState state, const std::string& failure = "") {
    record_.life.state = state;
    record_.life.failure = failure;
    EXPECT_TRUE(store_.lock(id_, 1000)->save(record_));
  }
  // Looked at by somebody who has read the record when it was so.
  Result<LivePod> look_from(PodState state) const {
    PodRecord before = record_;
    before.life.state = state;
    before.life.failure.clear();
    return look_at_settled(store_, before);
  }

  const std::string id_ = test_id('1');
  PodRecord record_;
};

TEST_F(LivePodTest, WhatWasSavedMeanwhileIsWhatThereIs) {
  save(PodState::stopped);
  for (const PodState before : {PodState::creating, PodState::ready, PodState::stopping}) {
    const auto pod = look_from(before);
    ASSERT_TRUE(pod);
    EXPECT_EQ(pod->reason, "Stopped");
  }
  save(PodState::deleting, "plugin bridge DEL: no");
  EXPECT_EQ(look_from(PodState::deleting)->reason, "DeleteFailed");
}

TEST_F(LivePodTest, WhatHasDiedIsTold) {
  save(PodState::creating);
  EXPECT_EQ(look_from(PodState::creating)->reason, "CreateInterrupted");
  save(PodState::ready);
  EXPECT_EQ(look_from(PodState::ready)->reason, "SandboxGone");
}

// Nobody holds the lock while containers have time to end.
TEST_F(LivePodTest, AStopThatGivesTimeIsUnderWay) {
  record_.life.deadline = boot_time() + 60'000'000'000;
  save(PodState::stopping);
  EXPECT_EQ(look_from(PodState::stopping)->reason, "");
  record_.life.deadline = 1;
  save(PodState::stopping);
  EXPECT_EQ(look_from(PodState::stopping)->reason, "StopInterrupted");
  record_.life.deadline = 0;
  save(PodState::stopping);
  EXPECT_EQ(look_from(PodState::stopping)->reason, "StopInterrupted");
}

TEST_F(LivePodTest, WhatIsAtWorkIsNotOdd) {
  save(PodState::deleting);
  const auto at_work = store_.lock(id_, 1000);
  ASSERT_TRUE(at_work);
  EXPECT_EQ(look_from(PodState::deleting)->reason, "");
}

TEST_F(LivePodTest, OneThatWasRemovedMeanwhileIsGone) {
  ASSERT_TRUE(store_.lock(id_, 1000)->erase());
  const auto pod = look_from(PodState::ready);
  ASSERT_FALSE(pod);
  EXPECT_EQ(pod.error().kind, Kind::not_found);
}

}  // namespace
}  // namespace podrun::cli
