// Who is killed while containers live, and what puts it right, where no broken system call shows it
// (faults_of_lives_test.cc does the rest).
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>

#include <csignal>

#include "base/fd.h"
#include "base/files.h"
#include "integration/life.h"
#include "integration/running.h"
#include "integration/test_host.h"

namespace integration {
namespace {

class CrashesOfLivesTest : public PodrunTest {
 protected:
  Json web(const std::string& command, const std::string& policy = "Never") const {
    Json made =
        pod("web", {container("main", {"/bin/payload", command}), container("beside", {"/bin/payload", "sleep"})});
    made["spec"]["restartPolicy"] = policy;
    made["spec"]["terminationGracePeriodSeconds"] = 600;
    return made;
  }
  Life life() const {
    return Life(inspect("web"), Json::parse(podrun({"get", "web", "-o", "json"}).out, nullptr, false));
  }
  bool is_held() const {
    const Json record = inspect("web");
    for (const Json& one : record["containers"])
      if (one["plan"]["name"] == "main") return one["life"].value("held", false);
    return false;
  }
  static std::vector<pid_t> tending() {
    std::vector<pid_t> found;
    for (const std::string& pid : base::list_dir("/proc").value_or({}))
      if (pid.find_first_not_of("0123456789") == std::string::npos) {
        const std::string line = base::read_file("/proc/" + pid + "/cmdline").value_or("");
        if (line.find(std::string("system\0tend", 11)) != std::string::npos) found.push_back(std::stoi(pid));
      }
    return found;
  }
};

TEST_F(CrashesOfLivesTest, AStopOfAContainerThatIsKilledWhileItWaitsIsRepeated) {
  remember_world();
  ASSERT_TRUE(must_create(web("stubborn")));
  ASSERT_TRUE(eventually([&] { return logs("web", "main") == "stubborn\n"; }));
  Running stop(podrun_command({"stop", "web", "-c", "main"}));
  ASSERT_TRUE(eventually([&] { return is_held(); }));
  stop.signal(SIGKILL);
  EXPECT_EQ(stop.output().status, 128 + SIGKILL);
  EXPECT_EQ(life().state("main"), "running");
  EXPECT_EQ(podrun({"recover"}).out, "");
  EXPECT_EQ(podrun({"stop", "web", "-c", "main", "-t", "1"}).status, 0);
  EXPECT_EQ(life().state("main"), "exit 137");
  EXPECT_EQ(life().state("beside"), "running");
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(CrashesOfLivesTest, AStopOfAPodThatIsKilledWhileItWaitsIsRepeated) {
  remember_world();
  ASSERT_TRUE(must_create(web("stubborn")));
  ASSERT_TRUE(eventually([&] { return life().listens("beside") && logs("web", "main") == "stubborn\n"; }));
  Running stop(podrun_command({"stop", "web"}));
  ASSERT_TRUE(eventually([&] { return life().state("beside") == "exit 0"; }));
  stop.signal(SIGKILL);
  EXPECT_EQ(stop.output().status, 128 + SIGKILL);
  EXPECT_EQ(life().state("main"), "running") << "its time is not over";
  EXPECT_EQ(podrun({"recover"}).out, "") << "nor is it for recover";
  EXPECT_EQ(podrun({"stop", "web", "-t", "0"}).status, 0);
  EXPECT_EQ(life().pod_state(), "stopped");
  EXPECT_EQ(life().state("main"), "exit 137");
  EXPECT_EQ(life().state("beside"), "exit 0");
  EXPECT_EQ(podrun({"start", "web"}).status, 0);
  EXPECT_EQ(life().state("main"), "running");
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(CrashesOfLivesTest, OneThatIsKilledWhileItLooksAfterAPodIsFollowedByAnother) {
  remember_world();
  ASSERT_TRUE(must_create(web("sleep", "Always")));
  {
    // Whoever looks after the pod waits for its lock.
    const base::Fd lock(::open(("/run/podrun/pods/" + pod_id("web") + "/lock").c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);
    ASSERT_EQ(podrun({"kill", "web", "-c", "main"}).status, 0);
    ASSERT_TRUE(eventually([&] { return tending().size() == 1; }));
    ::kill(tending().front(), SIGKILL);
    ASSERT_TRUE(eventually([&] { return tending().empty(); }));
  }
  EXPECT_TRUE(eventually([&] { return life().state("main") == "running" && life().attempt("main") == 1; }));
  EXPECT_EQ(life().last_exit("main"), "137");
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(CrashesOfLivesTest, OneThatIsKilledBeforeItRemovesAPodIsFollowedByAnother) {
  remember_world();
  Json brief = web("sleep");
  brief["metadata"]["annotations"] = {{"podrun.io/remove-at-end", "true"}};
  ASSERT_TRUE(must_create(brief));
  ASSERT_TRUE(eventually([&] { return life().listens("main") && life().listens("beside"); }));
  {
    const base::Fd lock(::open(("/run/podrun/pods/" + pod_id("web") + "/lock").c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);
    for (const char* one : {"main", "beside"}) ASSERT_EQ(podrun({"kill", "web", "-c", one, "-s", "TERM"}).status, 0);
    ASSERT_TRUE(eventually([&] { return life().state("main") == "exit 0" && life().state("beside") == "exit 0"; }));
    ASSERT_TRUE(eventually([&] { return tending().size() == 1; }));
    ::kill(tending().front(), SIGKILL);
    ASSERT_TRUE(eventually([&] { return tending().empty(); }));
  }
  EXPECT_TRUE(eventually([&] { return pod_state("web").empty(); })) << inspect("web").dump(1);
  expect_world_unchanged();
}

TEST_F(CrashesOfLivesTest, WithoutItsShimAPodHasFailedAndItsContainersRunOn) {
  remember_world();
  for (const bool by_recover : {true, false}) {
    ASSERT_TRUE(must_create(web("sleep", "Always")));
    const pid_t main = container_pid("web", "main");
    ::kill(shim_pid("web"), SIGKILL);
    ASSERT_TRUE(eventually([&] { return phase("web") == "Failed"; }));
    EXPECT_EQ(::kill(main, 0), 0);
    for (const char* act : {"start", "restart"}) EXPECT_NE(podrun({act, "web", "-c", "main"}).status, 0) << act;
    EXPECT_EQ(::kill(main, 0), 0);
    EXPECT_EQ(by_recover ? podrun({"recover"}).status : remove("web").status, 0);
    EXPECT_NE(::kill(main, 0), 0);
    expect_world_unchanged();
  }
}

}  // namespace
}  // namespace integration
