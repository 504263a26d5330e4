// Callers that are no small program with nothing else to do: servers with children, threads, memory and habits of their
// own. What they do with their children and signals, they do not do to plugins.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <thread>

#include "runner_fixture.h"

namespace cni {
namespace {

using testing::covers;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class OddCallerTest : public testing::ProcessRunnerTest {
 protected:
  // Runs what could harm the other tests in a process of its own; its failures are printed there.
  static void in_a_process_of_its_own(const std::function<void()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
      body();
      ::_exit(::testing::Test::HasFailure() ? 1 : 0);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  void expect_right_ends() {
    for (int i = 0; i < 30; ++i) {
      EXPECT_EQ(run("echo out; echo err >&2").output, "out\n");
      EXPECT_EQ(run("exit 3").exit_code, 3);
      EXPECT_EQ(run("kill -TERM $$").signal, SIGTERM);
    }
  }
};

TEST_F(OddCallerTest, SigchldMayBeIgnored) {
  covers("R.1");
  in_a_process_of_its_own([&] {
    ::signal(SIGCHLD, SIG_IGN);
    expect_right_ends();
    struct sigaction no_wait {};
    no_wait.sa_handler = [](int) {};
    no_wait.sa_flags = SA_NOCLDWAIT;
    ::sigaction(SIGCHLD, &no_wait, nullptr);
    expect_right_ends();
  });
}

// A supervisor's loop; with __WALL it even sees processes that have no exit signal.
TEST_F(OddCallerTest, AnotherThreadMayWaitForAnyChild) {
  covers("R.1");
  for (const int options : {0, __WALL}) {
    in_a_process_of_its_own([&] {
      std::atomic<bool> over = false;
      std::set<pid_t> taken;
      std::thread supervisor([&] {
        while (!over)
          if (const pid_t pid = ::waitpid(-1, nullptr, options | WNOHANG); pid > 0) taken.insert(pid);
      });
      expect_right_ends();
      over = true;
      supervisor.join();
      EXPECT_TRUE(taken.empty() || options == __WALL) << "a plugin's parent could be taken";
    });
  }
}

// The SIGCHLD of a plugin is none of the caller's business either.
TEST_F(OddCallerTest, NoSignalTellsOfAPlugin) {
  covers("R.1");
  in_a_process_of_its_own([&] {
    static std::atomic<int> signals = 0;
    ::signal(SIGCHLD, [](int) { ++signals; });
    expect_right_ends();
    EXPECT_EQ(signals, 0);
  });
}

// fork(2) copies the page tables, and has every page that the caller writes to fault again. So it is counted, not
// timed: the faults of a caller that writes to all its memory once more.
TEST_F(OddCallerTest, AGigabyteOfTheCallersIsNotTouched) {
  covers("R.2");
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "with sanitizers the keeper forks";
#endif
  in_a_process_of_its_own([&] {
    constexpr std::size_t kSize = std::size_t{1} << 30U;
    constexpr std::size_t kPage = 4096;
    void* const memory = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    ::madvise(memory, kSize, MADV_NOHUGEPAGE);
    const auto faults_of_writing = [&] {
      rusage before{};
      rusage after{};
      ::getrusage(RUSAGE_SELF, &before);
      for (std::size_t at = 0; at < kSize; at += kPage) static_cast<volatile char*>(memory)[at] = 1;
      ::getrusage(RUSAGE_SELF, &after);
      return after.ru_minflt - before.ru_minflt;
    };
    EXPECT_GE(faults_of_writing(), static_cast<long>(kSize / kPage));
    EXPECT_TRUE(run("exit 0").succeeded());
    EXPECT_LT(faults_of_writing(), 100);
  });
}

TEST_F(OddCallerTest, SixteenThreadsRunPluginsAtOnce) {
  covers("R.1");
  in_a_process_of_its_own([&] {
    ::signal(SIGCHLD, SIG_IGN);
    const std::string path = request("read name; echo $name; exit $name").path;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 16; ++thread)
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 20; ++i) {
          RunRequest one;
          one.path = path;
          one.timeout = 60s;
          one.input = std::to_string(thread) + "\n";
          errno = 0;
          const auto outcome = runner.exec(one);
          ASSERT_TRUE(outcome) << outcome.error().what;
          EXPECT_EQ(outcome->output, one.input);
          EXPECT_EQ(outcome->exit_code, thread);
        }
      });
    for (std::thread& thread : threads) thread.join();
    errno = 0;
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG | __WALL), -1);
    EXPECT_EQ(errno, ECHILD) << "a child is left";
  });
}

// What they send to the whole process group, ^C of a terminal say, is theirs.
TEST_F(OddCallerTest, ASignalToTheCallersGroupReachesNoPlugin) {
  covers("A5.12");
  in_a_process_of_its_own([&] {
    ::setpgid(0, 0);
    ::signal(SIGINT, [](int) {});
    const std::string begun = dir.path() + "/begun";
    RunRequest one = request("touch " + begun + "; sleep 0.3; echo whole");
    std::thread presses([&] {
      while (!std::filesystem::exists(begun)) std::this_thread::sleep_for(1ms);
      ::kill(0, SIGINT);
    });
    const auto outcome = runner.exec(one);
    presses.join();
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->output, "whole\n");
  });
}

