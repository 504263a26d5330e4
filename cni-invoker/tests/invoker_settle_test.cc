// What is owed of containers that are no more: settled for all at once.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "cni/base/fd.h"
#include "cni/base/files.h"
#include "locks.h"
#include "support.h"

namespace cni {
namespace {

using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Settle : public testing::InvokerTest {
 protected:
  void attach(const Attachment& one) {
    const auto added = invoker().add(chain, one);
    ASSERT_TRUE(added) << added.error().what;
    runner.calls.clear();
  }
  std::size_t owed() { return invoker().ledger()->list()->size(); }
};

TEST_F(Settle, RemovesTheFilesOfKilledWritersAndHolders) {
  covers("L.4");
  attach(attachment());
  std::vector<std::string> left;
  for (const char* name : {"ledger/net@x@eth0.json.tmp.0123abcd", "ledger/net@x@eth0.result.tmp.0123abcd",
                           "cache/results/net-x-eth0.tmp.0123abcd", "cache/locks/container.x"})
    left.push_back(dir.write(name, ""));
  const auto settled = invoker().settle([](const LedgerEntry&) { return true; });
  ASSERT_TRUE(settled && settled->failures.empty());
  for (const std::string& path : left) EXPECT_FALSE(base::path_exists(path)) << path;
  EXPECT_THAT(runner.calls, IsEmpty());
  EXPECT_TRUE(invoker().cache().load("net", "pod1", "eth0")->has_value());
  EXPECT_EQ(owed(), 1U);
}

// A killed ADD and one that is under way look alike in the ledger.
TEST_F(Settle, LeavesWhatAnotherIsAtWorkOnAndWhatHasComeToItsEnd) {
  covers("L.4 A12.08");
  attach(attachment());
  int asked = 0;
  const auto ended_meanwhile = [&](const LedgerEntry&) { return ++asked > 1; };
  {
    const auto lock = lock_container(dir.path() + "/cache/locks", "pod1", std::chrono::seconds(1));
    ASSERT_TRUE(lock);
    ASSERT_TRUE(invoker().settle(ended_meanwhile));
    EXPECT_EQ(asked, 1);
    asked = 0;
  }
  ASSERT_TRUE(invoker().settle(ended_meanwhile));
  EXPECT_EQ(asked, 2);
  EXPECT_THAT(runner.calls, IsEmpty());
  EXPECT_EQ(owed(), 1U);
}

TEST_F(Settle, ThatIsCancelledBeginsNothingMoreAndSaysSo) {
  covers("L.4 R.4");
  attach(attachment());
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd cancel(ends[0]);
  ::close(ends[1]);
  const auto report = invoker().settle([](const LedgerEntry&) { return false; }, {.cancel_fd = cancel.get()});
  ASSERT_TRUE(report) << report.error().what;
  ASSERT_EQ(report->failures.size(), 1U);
  EXPECT_EQ(report->failures[0].what, "settle: interrupted");
  EXPECT_THAT(report->detached, IsEmpty());
  EXPECT_THAT(runner.calls, IsEmpty());
  EXPECT_EQ(owed(), 1U);
}

TEST_F(Settle, AfterARebootPaysEverythingWithAnEmptyNetns) {
  covers("A12.06 L.4");
  attach(attachment("old"));
  LedgerEntry entry = invoker().ledger()->list()->front();
  entry.boot_id = "another";
  ASSERT_TRUE(invoker().ledger()->save(entry));
  attach(attachment("living"));
  attach(attachment("dead"));
  options.owner = "other";
  attach(attachment("others"));
  options.owner = "test";
  options.verify_netns = true;
  std::vector<std::string> asked;
  const auto settled = invoker().settle([&](const LedgerEntry& one) {
    asked.push_back(one.attachment.container_id);
    return one.attachment.container_id == "living";
  });
  ASSERT_TRUE(settled && settled->failures.empty());
  ASSERT_EQ(settled->detached.size(), 2U);
  EXPECT_EQ(settled->detached[0].attachment.container_id, "old");
  EXPECT_EQ(settled->detached[1].attachment.container_id, "dead");
  EXPECT_THAT(asked, ElementsAre("living", "dead", "dead"));
  EXPECT_EQ(runner.calls.size(), 6U);
  EXPECT_EQ(runner.calls[0].environment.at("CNI_CONTAINERID"), "old");
  EXPECT_EQ(runner.calls[0].environment.at("CNI_NETNS"), "");
  EXPECT_EQ(owed(), 2U);
}

TEST_F(Settle, GoesOnPastAFailureAndTellsBoth) {
  covers("A12.06");
  attach(attachment("first"));
  attach(attachment("second"));
  runner.on_call = [&](const testing::Call& call) {
    runner.answer("DEL two", "", call.environment.at("CNI_CONTAINERID") == "first" ? 1 : 0);
  };
  const auto settled = invoker().settle([](const LedgerEntry&) { return false; });
  ASSERT_TRUE(settled);
  ASSERT_EQ(settled->failures.size(), 1U);
  EXPECT_THAT(settled->failures[0].what, HasSubstr("container 'first'"));
  ASSERT_EQ(settled->detached.size(), 1U);
  EXPECT_EQ(settled->detached[0].attachment.container_id, "second");
  EXPECT_EQ(owed(), 1U);
}

}  // namespace
}  // namespace cni
