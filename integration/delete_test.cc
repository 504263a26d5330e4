// `podrun delete`: how long it waits, what it takes with it, and that it can be asked twice.
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

class DeleteTest : public PodrunTest {
 protected:
  static Json sleeping(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "sleep"})}); }
  static Json stubborn(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "stubborn"})}); }

  bool is_terminating(const std::string& name) const {
    return podrun({"get", name}).out.find("Terminating") != std::string::npos;
  }

  // That command, once it has asked.
  // A second, or on a slow machine as many as it takes to see the command wait.
  static std::string short_grace() { return std::to_string(slow_factor() / 4 + 1); }

  void end_one_that_waits(const std::vector<std::string>& command, int signal) const {
    const pid_t one = start(podrun_command(command).argv, dir() + "/one.log");
    EXPECT_TRUE(eventually([&] {
      const Json pod = inspect("web");
      return pod.is_object() && pod.at("life").value("deadline", std::int64_t{0}) != 0;
    }));
    ::kill(one, signal);
    wait_for(one);
  }

  double seconds_to(const std::vector<std::string>& args) const {
    const auto start = Clock::now();
    const Output output = podrun(args);
    EXPECT_EQ(output.status, 0) << output.err;
    return std::chrono::duration<double>(Clock::now() - start).count();
  }
};

TEST_F(DeleteTest, EndsAWillingProcessBeforeTheGracePeriodIsOver) {
  Json willing = sleeping("web");
  willing["spec"]["terminationGracePeriodSeconds"] = 300;
  ASSERT_TRUE(must_create(willing));
  ASSERT_TRUE(eventually([&] { return listens("web", "main"); }));
  EXPECT_LT(seconds_to({"delete", "web"}), 30 * slow_factor());
}

TEST_F(DeleteTest, GivesAStubbornProcessItsGracePeriodAndNoMore) {
  remember_world();
  ASSERT_TRUE(must_create(stubborn("web")));
  ASSERT_TRUE(eventually([&] { return logs("web", "main") == "stubborn\n"; }));
  const double seconds = seconds_to({"delete", "web", "--grace-period", "1"});
  EXPECT_GE(seconds, 0.9);
  EXPECT_LT(seconds, 10 * slow_factor());
  expect_world_unchanged();
}

TEST_F(DeleteTest, KillsAtOnceWithoutAGracePeriod) {
  Json manifest = stubborn("web");
  manifest["spec"]["terminationGracePeriodSeconds"] = 300;
  ASSERT_TRUE(must_create(manifest));
  EXPECT_LT(seconds_to({"delete", "web", "--grace-period", "0"}), 30 * slow_factor());
}

TEST_F(DeleteTest, NamesAPodThatIsGoneAlready) {
  ASSERT_TRUE(must_create(sleeping("web")));
  EXPECT_EQ(remove("web").status, 0);
  const Output again = remove("web");
  EXPECT_NE(again.status, 0);
  EXPECT_THAT(again.err, HasSubstr("web"));
}

TEST_F(DeleteTest, TakesSeveralPodsAtATimeAndGoesOnPastAMissingOne) {
  remember_world();
  ASSERT_TRUE(must_create(sleeping("a")));
  ASSERT_TRUE(must_create(sleeping("b")));
  const Output output = podrun({"delete", "a", "missing", "b", "--grace-period", "0"});
  EXPECT_NE(output.status, 0);
  EXPECT_THAT(output.err, HasSubstr("missing"));
  expect_world_unchanged();
}

// All are asked before the first has had its time, whatever the command is.
TEST_F(DeleteTest, SeveralPodsHaveTheirTimeTogether) {
  remember_world();
  const std::vector<std::string> names{"a", "b", "c"};
  for (const std::vector<std::string>& words : {std::vector<std::string>{"stop", "--grace-period", "300"},
                                               {"delete", "--grace-period", "300"},
                                               {"delete", "--grace-period", "300", "--timeout", "300s"}}) {
    for (const std::string& name : names) {
      ASSERT_TRUE(must_create(stubborn(name)));
      ASSERT_TRUE(eventually([&] { return logs(name, "main") == "stubborn\n"; }));
    }
    std::vector<std::string> all = words;
    all.insert(all.begin() + 1, names.begin(), names.end());
    const pid_t patient = start(podrun_command(all).argv, dir() + "/patient.log");
    for (const std::string& name : names)
      EXPECT_TRUE(eventually([&] { return inspect(name).at("life").value("deadline", std::int64_t{0}) != 0; }))
          << words.front() << " " << name;
    EXPECT_EQ(podrun({"delete", "c", "--grace-period", "0"}).status, 0) << "who goes first holds up nobody";
    EXPECT_EQ(podrun({"delete", "a", "b", "--grace-period", "0"}).status, 0);
    wait_for(patient);
    expect_world_unchanged();
  }
}

