#include "runtime/kernel/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/interruption.h"
#include "cni-invoker/base/tests/temp_dir.h"
#include "runtime/kernel/process.h"

namespace podrun {
namespace {

using ::testing::HasSubstr;

TEST(Program, TellsHowItEndedAndWhatItSaid) {
  const auto ended = run_program({"sh", "-c", "echo out; echo one >&2; cat; echo two >&2; exit 7"});
  ASSERT_TRUE(ended) << ended.error().what;
  EXPECT_EQ(ended->code, 7);
  EXPECT_EQ(ended->errors, "one\ntwo\n");
}

TEST(Program, ASignalIsAnEnd) { EXPECT_EQ(run_program({"sh", "-c", "kill -9 $$"})->code, 137); }

TEST(Program, OneThatIsNotThere) {
  const auto ended = run_program({"no-such-program-here"});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, Kind::not_found);
}

TEST(Program, OfMuchTheLastIsKept) {
  const auto ended = run_program({"sh", "-c", "yes 0123456789 | head -c 200000 >&2; echo last >&2"});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->errors.size(), 16384U);
  EXPECT_TRUE(ended->errors.ends_with("last\n"));
}

TEST(Program, IsNotWaitedForBeyondItsEnd) {
  const auto ended = run_program({"sh", "-c", "sleep 30 & echo said >&2"});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->errors, "said\n");
}

TEST(Program, SomethingIsDoneMeanwhile) {
  int called = 0;
  ASSERT_TRUE(run_program({"sleep", "0.7"}, [&] { ++called; }));
  EXPECT_GE(called, 2);
}

// In a process of its own: who listens does so for good.
TEST(Program, AnInterruptionEndsIt) {
  const pid_t child = ::fork();
  if (child == 0) {
    base::listen_for_interruption();
    ::alarm(20);
    const auto ended = run_program({"sh", "-c", "kill -INT $PPID; exec sleep 60"});
    ::_exit(!ended && base::is_interruption(ended.error()) ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Program, EndsWithWhoeverRunsIt) {
  const cni::base::TempDir dir;
  const std::string file = dir / "program";
  const pid_t child = ::fork();
  if (child == 0) {
    (void)run_program({"sh", "-c", "echo $$ > " + file + ".part; mv " + file + ".part " + file + "; exec sleep 60"});
    ::_exit(1);
  }
  pid_t program = 0;
  for (int tries = 0; tries < 500 && program == 0; ++tries) {
    std::ifstream(file) >> program;
    ::usleep(10'000);
  }
  ASSERT_NE(program, 0);
  const Fd pidfd = open_pidfd(program);
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(wait_for_exit(pidfd.get(), std::chrono::seconds(10)).value_or(false));
}

}  // namespace
}  // namespace podrun
