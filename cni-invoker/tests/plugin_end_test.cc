// How runs of plugins end: by themselves, by a signal, for want of time, because the caller wants no more.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <sstream>
#include <thread>

#include "cni/base/fd.h"
#include "runner_fixture.h"

namespace cni {
namespace {

using testing::covers;
using testing::ProcessRunnerTest;
using namespace std::chrono_literals;

TEST_F(ProcessRunnerTest, ASignalIsAFailure) {
  covers("A5.05");
  const RunOutcome outcome = run("kill -9 $$");
  EXPECT_EQ(outcome.end, RunOutcome::End::signaled);
  EXPECT_EQ(outcome.signal, SIGKILL);
}

TEST_F(ProcessRunnerTest, AGrandchildThatHoldsStdoutIsNotWaitedFor) {
  covers("A5.08");
  const auto begun = std::chrono::steady_clock::now();
  const RunOutcome outcome = run("echo done; sleep 20 & echo $! > " + dir.path() + "/pid; exit 0");
  EXPECT_TRUE(outcome.succeeded());
  EXPECT_EQ(outcome.output, "done\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s);
  // A daemon the plugin leaves is the plugin's business.
  const pid_t pid = std::stoi(testing::read(dir.path() + "/pid"));
  EXPECT_EQ(testing::read("/proc/" + std::to_string(pid) + "/stat").find(") Z"), std::string::npos);
  EXPECT_EQ(::kill(pid, SIGKILL), 0);
}

// Else it would go on behind the DEL that is owed then.
TEST_F(ProcessRunnerTest, AnAddDoesNotOutliveItsInvoker) {
  covers("A12.03");
  const std::string begun = dir.path() + "/begun";
  const std::string late = dir.path() + "/late";
  RunRequest slow = request("touch " + begun + "\nread rest; sleep 0.3\ntouch " + late + "\n");
  slow.dies_with_us = true;
  const pid_t invoker = ::fork();
  if (invoker == 0) {
    (void)runner.exec(slow);
    ::_exit(0);
  }
  for (int waited = 0; waited < 5000 && !std::filesystem::exists(begun); ++waited) std::this_thread::sleep_for(1ms);
  ASSERT_TRUE(std::filesystem::exists(begun));
  ::kill(invoker, SIGKILL);
  ::waitpid(invoker, nullptr, 0);
  std::this_thread::sleep_for(600ms);
  EXPECT_FALSE(std::filesystem::exists(late));
}

// A DEL may follow at once. Many, since a few are dead before anybody can look.
TEST_F(ProcessRunnerTest, NobodyOfAFailedPluginLivesOnceItsRunHasReturned) {
  const std::string pids = dir.path() + "/pids";
  EXPECT_FALSE(run("i=0; while [ $i -lt 50 ]; do sleep 20 >/dev/null 2>&1 & echo $! >> " + pids +
                   "; i=$((i + 1)); done; exit 1")
                   .succeeded());
  std::string living;
  std::istringstream all(testing::read(pids));
  for (std::string pid; all >> pid;) {
    const std::string stat = std::filesystem::exists("/proc/" + pid) ? testing::read("/proc/" + pid + "/stat") : "";
    if (!stat.empty() && stat.find(") Z") == std::string::npos && stat.find(") X") == std::string::npos)
      living += pid + " ";
  }
  EXPECT_EQ(living, "");
}

// Else it would go on behind the DEL that cleans up.
TEST_F(ProcessRunnerTest, WhatAFailedPluginStartedEndsWithIt) {
  covers("A5.08");
  for (const std::string end : {"exit 1", "kill -9 $$"}) {
    const std::string late = dir.path() + "/late";
    EXPECT_FALSE(run("(sleep 0.2; touch " + late + ") >/dev/null 2>&1 & " + end).succeeded());
    std::this_thread::sleep_for(400ms);
    EXPECT_FALSE(std::filesystem::exists(late)) << end;
  }
}

// It has made itself a daemon, of a network perhaps, which others use by now: whatever becomes of its plugin.
TEST_F(ProcessRunnerTest, WhatHasASessionOfItsOwnOutlivesItsPlugin) {
  covers("R.7");
  const std::string daemon =
      "setsid sleep 60 >/dev/null 2>&1 & echo $!; sleep 60 >/dev/null 2>&1 & echo $!; sleep 0.1; ";
  for (const std::string end : {"exit 0", "exit 1", "kill -9 $$", "sleep 60"}) {
    RunRequest one = request(daemon + end);
    one.timeout = 1s;
    const auto outcome = runner.exec(one);
    ASSERT_TRUE(outcome) << outcome.error().what;
    std::istringstream pids(outcome->output);
    pid_t own_session = 0;
    pid_t plugins = 0;
    ASSERT_TRUE(pids >> own_session >> plugins) << outcome->output;
    EXPECT_EQ(::getpgid(own_session), own_session) << end;
    EXPECT_EQ(testing::read("/proc/" + std::to_string(own_session) + "/stat").find(") Z"), std::string::npos) << end;
    EXPECT_EQ(::kill(own_session, SIGKILL), 0) << end;
    ::kill(plugins, SIGKILL);
  }
}

TEST_F(ProcessRunnerTest, OutputComingInTheGraceIsTaken) {
  covers("A5.08");
  EXPECT_EQ(run("(sleep 0.05; echo late) & exit 0").output, "late\n");
}

// Of a process that is about to end, as /proc/PID/stat has it: empty once it is gone, or a zombie that pid 1 has not
// reaped.
std::string state_once_ended(const std::string& pid) {
  if (pid.empty()) return "it had never begun";
  std::string state;
  for (int tries = 0; tries < 100; ++tries) {
    state = testing::read("/proc/" + std::to_string(std::stoi(pid)) + "/stat");
    if (state.empty() || state.find(") Z") != std::string::npos) return "";
    std::this_thread::sleep_for(20ms);
  }
  return state;
}

TEST_F(ProcessRunnerTest, TimeEndsTheWholeProcessGroup) {
  covers("A5.08 A5.09");
  RunRequest one = request("sleep 30 & echo $! > " + dir.path() + "/pid; wait");
  one.timeout = 300ms;
  const auto begun = std::chrono::steady_clock::now();
  const auto outcome = runner.exec(one);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->end, RunOutcome::End::timed_out);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  EXPECT_EQ(state_once_ended(testing::read(dir.path() + "/pid")), "");
}

TEST_F(ProcessRunnerTest, TimeEndsAPluginThatHasLeftItsProcessGroup) {
  covers("A5.08");
  RunRequest one = request("");
  const std::string pid = dir.path() + "/pid";
  one.path = dir.write("leaver",
                       "#!/usr/bin/perl\nsetpgrp(0, getpgrp(getppid())) or exit 3;\n"
                       "open(my $file, '>', '" +
                           pid + "') or exit 4;\nprint {$file} $$;\nclose($file);\nsleep 60;\n",
                       0755);
  one.timeout = 500ms;
  const auto outcome = runner.exec(one);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->end, RunOutcome::End::timed_out);
  EXPECT_EQ(state_once_ended(testing::read(pid)), "");
}

TEST_F(ProcessRunnerTest, NoTimeLeftIsNoRun) {
  RunRequest one = request("touch " + dir.path() + "/ran");
  one.timeout = 0ms;
  EXPECT_EQ(runner.exec(one).error().kind, Kind::timeout);
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/ran"));
}

// Readable from the start, or after a while.
class Cancelled {
 public:
  explicit Cancelled(std::chrono::milliseconds after = 0ms) {
    EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0);
    thread_ = std::thread([this, after] {
      std::this_thread::sleep_for(after);
      EXPECT_EQ(::write(ends_[1], "x", 1), 1);
    });
    if (after == 0ms) thread_.join();
  }
  ~Cancelled() {
    if (thread_.joinable()) thread_.join();
    ::close(ends_[0]);
    ::close(ends_[1]);
  }
  int fd() const { return ends_[0]; }

