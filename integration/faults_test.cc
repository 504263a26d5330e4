// Two promises over every step: the step fails, and the world is as before; the process is killed there, and after
// `podrun recover` the world is as before.
#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>

#include "integration/faults_host.h"

namespace integration {
namespace {

class FaultsTest : public BrokenSteps {
 protected:
  // A pod that no leaked one stands in the way of.
  static Json nth_pod(int number, bool with_port) {
    Json one = container("main", {"/bin/payload", "sleep"});
    if (with_port) one["ports"] = {{{"containerPort", 80}, {"hostPort", 20000 + number}}};
    one["volumeMounts"] = {{{"name", "disk"}, {"mountPath", "/disk"}, {"subPath", "part"}},
                           {{"name", "memory"}, {"mountPath", "/memory"}},
                           {{"name", "files"}, {"mountPath", "/files"}}};
    Json made = pod("pod-" + std::to_string(number), {one});
    made["spec"]["volumes"] = {{{"name", "disk"}},
                               {{"name", "memory"}, {"emptyDir", {{"medium", "Memory"}}}},
                               {{"name", "files"}, {"secret", {{"secretName", "none"}, {"optional", true}}}}};
    return made;
  }

  // A create that reports success has made the pod; every other one has left nothing.
  std::string after_failed_create(const std::string& name, const BrokenRun& broken) const {
    if (broken.output.status == 0) return removed(name);
    if (broken.output.err.empty()) return "failed without a word";
    return exists(name) ? "failed, yet the pod is there" : "";
  }

  // Killed after its last word on disk, the create was complete: the pod is ready.
  std::string after_killed(const std::string& name) const {
    const Output recovered = podrun({"recover"});
    if (recovered.status != 0) return "recover: " + recovered.err;
    if (!exists(name)) return "";
    if (pod_state(name) != "ready") return "recover left the pod " + inspect(name).dump();
    return removed(name);
  }

  // Interrupted after its last look for a signal, the create was complete. Nothing is said where nothing was begun.
  std::string after_interrupted_create(const std::string& name, const BrokenRun& broken) const {
    if (broken.output.status == 0) return removed(name);
    if (broken.output.status != 128 + SIGTERM) return "did not end by the signal";
    if (!broken.output.err.empty() && broken.output.err.find("interrupted") == std::string::npos) return "said else";
    return exists(name) ? "interrupted, yet the pod is there" : "";
  }

  // One that is on its way down goes on.
  std::string after_interrupted_delete(const std::string& name, const BrokenRun& broken) const {
    if (exists(name)) return broken.output.status == 128 + SIGTERM ? removed(name) : "the pod is there";
    return broken.output.status == 0 || broken.output.status == 128 + SIGTERM ? "" : "did not end by the signal";
  }

  std::string after_failed_delete(const std::string& name, const BrokenRun& broken) const {
    if (!exists(name)) return "";
    if (broken.output.status == 0) return "delete said it succeeded, yet the pod is there";
    return removed(name);
  }

  void break_create(Fault fault, const Options& network, Watch watch = Watch::program) {
    remember_world(network);
    if (HasFatalFailure()) return;
    const bool with_port = network.empty();
    break_every_step(
        fault, watch, [&](int number) { return create_command(nth_pod(number, with_port), network); },
        [&](int number, const BrokenRun& broken) {
          const std::string name = "pod-" + std::to_string(number);
          if (!broken.reached) return removed(name);
          if (fault == Fault::interrupt) return after_interrupted_create(name, broken);
          return fault == Fault::kill && watch == Watch::program ? after_killed(name)
                                                                 : after_failed_create(name, broken);
        });
  }

