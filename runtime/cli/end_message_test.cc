// What a container has said of its end, as it is shown.
#include "runtime/cli/end_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "cni-invoker/base/tests/temp_dir.h"
#include "runtime/cli/test_pods.h"

namespace podrun::cli {
namespace {

using ::testing::EndsWith;
using ::testing::StartsWith;

constexpr const char* kTime = "2024-01-01T00:00:01.000000000Z ";

class EndMessage : public ::testing::Test {
 protected:
  // Of one among so many containers that ended with that code.
  std::string shown(const std::string& message, int code = 1, std::size_t containers = 1) const {
    std::vector<LiveContainer> all(containers, ended("main", ExitStatus{.code = code, .message = message}));
    for (LiveContainer& one : all) {
      one.record.plan.log_path = path_;
      one.record.plan.termination_message.falls_back_to_log = falls_back_;
    }
    show_messages(all);
    return all.front().status.exit->message;
  }
  void log(const std::string& records) const { EXPECT_TRUE(base::write_file_durably(path_, records)); }
  static std::string line(const std::string& text) { return kTime + ("stdout F " + text) + "\n"; }

  bool falls_back_ = true;

 private:
  const base::TempDir dir_;
  const std::string path_ = dir_ / "end-message.log";
};

TEST_F(EndMessage, IsWhatItLeft) {
  log(line("other"));
  EXPECT_EQ(shown("no disk\n"), "no disk\n");
  EXPECT_EQ(shown("done", 0), "done");
}

TEST_F(EndMessage, FallsBackToTheLogWhereItFailed) {
  log(line("one") + kTime + "stderr P tw\n" + kTime + "stderr F o\n");
  EXPECT_EQ(shown(""), "one\ntwo\n");
  EXPECT_EQ(shown("", 0), "") << "it succeeded";
  falls_back_ = false;
  EXPECT_EQ(shown(""), "");
}

TEST_F(EndMessage, HasTheLast80LinesAndNoMoreThan2048BytesOfThem) {
  std::string records;
  for (int i = 0; i < 100; ++i) records += line(std::to_string(i));
  log(records);
  EXPECT_THAT(shown(""), StartsWith("20\n21\n"));
  EXPECT_THAT(shown(""), EndsWith("98\n99\n"));
  log(line(std::string(5000, 'a')) + line(std::string(2000, 'b')));
  EXPECT_EQ(shown(""), std::string(46, 'a') + "\n" + std::string(2000, 'b') + "\n");
}

TEST_F(EndMessage, OfALogWithoutEndReadsTheEnd) {
  std::string records;
  for (int i = 0; i < 20'000; ++i) records += line("x");
  log(records + line("last"));
  EXPECT_THAT(shown(""), EndsWith("x\nlast\n"));
  log(std::string(200'000, 'x'));
  EXPECT_EQ(shown(""), "") << "that is no record";
  log("");
  EXPECT_EQ(shown(""), "");
}

TEST_F(EndMessage, WithoutALogIsNone) { EXPECT_EQ(shown(""), ""); }

TEST_F(EndMessage, IsAShareOf12KiBInAPodOfManyContainers) {
  EXPECT_EQ(shown(std::string(4096, 'x')).size(), 4096U);
  EXPECT_EQ(shown(std::string(4096, 'x'), 1, 3).size(), 4096U);
  EXPECT_EQ(shown(std::string(4096, 'x'), 1, 12).size(), 1024U);
}

TEST_F(EndMessage, HoldsNothingThatATerminalObeysAndNoBrokenCharacter) {
  EXPECT_EQ(shown("a\x1b[2J\xff"), "a\\x1b[2J\\xff");
  EXPECT_EQ(shown(std::string("\0", 1)), "\\x00");
}

// What is escaped is four times as long; and the last of it is no half of anything.
TEST_F(EndMessage, IsAsShortAfterItWasEscaped) {
  const std::string escapes = shown(std::string(4096, '\x1b'), 1, 10);
  EXPECT_EQ(escapes.size(), (12U << 10U) / 10 / 4 * 4);
  EXPECT_THAT(escapes, EndsWith("\\x1b\\x1b"));
  std::string accents = "x";
  for (int i = 0; i < 2000; ++i) accents += "\u00e9";
  EXPECT_EQ(shown(accents, 1, 12).size(), 1023U);
  EXPECT_THAT(shown(accents, 1, 12), EndsWith("\u00e9"));
}

TEST_F(EndMessage, OfWhatNeverRanIsItsFailure) {
  log(line("of another"));
  std::vector<LiveContainer> all{ended("main", ExitStatus{.code = 128, .start_failed = true})};
  all.front().record.plan.termination_message.falls_back_to_log = true;
  show_messages(all);
  EXPECT_EQ(all.front().status.exit->message, "");
}

}  // namespace
}  // namespace podrun::cli