 private:
  int ends_[2] = {-1, -1};
  std::thread thread_;
};

TEST_F(ProcessRunnerTest, NothingStartsThatIsCancelledAlready) {
  const Cancelled cancelled;
  RunRequest one = request("touch " + dir.path() + "/ran");
  one.cancel_fd = cancelled.fd();
  const auto outcome = runner.exec(one);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().error_number, EINTR);
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/ran"));
}

TEST_F(ProcessRunnerTest, ACancelledPluginMayFinishSoon) {
  const Cancelled cancelled(100ms);
  RunRequest one = request("sleep 0.4; echo done");
  one.cancel_fd = cancelled.fd();
  const auto outcome = runner.exec(one);
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_TRUE(outcome->succeeded());
  EXPECT_EQ(outcome->output, "done\n");
}

TEST_F(ProcessRunnerTest, ACancelledPluginThatHangsIsKilledWithItsGroup) {
  const Cancelled cancelled(100ms);
  ProcessRunner hasty(ProcessRunner::Options{.cancel_grace = 200ms});
  RunRequest one = request("sleep 1000 & echo $!; sleep 1000");
  one.timeout = 60s;
  one.cancel_fd = cancelled.fd();
  const auto begun = std::chrono::steady_clock::now();
  const auto outcome = hasty.exec(one);
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->end, RunOutcome::End::cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
  const pid_t grandchild = std::stoi(outcome->output);
  EXPECT_TRUE(::kill(grandchild, 0) != 0 ||
              testing::read("/proc/" + std::to_string(grandchild) + "/stat").find(") Z ") != std::string::npos);
}

}  // namespace
}  // namespace cni