  void break_delete(Fault fault, const Options& network) {
    remember_world(network);
    if (HasFatalFailure()) return;
    const bool with_port = network.empty();
    break_every_step(
        fault, Watch::program,
        [&](int number) {
          must_create(nth_pod(number, with_port), network);
          return podrun_command({"delete", "pod-" + std::to_string(number), "--grace-period", "0"});
        },
        [&](int number, const BrokenRun& broken) {
          const std::string name = "pod-" + std::to_string(number);
          if (fault == Fault::interrupt) return after_interrupted_delete(name, broken);
          return fault == Fault::kill ? after_killed(name) : after_failed_delete(name, broken);
        });
  }
};

class InjectorTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(can_break());
    ASSERT_NE(::mkdtemp(dir_.data()), nullptr);
  }
  void TearDown() override { run({"rm", "-r", dir_}); }
  Command make_three() const {
    return {{"/bin/mkdir", dir_ + "/one", dir_ + "/two", dir_ + "/three"}, "", {}, std::chrono::seconds(10)};
  }
  std::string dir_ = "/tmp/podrun-injector.XXXXXX";
};

TEST_F(InjectorTest, FailsJustThatStep) {
  const BrokenRun broken = run_broken(make_three(), 2, Fault::fail);
  EXPECT_TRUE(broken.reached);
  EXPECT_EQ(broken.step, "mkdir: mkdir '" + dir_ + "/two'");
  EXPECT_EQ(broken.output.status, 1);
  EXPECT_THAT(broken.output.err, testing::HasSubstr("Input/output error"));
  EXPECT_EQ(run({"ls", dir_}).out, "one\nthree\n");
}

TEST_F(InjectorTest, KillsInPlaceOfThatStep) {
  const BrokenRun broken = run_broken(make_three(), 2, Fault::kill);
  EXPECT_TRUE(broken.reached);
  EXPECT_EQ(broken.output.status, 128 + SIGKILL);
  EXPECT_EQ(run({"ls", dir_}).out, "one\n");
}

TEST_F(InjectorTest, SaysWhenThereIsNoSuchStep) {
  const BrokenRun whole = run_broken(make_three(), 4, Fault::kill);
  EXPECT_FALSE(whole.reached);
  EXPECT_EQ(whole.output.status, 0);
  EXPECT_EQ(run({"ls", dir_}).out, "one\nthree\ntwo\n");
}

TEST_F(FaultsTest, CreateFailsAtEveryStepWithoutNetwork) { break_create(Fault::fail, kNoNetwork); }
TEST_F(FaultsTest, CreateIsKilledAtEveryStepWithoutNetwork) { break_create(Fault::kill, kNoNetwork); }
TEST_F(FaultsTest, DeleteFailsAtEveryStepWithoutNetwork) { break_delete(Fault::fail, kNoNetwork); }
TEST_F(FaultsTest, DeleteIsKilledAtEveryStepWithoutNetwork) { break_delete(Fault::kill, kNoNetwork); }

TEST_F(FaultsTest, CreateIsInterruptedAtEveryStepWithoutNetwork) { break_create(Fault::interrupt, kNoNetwork); }
TEST_F(FaultsTest, DeleteIsInterruptedAtEveryStepWithoutNetwork) { break_delete(Fault::interrupt, kNoNetwork); }

// The shim, and what it clones: the client hears of every failure and undoes what there was.
TEST_F(FaultsTest, CreateSeesEveryStepOfItsChildrenFail) { break_create(Fault::fail, kNoNetwork, Watch::children); }
TEST_F(FaultsTest, CreateSeesItsChildrenKilledAtEveryStep) { break_create(Fault::kill, kNoNetwork, Watch::children); }

TEST_F(FaultsTest, CreateFailsAtEveryStepWithABridge) {
  if (has_plugins()) break_create(Fault::fail, kBridge);
}
TEST_F(FaultsTest, CreateIsKilledAtEveryStepWithABridge) {
  if (has_plugins()) break_create(Fault::kill, kBridge);
}
TEST_F(FaultsTest, DeleteFailsAtEveryStepWithABridge) {
  if (has_plugins()) break_delete(Fault::fail, kBridge);
}
TEST_F(FaultsTest, DeleteIsKilledAtEveryStepWithABridge) {
  if (has_plugins()) break_delete(Fault::kill, kBridge);
}

TEST_F(FaultsTest, CreateIsInterruptedAtEveryStepWithABridge) {
  if (has_plugins()) break_create(Fault::interrupt, kBridge);
}
TEST_F(FaultsTest, DeleteIsInterruptedAtEveryStepWithABridge) {
  if (has_plugins()) break_delete(Fault::interrupt, kBridge);
}

}  // namespace
}  // namespace integration
