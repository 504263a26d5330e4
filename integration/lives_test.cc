// Containers that are stopped, started and made again in a pod that stands; pods that are stopped and started.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LivesTest : public PodrunTest {
 protected:
  Json two() const {
    return pod("web", {container("main", {"/bin/payload", "sleep"}), container("beside", {"/bin/payload", "sleep"})});
  }
  Json one(const std::vector<std::string>& command) const { return pod("web", {container("main", command)}); }

  bool must_podrun(const std::vector<std::string>& args) const {
    const Output output = podrun(args);
    EXPECT_EQ(output.status, 0) << output.err;
    return output.status == 0;
  }
  std::string layer(int attempt) const {
    return data_dir() + "/pods/" + pod_id("web") + "/containers/main." + std::to_string(attempt);
  }
  std::string box() const { return "/run/podrun/pods/" + pod_id("web"); }
  std::string exit_of(int attempt) const {
    std::ifstream file(box() + "/containers/main." + std::to_string(attempt) + ".exit");
    std::string code;
    file >> code;
    return code;
  }
};

TEST_F(LivesTest, ARestartIsTheNextAttemptOnWhatTheLastOneWrote) {
  ASSERT_TRUE(must_create(two()));
  const pid_t before = container_pid("web", "main"), sibling = container_pid("web", "beside");
  std::ofstream(layer(0) + "/upper/kept") << "yes";
  ASSERT_TRUE(must_podrun({"restart", "web", "-c", "main"}));
  EXPECT_NE(container_pid("web", "main"), before);
  EXPECT_EQ(container_pid("web", "beside"), sibling);
  EXPECT_TRUE(fs::exists("/proc/" + std::to_string(container_pid("web", "main")) + "/root/kept"));
  EXPECT_FALSE(fs::exists(layer(0)));
  EXPECT_EQ(exit_of(0), "0");
  EXPECT_EQ(phase("web"), "Running");
}

// All are asked before the first has had its time.
TEST_F(LivesTest, SeveralPodsAreRestartedTogether) {
  const std::vector<std::string> names{"a", "b"};
  for (const std::string& name : names) {
    ASSERT_TRUE(must_create(pod(
        name, {container("main", {"/bin/payload", "stubborn"}), container("beside", {"/bin/payload", "stubborn"})})));
    for (const char* one : {"main", "beside"}) ASSERT_TRUE(eventually([&] { return logs(name, one) == "stubborn\n"; }));
  }
  const std::string log = dir() + "/patient.log";
  const pid_t patient = start(podrun_command({"restart", "a", "b", "--grace-period", "300"}).argv, log);
  const auto count = [](const Json& containers, const char* what) {
    return std::count_if(containers.begin(), containers.end(),
                         [&](const Json& one) { return one.at("life").value(what, false); });
  };
  for (const std::string& name : names)
    EXPECT_TRUE(eventually([&] { return count(inspect(name).at("containers"), "held") == 2; })) << name;
  EXPECT_TRUE(must_podrun({"kill", "b", "-s", "KILL", "-c", "beside"}));
  const auto restarts = [&](const std::string& name) {
    return podrun({"get", name, "-o", "jsonpath={.status.containerStatuses[*].restartCount}"}).out;
  };
  EXPECT_TRUE(eventually([&] { return restarts("b") == "0 1"; })) << "nobody waits for its neighbours";
  EXPECT_EQ(restarts("a"), "0 0");
  EXPECT_TRUE(must_podrun({"kill", "a", "b", "-s", "KILL"}));
  EXPECT_EQ(wait_for(patient), 0);
  std::ifstream said(log);
  const std::string text(std::istreambuf_iterator<char>(said), {});
  EXPECT_THAT(lines_of(text), testing::UnorderedElementsAre("pod/a restarted", "pod/b restarted"));
  EXPECT_EQ(restarts("a"), "1 1");
}

TEST_F(LivesTest, OfManyAttemptsTheLastTwoAreKept) {
  ASSERT_TRUE(must_create(two()));
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(must_podrun({"restart", "web", "-c", "main", "-t", "0"}));
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(box() + "/containers")) files.push_back(entry.path().filename());
  EXPECT_THAT(files, testing::UnorderedElementsAre("beside.0.json", "main.3.exit", "main.3.json", "main.4.json"));
  EXPECT_EQ(exit_of(3), "137");
  EXPECT_THAT(log_path("web", "main"), testing::EndsWith("main.4.log"));
}

