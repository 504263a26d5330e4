// A pod that may be active for so long.
#include "runtime/tend/seen.h"

namespace podrun::tend {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Whose deadline of 60 seconds was so many ago.
Next next_after_deadline(std::int64_t ago, RestartPolicy restart, const std::vector<Seen>& seen) {
  PodRecord pod = standing(restart);
  pod.plan.active_deadline = 60;
  pod.life.created_at = kNow - (60 + ago) * kSecond;
  return next(pod, all(seen), kNow);
}
std::vector<std::string> steps_after_deadline(const std::vector<Seen>& seen) {
  return words(next_after_deadline(0, kAlways, seen).steps);
}

TEST(Deadline, IsATimeToLookAgain) {
  EXPECT_EQ(next_after_deadline(-20, kNever, {runs("m")}).at, kNow + 20 * kSecond);
  Seen crashed = ended("m", 1);
  crashed.back_off = 10;
  EXPECT_EQ(next_after_deadline(-20, kAlways, {crashed}).at, kNow + 10 * kSecond) << "the earlier one";
  EXPECT_EQ(next_after_deadline(-5, kAlways, {crashed}).at, kNow + 5 * kSecond);
  EXPECT_EQ(next_after_deadline(-20, kNever, {ended("m", 0)}).at, 0) << "it is over already";
}

TEST(Deadline, EndsAllAtOnceAndSidecarsAfterThem) {
  EXPECT_THAT(steps_after_deadline({runs("s", kSidecar), runs("m"), runs("n")}), ElementsAre("stop m.0", "stop n.0"));
  EXPECT_THAT(steps_after_deadline({runs("s", kSidecar), runs("a", kInit), waits("m")}), ElementsAre("stop a.0"));
  EXPECT_THAT(steps_after_deadline({runs("s", kSidecar), runs("t", kSidecar), ended("m", 143)}),
              ElementsAre("stop t.0"));
  const Next next = next_after_deadline(0, kAlways, {ended("m", 143), waits("n")});
  EXPECT_THAT(next.steps, IsEmpty());
  EXPECT_TRUE(next.over);
  EXPECT_EQ(next.at, 0);
}

TEST(Deadline, EndsWhoLooksOnThoughAPersonHasStoppedTheOthers) {
  Seen held = ended("m", 143);
  held.held = true;
  EXPECT_THAT(steps_after_deadline({held, runs("look", ContainerRole::ephemeral)}), ElementsAre("stop look.0"));
  EXPECT_TRUE(next_after_deadline(0, kNever, {held}).over);
}

TEST(Deadline, LetsNothingBegin) {
  EXPECT_THAT(steps_after_deadline({ended("m", 1), waits("n")}), IsEmpty());
  EXPECT_THAT(steps_after_deadline({ended("a", 0, kInit), waits("m")}), IsEmpty());
  EXPECT_THAT(steps_after_deadline({ended("s", 0, kSidecar), runs("m")}), ElementsAre("stop m.0"));
}

TEST(Deadline, AsksNobodyWhoIsToEnd) {
  LiveContainer asked = live(runs("m"));
  asked.record.plan.probes.liveness.emplace();
  PodRecord pod = standing(kAlways);
  pod.plan.active_deadline = 60;
  pod.life.created_at = kNow - 60 * kSecond;
  EXPECT_EQ(words(next(pod, {asked}, kNow).steps), std::vector<std::string>{"stop m.0"});
}

}  // namespace
}  // namespace podrun::tend
