// How ProcessRunner finds, starts, feeds and hears plugins.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <thread>

#include "cni/base/fd.h"
#include "cni/base/files.h"
#include "runner_fixture.h"

namespace cni {
namespace {

using testing::covers;
using ::testing::HasSubstr;
using testing::ProcessRunnerTest;
using namespace std::chrono_literals;

TEST_F(ProcessRunnerTest, FindsTheFirstRegularFile) {
  covers("A4.01");
  std::filesystem::create_directories(dir.path() + "/a/tool");
  dir.write("b/real", "x", 0755);
  std::filesystem::create_directories(dir.path() + "/c");
  std::filesystem::create_symlink("../b/real", dir.path() + "/c/tool");
  dir.write("d/tool", "x", 0755);
  const std::vector<std::string> dirs = {dir.path() + "/none", dir.path() + "/a", dir.path() + "/c", dir.path() + "/d"};
  EXPECT_EQ(*runner.find("tool", dirs), dir.path() + "/c/tool");
  EXPECT_THAT(runner.find("", dirs).error().what, HasSubstr("type is empty"));
  EXPECT_THAT(runner.find("../tool", dirs).error().what, HasSubstr("not a path"));
  EXPECT_THAT(runner.find("tool", {}).error().what, HasSubstr("no directories"));
  EXPECT_FALSE(runner.find("etc", {""}));
}

TEST_F(ProcessRunnerTest, WhatIsMissingNamesDirectoriesAndPackage) {
  covers("A4.03");
  const auto error = runner.find("bridge", {"/nowhere", "/else"}).error();
  EXPECT_EQ(error.kind, Kind::not_found);
  EXPECT_EQ(
      error.what,
      "find plugin 'bridge': not in /nowhere, /else; install the package containernetworking-plugins, or name the "
      "plugins' directory");
}

TEST_F(ProcessRunnerTest, AFileThatCannotRunIsToldNotPassedOver) {
  covers("A4.02");
  dir.write("a/tool", "x", 0644);
  dir.write("b/tool", "#!/bin/sh\n", 0755);
  RunRequest one;
  one.path = *runner.find("tool", {dir.path() + "/a", dir.path() + "/b"});
  one.timeout = 1s;
  EXPECT_EQ(one.path, dir.path() + "/a/tool");
  const auto outcome = runner.exec(one);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().error_number, EACCES);
  EXPECT_THAT(outcome.error().what, HasSubstr("not executable"));
  EXPECT_TRUE(never_started(outcome.error()));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "the child whose exec failed was not waited for";
}

TEST_F(ProcessRunnerTest, WhatCannotBeExecutedSaysWhyAndThatNothingRan) {
  RunRequest one;
  one.timeout = 10s;
  const auto why = [&](const std::string& path) {
    one.path = path;
    const auto outcome = runner.exec(one);
    EXPECT_FALSE(outcome);
    EXPECT_TRUE(never_started(outcome.error()));
    EXPECT_TRUE(never_started(Error(outcome.error()).in("attach"))) << "at any height";
    return outcome.error().what;
  };
  EXPECT_THAT(why(dir.write("lost", "#!/no/such/shell\n", 0755)), HasSubstr("the file is there"));
  EXPECT_THAT(why(dir.write("text", "echo hello\n", 0755)), HasSubstr("begins with #!"));
  EXPECT_EQ(why(dir.path() + "/none"), "run '" + dir.path() + "/none': No such file or directory");
}

TEST_F(ProcessRunnerTest, GivesInputAndTakesBothOutputs) {
  covers("A5.03 A5.05 A5.06");
  const RunOutcome outcome = run("cat; echo log >&2; echo $CNI_COMMAND; exit 3", "config\n");
  EXPECT_EQ(outcome.output, "config\nADD\n");
  EXPECT_EQ(outcome.errors, "log\n");
  EXPECT_EQ(outcome.end, RunOutcome::End::exited);
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_FALSE(outcome.succeeded());
  EXPECT_GT(outcome.duration.count(), 0);
}

// Never less than ours, which the kernel counts as well.
TEST_F(ProcessRunnerTest, TellsThePeakMemoryOfThePlugin) {
  constexpr std::uint64_t kMany = 48U << 20U;
  const RunOutcome large = run("all=$(head -c 50331648 /dev/zero | tr '\\0' a); echo ${#all} >&2");
  EXPECT_EQ(large.errors, "50331648\n");
  EXPECT_GT(large.peak_memory, kMany);
  EXPECT_LT(run("true").peak_memory, kMany);
}

// Its own and that of what it has waited for, and no other's.
TEST_F(ProcessRunnerTest, TellsTheProcessorTimeOfThePlugin) {
  using std::chrono::milliseconds;
  const RunOutcome busy = run("sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); done'");
  EXPECT_GT(busy.processor.user + busy.processor.system, milliseconds(20));
  EXPECT_LE(busy.processor.user + busy.processor.system, busy.duration + milliseconds(10));
  const RunOutcome idle = run("sleep 0.3");
  EXPECT_LT(idle.processor.user + idle.processor.system, milliseconds(100));
}

TEST_F(ProcessRunnerTest, NobodyIsToldOfNothing) {
  RunRequest quiet = request("echo out; sleep 0.05; echo more");
  int told = 0;
  quiet.on_stderr = [&](std::string_view) { ++told; };
  ASSERT_TRUE(runner.exec(quiet));
  EXPECT_EQ(told, 0);
}

TEST_F(ProcessRunnerTest, TheInputWaitsForItsGate) {
  covers("L.1");
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd gate(ends[0]);
  const Fd open(ends[1]);
  RunRequest one = request("touch " + dir.path() + "/started; cat; touch " + dir.path() + "/fed");
  one.input = "config";
  one.input_gate = gate.get();
  std::thread opens([&] {
    for (int tries = 0; tries < 500 && !std::filesystem::exists(dir.path() + "/started"); ++tries)
      std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(std::filesystem::exists(dir.path() + "/started"));
    std::this_thread::sleep_for(50ms);
    EXPECT_FALSE(std::filesystem::exists(dir.path() + "/fed"));
    EXPECT_EQ(::write(open.get(), "1", 1), 1);
  });
  const auto outcome = runner.exec(one);
  opens.join();
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->output, "config");
}