TEST_F(DeleteTest, TakesAllOfANamespace) {
  ASSERT_TRUE(must_create(sleeping("a")));
  ASSERT_TRUE(must_create(sleeping("b")));
  Json elsewhere = sleeping("a");
  elsewhere["metadata"]["namespace"] = "elsewhere";
  ASSERT_TRUE(must_create(elsewhere));
  EXPECT_EQ(podrun({"delete", "--all", "--grace-period", "0"}).status, 0);
  EXPECT_NE(podrun({"get", "a"}).status, 0);
  EXPECT_EQ(podrun({"get", "a", "-n", "elsewhere"}).status, 0);
}

TEST_F(DeleteTest, TakesThePodsOfAManifest) {
  Json manifest = sleeping("web");
  ASSERT_TRUE(must_create(manifest));
  manifest["spec"]["containers"][0]["image"] = "rootfs:" + rootfs();
  std::ofstream(dir() + "/pod.json") << manifest.dump();
  const Output output = podrun({"delete", "-f", dir() + "/pod.json", "--grace-period", "0"});
  EXPECT_EQ(output.status, 0) << output.err;
  EXPECT_NE(podrun({"get", "web"}).status, 0);
}

TEST_F(DeleteTest, TakesTheLogsAndTheWritableLayer) {
  ASSERT_TRUE(must_create(sleeping("web")));
  const std::string id = pod_id("web");
  ASSERT_EQ(run({"ls", data_dir() + "/pods/" + id}).status, 0);
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_NE(run({"ls", data_dir() + "/pods/" + id}).status, 0);
}

TEST_F(DeleteTest, CopesWithOrphansOfThePod) {
  remember_world();
  Json manifest = pod("web", {container("main", {"/bin/payload", "orphans", "50"})});
  manifest["spec"]["shareProcessNamespace"] = true;
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(DeleteTest, FreesTheNameAndTheIds) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(must_create(sleeping("web")));
    ASSERT_EQ(remove("web").status, 0);
  }
}

TEST_F(DeleteTest, TwoAtATimeDoNotDisturbEachOther) {
  remember_world();
  ASSERT_TRUE(must_create(sleeping("web")));
  const Command command = podrun_command({"delete", "web", "--grace-period", "0"});
  const pid_t first = start(command.argv, dir() + "/first.log");
  const pid_t second = start(command.argv, dir() + "/second.log");
  const int codes[] = {wait_for(first), wait_for(second)};
  EXPECT_TRUE(codes[0] == 0 || codes[1] == 0) << run({"cat", dir() + "/first.log", dir() + "/second.log"}).out;
  expect_world_unchanged();
}

// As with kubectl: the pod is given less time, and both deletes end with it.
TEST_F(DeleteTest, ThatWaitsIsHurriedByOneWithLessPatience) {
  remember_world();
  ASSERT_TRUE(must_create(stubborn("web")));
  ASSERT_TRUE(eventually([&] { return logs("web", "main") == "stubborn\n"; }));
  const auto begun = Clock::now();
  const pid_t first = start(podrun_command({"delete", "web", "--grace-period", "300"}).argv, dir() + "/first.log");
  ASSERT_TRUE(eventually([&] { return is_terminating("web"); }));
  const Json shown = Json::parse(podrun({"get", "web", "-o", "json"}).out);
  EXPECT_TRUE(shown.at("metadata").contains("deletionTimestamp")) << shown;
  EXPECT_EQ(exec("web", {"/bin/payload", "exit", "0"}).status, 0);
  EXPECT_EQ(podrun({"recover"}).status, 0);  // it is in good hands
  EXPECT_TRUE(is_terminating("web"));
  EXPECT_GE(seconds_to({"delete", "web", "--grace-period", "1"}), 0.9);
  EXPECT_EQ(wait_for(first), 0) << run({"cat", dir() + "/first.log"}).out;
  EXPECT_LT(Clock::now() - begun, std::chrono::seconds(30) * slow_factor());
  expect_world_unchanged();
}

TEST_F(DeleteTest, GivesAPodNoMoreTimeThanItWasGivenBefore) {
  ASSERT_TRUE(must_create(stubborn("web")));
  ASSERT_TRUE(eventually([&] { return logs("web", "main") == "stubborn\n"; }));
  const pid_t first = start(podrun_command({"delete", "web", "--grace-period", "2"}).argv, dir() + "/first.log");
  ASSERT_TRUE(eventually([&] { return is_terminating("web"); }));
  EXPECT_LT(seconds_to({"delete", "web", "--grace-period", "300"}), 30 * slow_factor());
  EXPECT_EQ(wait_for(first), 0) << run({"cat", dir() + "/first.log"}).out;
}

