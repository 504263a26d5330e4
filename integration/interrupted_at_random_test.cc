// Signals at random moments of a create, with the plugins that pods have: whatever podrun was at is undone.
#include <gmock/gmock.h>

#include <csignal>
#include <cstring>
#include <iostream>
#include <random>
#include <thread>

#include "integration/running.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

class InterruptedAtRandomTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    if (!can_run({need::plugin("bridge"), need::plugin("host-local"), need::plugin("portmap"), need::plugin("firewall"),
                  need::program("iptables")}))
      return;
    remember_world({});
    const auto begun = Clock::now();
    ASSERT_TRUE(must_create(sleeping("measure"), {}));
    longest_ = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
    ASSERT_EQ(remove("measure").status, 0);
    std::cout << "the seed is " << seed_ << std::endl;
  }

  static Json sleeping(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "sleep"})}); }
  std::chrono::microseconds some_moment() {
    return std::chrono::microseconds(std::uniform_int_distribution<long>(0, longest_.count())(random_));
  }

  const unsigned seed_ = std::random_device()();
  std::mt19937 random_{seed_};
  std::chrono::microseconds longest_{};
};

TEST_F(InterruptedAtRandomTest, EverySignalUndoesACreateAndSaysSo) {
  if (IsSkipped() || HasFatalFailure()) return;
  int undone = 0, in_plugins = 0;
  for (int attempt = 0; attempt < 15; ++attempt) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
      Running create(create_command(sleeping("web"), {}));
      std::this_thread::sleep_for(some_moment());
      create.signal(signal);
      const Output& output = create.output();
      if (output.status == 0) {
        EXPECT_EQ(remove("web").status, 0);
      } else {
        EXPECT_EQ(output.status, 128 + signal);
        // Nothing is said where nothing had been begun.
        EXPECT_THAT(output.err, AnyOf("", HasSubstr("interrupted")));
        EXPECT_EQ(lines_of(output.err).size(), output.err.empty() ? 0U : 1U) << output.err;
        undone += output.err.find("nothing is left of it") != output.err.npos ? 1 : 0;
        in_plugins += output.err.find("attach network") != output.err.npos ? 1 : 0;
        EXPECT_NE(podrun({"get", "web"}).status, 0);
      }
      expect_world_unchanged();
      if (HasFailure()) FAIL() << "SIG" << ::sigabbrev_np(signal) << ": " << output.err;
    }
  }
  EXPECT_GT(undone, 10) << "the signals came too soon, or too late";
  EXPECT_GT(in_plugins, 3);
}

// Whoever holds the pod's lock is asked to end first: a plugin that is killed half-way may owe a DEL that fails.
TEST_F(InterruptedAtRandomTest, DeleteByForceOverACreateLeavesNothing) {
  if (IsSkipped() || HasFatalFailure()) return;
  for (int attempt = 0; attempt < 40; ++attempt) {
    Running create(create_command(sleeping("web"), {}));
    std::this_thread::sleep_for(some_moment());
    const Output removed = podrun({"delete", "web", "--force"});
    const Output& created = create.output();
    EXPECT_THAT(removed.status, AnyOf(0, 3)) << removed.err;
    EXPECT_EQ(removed.err.find("left behind"), removed.err.npos) << removed.err;
    // It came before there was a pod.
    if (removed.status == 3) {
      EXPECT_EQ(remove("web").status, created.status == 0 ? 0 : 3);
    }
    expect_world_unchanged();
    if (HasFailure()) FAIL() << removed.err << created.err;
  }
}

TEST_F(InterruptedAtRandomTest, DeleteByForceOverManyCreatesAtATimeLeavesNothing) {
  if (IsSkipped() || HasFatalFailure()) return;
  constexpr std::size_t kPods = 12;
  for (int attempt = 0; attempt < 4; ++attempt) {
    Crowd creates;
    for (std::size_t i = 0; i < kPods; ++i) creates.start(create_command(sleeping("web-" + std::to_string(i)), {}));
    creates.open_gate();
    std::this_thread::sleep_for(some_moment() * 3);
    Crowd deletes;  // not before: who waits at one gate would hold the other's open
    for (std::size_t i = 0; i < kPods; ++i)
      deletes.start(podrun_command({"delete", "web-" + std::to_string(i), "--force", "--ignore-not-found"}));
    deletes.run();
    creates.run();
    for (std::size_t i = 0; i < kPods; ++i) {
      EXPECT_EQ(deletes.output(i).status, 0) << deletes.output(i).err;
      EXPECT_EQ(deletes.output(i).err.find("left behind"), std::string::npos) << deletes.output(i).err;
      static_cast<void>(remove("web-" + std::to_string(i)));
    }
    expect_world_unchanged();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace integration
