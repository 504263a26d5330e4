// Phases, told from real processes and real exit files.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include "runtime/kernel/clock.h"
#include "runtime/store/test_store.h"

namespace podrun {
namespace {

class Status : public StoreTest {
 protected:
  Status() {
    pod_ = standing_record();
    pod_.plan.restart = RestartPolicy::never;
    pod_.life.boot_id = boot_id();
    pod_.life.shim = start();
    pod_.life.pause = start();
    containers_ = {container("a"), container("b")};
  }
  ~Status() override {
    for (const pid_t pid : children_) end(pid);
  }

  ProcessId start() {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::pause();
      ::_exit(0);
    }
    children_.push_back(pid);
    const Fd pidfd = open_pidfd(pid);
    const auto id = identify(pid, pidfd.get());
    EXPECT_TRUE(id);
    return id ? *id : ProcessId{};
  }
  static void end(pid_t pid) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  ContainerRecord container(const std::string& name) {
    ContainerRecord record;
    record.plan.name = name;
    record.life.process = start();
    return record;
  }
  void end(const ContainerRecord& container, const std::string& exit_text) {
    end(container.life.process.pid);
    const std::string path = store_.layout().exit_file(pod_.plan.who.id, container.plan.key());
    EXPECT_TRUE(base::make_dirs(path.substr(0, path.rfind('/'))));
    EXPECT_TRUE(base::write_file_durably(path, exit_text));
  }
  Phase phase() const {
    return phase_of(pod_, sandbox_of(pod_), look_at(store_.layout(), pod_, containers_), wall_time());
  }

  PodRecord pod_;
  std::vector<ContainerRecord> containers_;
  std::vector<pid_t> children_;
};

TEST_F(Status, RunsWhileOneContainerRuns) {
  EXPECT_EQ(phase(), Phase::running);
  end(containers_[0], "1 0 1700000000000000000\n");
  EXPECT_EQ(phase(), Phase::running);
}

TEST_F(Status, SucceededWhenAllEndedWell) {
  end(containers_[0], "0 0 1700000000000000000\n");
  end(containers_[1], "0 0 1700000000000000001\n");
  EXPECT_EQ(phase(), Phase::succeeded);
  const ContainerStatus status = status_of(store_.layout(), pod_, containers_[1]);
  ASSERT_TRUE(status.exit);
  EXPECT_FALSE(status.running);
  EXPECT_EQ(status.exit->finished_at, 1'700'000'000'000'000'001);
}

TEST_F(Status, FailedWhenOneEndedBadly) {
  end(containers_[0], "0 0 1700000000000000000\n");
  end(containers_[1], "0 9 1700000000000000000\n");
  EXPECT_EQ(phase(), Phase::failed);
  EXPECT_EQ(status_of(store_.layout(), pod_, containers_[1]).exit->code, 137);
}

TEST_F(Status, AnExitFileOfOtherFormIsNotBelieved) {
  for (const char* text : {"", "0", "0 0 1", "zero 0 1\n", "0 0 x\n", "0 0 1x\n", "0 0 1 \n"}) {
    end(containers_[0], text);
    const ContainerStatus status = status_of(store_.layout(), pod_, containers_[0]);
    EXPECT_FALSE(status.running) << text;
    EXPECT_FALSE(status.exit) << text;
  }
}

TEST_F(Status, FailedWithoutPauseOrShim) {
  end(pod_.life.pause.pid);
  EXPECT_EQ(phase(), Phase::failed);
  pod_.life.pause = start();
  EXPECT_EQ(phase(), Phase::running);
  end(pod_.life.shim.pid);
  EXPECT_EQ(phase(), Phase::failed);
}

TEST_F(Status, NothingOfAnOlderBootRuns) {
  pod_.life.boot_id = "00000000-0000-0000-0000-000000000000";
  EXPECT_EQ(phase(), Phase::failed);
  EXPECT_FALSE(status_of(store_.layout(), pod_, containers_[0]).running);
}

TEST_F(Status, PendingUntilMadeAndStarted) {
  pod_.life.state = PodState::creating;
  EXPECT_EQ(phase(), Phase::pending);
  pod_.life.state = PodState::ready;
  containers_[0].life.process = {};
  EXPECT_EQ(phase(), Phase::pending);
}

// The shim speaks for an attempt whose maker died before its process was on record.
TEST_F(Status, AnAttemptWithAnExitIsUsed) {
  ContainerRecord half = container("half");
  end(half, "1 0 1700000000000000000\n");
  half.life.process = {};
  const auto live = look_at(store_.layout(), pod_, {half, ContainerRecord{}});
  EXPECT_FALSE(live[0].is_waiting());
  EXPECT_TRUE(live[0].has_failed());
  EXPECT_TRUE(live[1].is_waiting());
}

// Between the end of a container and the shim's word of it lies a moment. On a busy machine it may be longer than is
// waited for, but not every time.
TEST_F(Status, AShimThatLivesIsGivenAMomentToSpeak) {
  const std::string path = store_.layout().exit_file(pod_.plan.who.id, containers_[0].plan.key());
  ASSERT_TRUE(base::make_dirs(path.substr(0, path.rfind('/'))));
  end(containers_[0].life.process.pid);
  std::optional<ExitStatus> told;
  for (int tries = 0; tries < 100 && !told; ++tries) {
    ASSERT_TRUE(base::remove_file(path));
    const pid_t shim = ::fork();
    if (shim == 0) {
      ::usleep(3000);
      ::_exit(base::write_file_durably(path, "3 0 1700000000000000000\n") ? 0 : 1);
    }
    told = status_of(store_.layout(), pod_, containers_[0]).exit;
    ::waitpid(shim, nullptr, 0);
  }
  ASSERT_TRUE(told);
  EXPECT_EQ(told->code, 3);
}

TEST_F(Status, AShimThatSaysNothingIsNotWaitedForForEver) {
  end(containers_[0].life.process.pid);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(status_of(store_.layout(), pod_, containers_[0]).exit);
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(20));
  end(pod_.life.shim.pid);
  EXPECT_FALSE(status_of(store_.layout(), pod_, containers_[0]).exit);
}