// To kill(2), -1 is everybody: here everybody of a user who has nothing else.
TEST_F(OddCallerTest, WhereNoProcessCanBeMadeNobodyIsHarmed) {
  covers("R.3");
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  ::chmod(dir.path().c_str(), 0755);
  const RunRequest one = request("echo ran");
  for (rlim_t possible = 0; possible < 3; ++possible) {
    in_a_process_of_its_own([&] {
      constexpr uid_t kNobodyElse = 60'989;
      ASSERT_EQ(::setresuid(kNobodyElse, kNobodyElse, kNobodyElse), 0);
      const pid_t bystander = ::fork();
      if (bystander == 0) {
        ::pause();
        ::_exit(0);
      }
      const rlimit limit{2 + possible, 2 + possible};  // us, the bystander, the plugin's keeper, the plugin
      ASSERT_EQ(::setrlimit(RLIMIT_NPROC, &limit), 0);
      const auto outcome = runner.exec(one);
      if (possible == 2) {
        EXPECT_TRUE(outcome) << outcome.error().what;
      } else {
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().error_number, EAGAIN) << outcome.error().what;
        EXPECT_TRUE(never_started(outcome.error()));
      }
      EXPECT_EQ(::waitpid(bystander, nullptr, WNOHANG), 0) << "the bystander was killed";
      ::kill(bystander, SIGKILL);
      ::waitpid(bystander, nullptr, 0);
    });
  }
}

// Somebody ends the process between us and the plugin: then nothing may be killed by its number any more.
TEST_F(OddCallerTest, WhoeverKillsAPluginsParentEndsAnAdd) {
  covers("R.3");
  RunRequest one = request("echo $PPID > " + dir.path() + "/parent.new; mv " + dir.path() + "/parent.new " +
                           dir.path() + "/parent; sleep 60");
  one.dies_with_us = true;
  one.timeout = 60s;
  std::thread kills([&] {
    while (!std::filesystem::exists(dir.path() + "/parent")) std::this_thread::sleep_for(1ms);
    ::kill(std::stoi(testing::read(dir.path() + "/parent")), SIGKILL);
  });
  const auto outcome = runner.exec(one);
  kills.join();
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->end, RunOutcome::End::signaled);
  EXPECT_LT(outcome->duration, 30s);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG | __WALL), -1) << "a child is left";
}

// And where the plugin does not die with it, it still ends in time.
TEST_F(OddCallerTest, APluginWhoseParentWasKilledEndsInTime) {
  covers("R.3");
  // Its input comes once the keeper has answered: killed before, nothing was started.
  RunRequest one = request("cat > /dev/null; echo $PPID $$ > " + dir.path() + "/pids.new; mv " + dir.path() +
                           "/pids.new " + dir.path() + "/pids; exec sleep 60");
  one.timeout = 3s;
  pid_t plugin = 0;
  std::thread kills([&] {
    for (int tries = 0; tries < 3000 && !std::filesystem::exists(dir.path() + "/pids"); ++tries)
      std::this_thread::sleep_for(1ms);
    pid_t parent = 0;
    std::ifstream(dir.path() + "/pids") >> parent >> plugin;
    ASSERT_GT(parent, 1) << "the plugin had not begun by then";
    ::kill(parent, SIGKILL);
  });
  const auto outcome = runner.exec(one);
  kills.join();
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->end, RunOutcome::End::timed_out);
  EXPECT_LT(outcome->duration, 30s);
  const std::string stat = testing::read("/proc/" + std::to_string(plugin) + "/stat");
  EXPECT_TRUE(stat.empty() || stat.find(") Z") != std::string::npos) << stat;
}

// From the first pipe to the plugin's pidfd: whichever cannot be had, nothing goes on unseen.
TEST_F(OddCallerTest, WhereADescriptorIsMissingNothingRunsOn) {
  covers("R.3");
  const std::string late = dir.path() + "/late.";
  RunRequest one = request("sleep 0.2; touch $LATE");
  one.environment.emplace_back();
  in_a_process_of_its_own([&] {
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    const auto first = static_cast<rlim_t>(Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get());
    rlim_t more = 0;
    for (bool ran = false; !ran; ++more) {
      ASSERT_LT(more, 50U);
      limit.rlim_cur = first + more;
      one.environment.back() = {"LATE", late + std::to_string(more)};
      ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
      const auto outcome = runner.exec(one);
      limit.rlim_cur = limit.rlim_max;
      ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
      ran = static_cast<bool>(outcome);
      if (!ran) {
        EXPECT_EQ(outcome.error().error_number, EMFILE) << outcome.error().what;
      }
      EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG | __WALL), -1) << "a child is left";
    }
    EXPECT_GT(more, 8U) << "three pipes and two processes take more";
    std::this_thread::sleep_for(500ms);
    for (rlim_t failed = 0; failed + 1 < more; ++failed)
      EXPECT_FALSE(std::filesystem::exists(late + std::to_string(failed))) << failed;
  });
}

}  // namespace
}  // namespace cni