TEST_F(ProcessRunnerTest, AGateThatFailsKillsThePlugin) {
  covers("L.1");
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd gate(ends[0]);
  ::close(ends[1]);
  RunRequest one = request("cat; touch " + dir.path() + "/fed");
  one.input = "config";
  one.input_gate = gate.get();
  const auto outcome = runner.exec(one);
  ASSERT_FALSE(outcome);
  EXPECT_FALSE(never_started(outcome.error())) << "it was there, if only for a moment";
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/fed"));
}

TEST_F(ProcessRunnerTest, APluginNeedNotReadItsInput) {
  covers("A5.03");
  const RunOutcome outcome = run("exit 0", std::string(2'000'000, 'x'));
  EXPECT_TRUE(outcome.succeeded());
  sigset_t pending;
  ::sigpending(&pending);
  EXPECT_EQ(::sigismember(&pending, SIGPIPE), 0);
  sigset_t blocked;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  EXPECT_EQ(::sigismember(&blocked, SIGPIPE), 0);
}

TEST_F(ProcessRunnerTest, ASigpipeOfTheCallersStaysItsOwn) {
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  ::raise(SIGPIPE);
  EXPECT_TRUE(run("exit 0", std::string(2'000'000, 'x')).succeeded());
  const timespec now{0, 0};
  EXPECT_EQ(::sigtimedwait(&pipe, nullptr, &now), SIGPIPE);
  ::pthread_sigmask(SIG_UNBLOCK, &pipe, nullptr);
}