TEST_F(LivesTest, AStoppedContainerIsStartedHoursLater) {
  ASSERT_TRUE(must_create(two()));
  ASSERT_TRUE(must_podrun({"stop", "web", "-c", "main"}));
  EXPECT_EQ(exit_of(0), "0");
  EXPECT_NE(exec("web", {"/bin/payload", "report"}, {"-c", "main"}).status, 0);
  EXPECT_EQ(exec("web", {"/bin/payload", "report"}, {"-c", "beside"}).status, 0);
  ASSERT_TRUE(must_podrun({"stop", "web", "-c", "main"})) << "one that is stopped already";
  ASSERT_TRUE(must_podrun({"start", "web", "-c", "main"}));
  EXPECT_EQ(exec("web", {"/bin/payload", "report"}, {"-c", "main"}).status, 0);
  EXPECT_THAT(podrun({"start", "web", "-c", "main"}).err, HasSubstr("container 'main' is running"));
}

TEST_F(LivesTest, OneThatHeedsNoSignalIsKilledWithAllThatIsInItsCgroup) {
  ASSERT_TRUE(must_create(one({"/bin/payload", "stubborn"})));
  ASSERT_TRUE(must_podrun({"stop", "web", "-c", "main", "-t", "1"}));
  EXPECT_EQ(exit_of(0), "137");
}

TEST_F(LivesTest, AnAttemptThatCannotStartSaysWhyAndIsUsedUp) {
  ASSERT_TRUE(must_create(two()));
  ASSERT_TRUE(must_podrun({"stop", "web", "-c", "main"}));
  fs::remove(rootfs() + "/bin/payload");
  EXPECT_THAT(podrun({"start", "web", "-c", "main"}).err, HasSubstr("/bin/payload"));
  fs::copy_file("/proc/self/exe", rootfs() + "/bin/payload");
  EXPECT_EQ(podrun({"start", "web", "-c", "main"}).status, 0);
  EXPECT_EQ(inspect("web")["containers"][0]["plan"]["attempt"], 2);
}

TEST_F(LivesTest, AStoppedPodHoldsNothingButWhatItWroteAndStartsAgain) {
  remember_world();
  ASSERT_TRUE(must_create(two()));
  std::ofstream(layer(0) + "/upper/kept") << "yes";
  const std::uint32_t base = id_base("web");
  ASSERT_TRUE(must_podrun({"stop", "web"}));
  EXPECT_EQ(pod_state("web"), "stopped");
  EXPECT_EQ(exit_of(0), "0");
  EXPECT_EQ(pause_pid("web"), 0);
  ASSERT_TRUE(must_podrun({"stop", "web"})) << "one that is stopped already";
  EXPECT_THAT(podrun({"exec", "web", "--", "/bin/payload", "report"}).err, HasSubstr("not running"));
  EXPECT_EQ(podrun({"recover"}).out, "");
  EXPECT_THAT(create(two()).err, HasSubstr("exists already"));
  ASSERT_TRUE(must_podrun({"start", "web"}));
  EXPECT_EQ(pod_state("web"), "ready");
  EXPECT_EQ(phase("web"), "Running");
  EXPECT_EQ(id_base("web"), base);
  EXPECT_TRUE(fs::exists("/proc/" + std::to_string(container_pid("web", "main")) + "/root/kept"));
  EXPECT_THAT(podrun({"start", "web"}).err, HasSubstr("not stopped"));
  ASSERT_TRUE(must_podrun({"stop", "web", "-t", "0"}));
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(LivesTest, TheFilesOfEtcAreThereForOneThatIsStartedLater) {
  ASSERT_TRUE(must_create(two()));
  ASSERT_TRUE(must_podrun({"restart", "web"}));
  for (const char* file : {"/etc/hosts", "/etc/hostname", "/etc/resolv.conf"}) {
    std::ifstream seen("/proc/" + std::to_string(container_pid("web", "main")) + "/root" + file);
    std::string text;
    EXPECT_TRUE(seen >> text) << file;
  }
}

TEST_F(LivesTest, APodThatDoesNotStandStartsNothing) {
  ASSERT_TRUE(must_create(two()));
  ASSERT_TRUE(must_podrun({"stop", "web"}));
  EXPECT_THAT(podrun({"start", "web", "-c", "main"}).err, HasSubstr("is stopped"));
  ASSERT_TRUE(must_podrun({"start", "web"}));
  end_shim_and_pause("web");
  EXPECT_THAT(podrun({"restart", "web", "-c", "main"}).err, HasSubstr("does not run"));
}

TEST_F(LivesTest, AContainerThatIsNotThereIsNamed) {
  ASSERT_TRUE(must_create(two()));
  for (const char* command : {"start", "stop", "restart"})
    EXPECT_THAT(podrun({command, "web", "-c", "none"}).err, HasSubstr("none")) << command;
  EXPECT_THAT(podrun({"stop", "absent"}).err, HasSubstr("not found"));
}

}  // namespace
}  // namespace integration