TEST_F(Status, WhatNeverBecameItsPayloadHasFailedToStart) {
  ContainerRecord failed = container("failed");
  failed.life.created_at = 5;
  failed.life.process = {};
  failed.life.failure = "no such program";
  ContainerStatus status = status_of(store_.layout(), pod_, failed);
  ASSERT_TRUE(status.exit);
  EXPECT_EQ(status.exit->code, 128);
  EXPECT_STREQ(status.exit->reason(), "StartError");
  EXPECT_EQ(status.exit->finished_at, 5);
  EXPECT_FALSE(status.running);
  failed.life.started_at = 6;
  EXPECT_EQ(status_of(store_.layout(), pod_, failed).exit->finished_at, 6);
  failed.life.process = start();
  end(failed, "1 0 1700000000000000000\n");
  status = status_of(store_.layout(), pod_, failed);
  EXPECT_EQ(status.exit->code, 128);
  EXPECT_EQ(status.exit->finished_at, 1'700'000'000'000'000'000);
}

TEST_F(Status, LooksAtTheAttemptBefore) {
  ContainerRecord latest = container("a"), before = container("a"), oldest = container("a");
  latest.plan.attempt = 2;
  before.plan.attempt = 1;
  end(before, "3 0 1700000000000000000\n");
  const auto live = look_at(store_.layout(), pod_, {latest, container("b")}, {oldest, before});
  ASSERT_TRUE(live[0].before);
  EXPECT_EQ(live[0].before->record.plan.attempt, 1U);
  EXPECT_EQ(live[0].before->status.exit->code, 3);
  EXPECT_FALSE(live[1].before);
}

TEST_F(Status, LooksAtWhatProbesHaveFound) {
  const std::string path = store_.layout().probe_memory(pod_.plan.who.id, containers_[1].plan.key());
  ASSERT_TRUE(base::make_dirs(path.substr(0, path.rfind('/'))));
  containers_[0].plan.probes.readiness.emplace();
  containers_[1].plan.probes.readiness.emplace();
  ProbeMemory memory;
  memory.ready = true;
  ASSERT_TRUE(save_probes(store_.layout(), pod_.plan.who.id, containers_[1].plan, {}, memory));
  const auto live = look_at(store_.layout(), pod_, containers_);
  EXPECT_FALSE(live[0].probes.ready);
  EXPECT_TRUE(live[1].probes.ready);
}

TEST_F(Status, AReusedPidIsNotThePod) {
  pod_.life.pause.start_time += 1;
  pod_.life.pause.pidfd_inode = 0;
  EXPECT_EQ(phase(), Phase::failed);
}

TEST(PhaseText, IsKubernetes) {
  EXPECT_STREQ(to_text(Phase::pending), "Pending");
  EXPECT_STREQ(to_text(Phase::running), "Running");
  EXPECT_STREQ(to_text(Phase::succeeded), "Succeeded");
  EXPECT_STREQ(to_text(Phase::failed), "Failed");
  EXPECT_STREQ(to_text(Phase::unknown), "Unknown");
}

TEST(ExitReason, IsTheKubelets) {
  EXPECT_STREQ((ExitStatus{.code = 0}.reason()), "Completed");
  EXPECT_STREQ((ExitStatus{.code = 1}.reason()), "Error");
  EXPECT_STREQ((ExitStatus{.code = 137, .signal = 9, .finished_at = 0, .out_of_memory = true}.reason()), "OOMKilled");
}

TEST(Deadline, IsOverOnceItsTimeHasCome) {
  PodRecord pod;
  EXPECT_FALSE(is_overdue(pod)) << "0 is none";
  pod.life.deadline = boot_time() + 60'000'000'000;
  EXPECT_FALSE(is_overdue(pod));
  pod.life.deadline = boot_time();
  EXPECT_TRUE(is_overdue(pod));
  pod.life.deadline = boot_time() + 60'000'000'000;
  const std::int64_t now = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(static_cast<double>(deletion_time(pod) - now), 60e9, 5e9);
}

TEST(BootId, IsTheKernels) {
  EXPECT_EQ(boot_id() + "\n", base::read_file("/proc/sys/kernel/random/boot_id", 128).value());
}

}  // namespace
}  // namespace podrun