TEST_F(ProcessRunnerTest, ReadsInputAndBothOutputsAtOnce) {
  covers("A5.04");
  const RunOutcome outcome =
      run("head -c 600000 /dev/zero; head -c 600000 /dev/zero >&2; cat", std::string(700'000, 'x'));
  EXPECT_EQ(outcome.output.size(), 1'300'000U);
  EXPECT_EQ(outcome.errors.size(), 600'000U);
}

TEST_F(ProcessRunnerTest, APluginThatPrintsTooMuchIsKilled) {
  covers("A5.04");
  for (const char* script : {"head -c 100000000 /dev/zero", "head -c 100000000 /dev/zero >&2", "yes"}) {
    const RunOutcome outcome = run(script);
    EXPECT_EQ(outcome.end, RunOutcome::End::too_much_output);
    EXPECT_LT(outcome.output.size() + outcome.errors.size(), 9U << 20U);
    EXPECT_LT(outcome.duration, 5s);
  }
}

TEST_F(ProcessRunnerTest, ABusyBinaryIsTriedAgain) {
  covers("A5.10");
  const RunRequest one = request("echo ran");
  ProcessRunner::Options options;
  options.busy_pause = 50ms;
  ProcessRunner patient(options);
  Fd writer(::open(one.path.c_str(), O_WRONLY | O_CLOEXEC));
  std::thread closes([&] {
    std::this_thread::sleep_for(120ms);
    writer.reset();
  });
  const auto outcome = patient.exec(one);
  closes.join();
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->output, "ran\n");
}

TEST_F(ProcessRunnerTest, BusyForEverIsAnErrorWithinTheDeadline) {
  covers("A5.10");
  RunRequest one = request("echo ran");
  const Fd writer(::open(one.path.c_str(), O_WRONLY | O_CLOEXEC));
  ProcessRunner::Options options;
  options.busy_pause = 10ms;
  const auto first = std::chrono::steady_clock::now();
  const auto exhausted = ProcessRunner(options).exec(one);
  ASSERT_FALSE(exhausted);
  EXPECT_EQ(exhausted.error().error_number, ETXTBSY);
  EXPECT_GE(std::chrono::steady_clock::now() - first, 50ms) << "five times more";
  one.timeout = 50ms;
  options.busy_pause = 10s;
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(ProcessRunner(options).exec(one));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
}

TEST_F(ProcessRunnerTest, IsFoundInPsByItsKeeper) { EXPECT_EQ(run("cat /proc/$PPID/comm").output, "cni-keeper\n"); }

TEST_F(ProcessRunnerTest, TheChildIsClean) {
  covers("A5.12");
  const Fd stray(::open("/dev/null", O_RDONLY));  // not close-on-exec, as a careless caller's may be
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  for (const int ignored : {SIGHUP, SIGUSR2, SIGRTMAX}) ::signal(ignored, SIG_IGN);
  const RunOutcome outcome =
      run("pwd; ls -l /proc/self/fd | grep -c pipe; ls /proc/self/fd | wc -l; "
          "grep -E 'SigBlk|SigIgn' /proc/self/status; ps -o pgid= -p $$ | tr -d ' '; echo $$");
  for (const int ignored : {SIGHUP, SIGUSR2, SIGRTMAX}) ::signal(ignored, SIG_DFL);
  ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
  std::istringstream lines(outcome.output);
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  ASSERT_EQ(all.size(), 7U) << outcome.output << outcome.errors;
  EXPECT_EQ(all[0], "/");
  EXPECT_EQ(all[2], "4");  // three and the one ls reads with
  EXPECT_THAT(all[3], HasSubstr("0000000000000000"));
  EXPECT_THAT(all[4], HasSubstr("0000000000000000"));
  EXPECT_EQ(all[5], all[6]) << "not in a process group of its own";
}

TEST_F(ProcessRunnerTest, RunsInTheCallersNetworkNamespace) {
  covers("A5.01");
  EXPECT_EQ(run("readlink /proc/self/ns/net").output,
            std::filesystem::read_symlink("/proc/self/ns/net").string() + "\n");
}

TEST_F(ProcessRunnerTest, JoinsItsCgroupsBeforeItRuns) {
  RunRequest one = request("cat");
  const std::string procs = dir.write("cgroup.procs", "");  // a plain file records what a cgroup would be told
  one.cgroup_files = {procs};
  EXPECT_TRUE(runner.exec(one));
  EXPECT_EQ(testing::read(procs), "0");
  one.cgroup_files = {dir.path() + "/none"};
  EXPECT_FALSE(runner.exec(one));
}

TEST_F(ProcessRunnerTest, InACgroupOfVersionTwoItIsBorn) {
  const std::string root =
      std::filesystem::exists("/sys/fs/cgroup/unified") ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup";
  const std::string group = root + "/cni-runner-test-" + std::to_string(::getpid());
  if (!std::filesystem::exists(root + "/cgroup.procs") || ::mkdir(group.c_str(), 0755) != 0)
    GTEST_SKIP() << "needs root and cgroups of version 2";
  RunRequest one = request("cat /proc/$$/cgroup");
  one.cgroup_files = {group + "/cgroup.procs"};
  const auto outcome = runner.exec(one);
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->exit_code, 0);
  EXPECT_THAT(outcome->output, HasSubstr("0::/cni-runner-test-"));
  one.path = dir.path() + "/none";
  EXPECT_EQ(runner.exec(one).error().error_number, ENOENT);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
  EXPECT_EQ(::rmdir(group.c_str()), 0) << "a process is left there";
}

TEST_F(ProcessRunnerTest, WithoutItsCgroupItDoesNotRun) {
  RunRequest one = request("touch " + dir.path() + "/ran");
  one.cgroup_files = {"/dev/full"};
  const auto outcome = runner.exec(one);
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().what, HasSubstr("join cgroup"));
  EXPECT_TRUE(never_started(outcome.error()));
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/ran"));
}

TEST_F(ProcessRunnerTest, ManyThreadsAtOnceDoNotDelayEachOther) {
  covers("A5.04");
  const RunRequest slow = request("sleep 1.5");
  RunRequest quick = slow;
  quick.path = dir.write("quick", "#!/bin/sh\necho quick", 0755);
  std::thread sleeper([&] { EXPECT_TRUE(runner.exec(slow)); });
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(runner.exec(quick)->output, "quick\n");
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 1400ms);
  sleeper.join();
}

TEST_F(ProcessRunnerTest, LeavesNoDescriptorAndNoMemoryBehind) {
  const auto count = [] {
    const auto descriptors =
        std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
    const std::string maps = base::read_file("/proc/self/maps").value();
    return std::pair(descriptors, std::count(maps.begin(), maps.end(), '\n'));
  };
  run("exit 0");
  const auto before = count();
  for (int i = 0; i < 20; ++i) run("exit 1", "x");
  RunRequest broken = request("");
  broken.path = dir.path() + "/none";
  EXPECT_FALSE(runner.exec(broken));
  EXPECT_EQ(count(), before);
}

}  // namespace
}  // namespace cni