TEST_F(DeleteTest, AsksTheContainersToEndOnce) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "count-terms"})})));
  ASSERT_TRUE(eventually([&] { return logs("web", "main") == "counting\n"; }));
  const pid_t first = start(podrun_command({"delete", "web", "--grace-period", "300"}).argv, dir() + "/first.log");
  ASSERT_TRUE(eventually([&] { return is_terminating("web"); }));
  const auto deadline = [&] { return inspect("web").at("life").at("deadline").get<std::int64_t>(); };
  const std::int64_t of_first = deadline();
  const pid_t second = start(podrun_command({"delete", "web", "--grace-period", "200"}).argv, dir() + "/second.log");
  ASSERT_TRUE(eventually([&] { return deadline() < of_first; })) << "the second has had its turn";
  EXPECT_TRUE(eventually([&] { return logs("web", "main") != "counting\n"; }));
  EXPECT_EQ(logs("web", "main"), "counting\nterm\n");
  EXPECT_EQ(podrun({"delete", "web", "--grace-period", "0"}).status, 0);
  EXPECT_EQ(wait_for(first), 0);
  EXPECT_EQ(wait_for(second), 0);
}

// As with kubectl: who is asked to delete does so, and who asked may go.
TEST_F(DeleteTest, ThatWasEndedWhileItWaitedIsGoneOnWithWithoutIt) {
  for (const int signal : {SIGINT, SIGKILL}) {
    remember_world();
    ASSERT_TRUE(must_create(stubborn("web")));
    ASSERT_TRUE(eventually([&] { return logs("web", "main") == "stubborn\n"; }));
    end_one_that_waits({"delete", "web", "--grace-period", short_grace()}, signal);
    EXPECT_TRUE(in_time([&] { return phase("web").empty(); })) << podrun({"describe", "web"}).out;
    expect_world_unchanged();
  }
}

// All have ended long before the deadline: that is not waited for.
TEST_F(DeleteTest, ThatWasKilledIsGoneOnWithOnceTheContainersHaveEnded) {
  remember_world();
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "count-terms"})})));
  ASSERT_TRUE(eventually([&] { return logs("web", "main") == "counting\n"; }));
  end_one_that_waits({"delete", "web", "--grace-period", "3000"}, SIGKILL);
  ::kill(container_pid("web", "main"), SIGKILL);
  EXPECT_TRUE(in_time([&] { return phase("web").empty(); })) << podrun({"describe", "web"}).out;
  expect_world_unchanged();
}

TEST_F(DeleteTest, AStopThatWasKilledWhileItWaitedIsGoneOnWith) {
  ASSERT_TRUE(must_create(stubborn("web")));
  ASSERT_TRUE(eventually([&] { return logs("web", "main") == "stubborn\n"; }));
  end_one_that_waits({"stop", "web", "--grace-period", short_grace()}, SIGKILL);
  EXPECT_TRUE(in_time([&] { return pod_state("web") == "stopped"; })) << podrun({"describe", "web"}).out;
  EXPECT_EQ(podrun({"start", "web"}).status, 0);
}

TEST_F(DeleteTest, ThatWasKilledWhileItWaitedIsFinishedByRecover) {
  remember_world();
  ASSERT_TRUE(must_create(stubborn("web")));
  ASSERT_TRUE(eventually([&] { return logs("web", "main") == "stubborn\n"; }));
  ::kill(shim_pid("web"), SIGSTOP);  // it wakes nobody
  end_one_that_waits({"delete", "web", "--grace-period", "2"}, SIGKILL);
  EXPECT_EQ(podrun({"recover"}).status, 0);
  EXPECT_TRUE(is_terminating("web")) << "its time is not over";
  std::this_thread::sleep_for(std::chrono::seconds(2));
  EXPECT_THAT(podrun({"describe", "web"}).out, HasSubstr("DeleteInterrupted"));
  EXPECT_EQ(podrun({"recover"}).status, 0);
  expect_world_unchanged();
}

// Nobody could ask it to end, and it has a right to its time.
TEST_F(DeleteTest, AContainerWhoseRecordIsTornIsKilledByForceOnly) {
  ASSERT_TRUE(must_create(sleeping("web")));
  const int pid = container_pid("web", "main");
  std::ofstream("/run/podrun/pods/" + pod_id("web") + "/containers/main.0.json") << "{";
  EXPECT_THAT(podrun({"get", "web"}).out, HasSubstr("RecordUnreadable"));
  const Output refused = podrun({"delete", "web"});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("container 'main.0'"));
  EXPECT_EQ(run({"test", "-e", "/proc/" + std::to_string(pid)}).status, 0);
  EXPECT_EQ(podrun({"delete", "web", "--force"}).status, 0);
  EXPECT_TRUE(eventually([&] { return run({"test", "-e", "/proc/" + std::to_string(pid)}).status != 0; }));
}

}  // namespace
}  // namespace integration
