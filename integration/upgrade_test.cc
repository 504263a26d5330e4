// A pod that an older podrun made, under this one: what was on disk then, with the processes of now.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "integration/cgroup_files.h"
#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;

class UpgradeTest : public PodrunTest {
 protected:
  std::string box() const { return "/run/podrun/pods/" + pod_id("web"); }

  // As they were then: "side" for "side.0". Cgroup v2 renames none, so their processes move.
  void name_cgroups_without_attempts() const {
    const std::string id = pod_id("web");
    std::vector<fs::path> attempts;
    for (const fs::path& hierarchy : cgroup_dirs(cgroup_parent()))
      for (const auto& dir : fs::recursive_directory_iterator(hierarchy))
        if (dir.is_directory() && dir.path().extension() == ".0" && dir.path().string().find(id) != std::string::npos)
          attempts.push_back(dir.path());
    ASSERT_FALSE(attempts.empty());
    for (const fs::path& attempt : attempts) {
      const fs::path old = fs::path(attempt).replace_extension();
      fs::create_directory(old);
      std::ifstream processes(attempt / "cgroup.procs");
      for (std::string pid; std::getline(processes, pid);) std::ofstream(old / "cgroup.procs") << pid;
      fs::remove(attempt);
    }
  }

  // Its box as a podrun of format 1 would have left it: one record, no files of containers.
  void make_old() const {
    const Json now = inspect("web");
    const Json& plan = now.at("plan");
    const Json& life = now.at("life");
    Json old = plan.at("who");
    old["format"] = 1;
    old["manifest"] = plan.at("who").at("manifest").dump();
    old["gracePeriod"] = plan.at("gracePeriod");
    for (const char* field : {"state", "failure", "bootId", "createdAt", "deadline", "shim", "pause", "namespaces",
                              "idBase", "networks", "ips"})
      old[field] = life.at(field);
    old["timings"] = Json::array();
    for (const char* field : {"hostNetwork", "hostUsers"}) old[field] = plan.at("namespaces").at(field);
    old["netnsPath"] = plan.at("netnsPath");
    old["hostname"] = plan.at("hostname");
    const std::string cgroup = plan.at("cgroupPath");
    old["cgroupParent"] = cgroup.substr(0, cgroup.rfind('/'));
    old["cgroupPath"] = cgroup.substr(cgroup.rfind('/'));
    old["containers"] = Json::array();
    for (const Json& one : now.at("containers")) {
      Json container;
      for (const char* field : {"name", "image", "imageDigest", "logPath"}) container[field] = one.at("plan").at(field);
      for (const char* field : {"process", "startedAt", "namespaces"}) container[field] = one.at("life").at(field);
      container["settings"] = one.at("plan").at("process");
      container["settings"].erase("terminal");
      container["settings"]["capabilities"] = 0;
      old["containers"].push_back(std::move(container));
    }
    name_cgroups_without_attempts();
    const std::string dir = box();
    std::ofstream(dir + "/record.json") << old.dump();
    fs::remove(dir + "/pod.json");
    for (const auto& file : fs::directory_iterator(dir + "/containers")) fs::remove(file);
  }
};

TEST_F(UpgradeTest, AStandingPodIsListedEnteredAndDeleted) {
  remember_world();
  ASSERT_TRUE(must_create(
      pod("web", {container("main", {"/bin/payload", "sleep"}), container("side", {"/bin/payload", "sleep"})})));
  ASSERT_NO_FATAL_FAILURE(make_old());
  EXPECT_EQ(phase("web"), "Running");
  EXPECT_NE(container_pid("web", "side"), 0);
  EXPECT_EQ(exec("web", {"/bin/payload", "say-two"}, {"-c", "side"}).out, "to stdout\n");
  EXPECT_EQ(podrun({"recover"}).err, "Nothing to recover\n");
  EXPECT_EQ(podrun({"delete", "web"}).status, 0);
  expect_world_unchanged();
}

// Its record does not say what it was made of.
TEST_F(UpgradeTest, ItCannotBeStartedAgainAndSoIsNotStopped) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  ASSERT_NO_FATAL_FAILURE(make_old());
  for (const std::vector<std::string>& act :
       {std::vector<std::string>{"stop", "web"}, {"start", "web"}, {"restart", "web", "-c", "main", "-t", "0"}}) {
    const Output refused = podrun(act);
    EXPECT_NE(refused.status, 0) << act.front();
    EXPECT_THAT(refused.err, testing::HasSubstr("of an older podrun")) << act.front();
  }
  EXPECT_EQ(phase("web"), "Running");
  EXPECT_EQ(podrun({"delete", "web"}).status, 0);
}

TEST_F(UpgradeTest, ItsPortsAreStillItsOwn) {
  Json main = container("main", {"/bin/payload", "sleep"});
  main["ports"] = {{{"containerPort", 80}, {"hostPort", 19080}}};
  ASSERT_TRUE(must_create(pod("web", {main})));
  ASSERT_NO_FATAL_FAILURE(make_old());
  const Output second = create(pod("second", {main}));
  EXPECT_NE(second.status, 0);
  EXPECT_THAT(second.err, testing::HasSubstr("pod 'web' in namespace 'default' has it"));
}

// Its shim says how a container ended where a shim of format 1 says it.
TEST_F(UpgradeTest, AnExitOfBeforeIsTold) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  ASSERT_NO_FATAL_FAILURE(make_old());
  const std::string dir = box() + "/containers";
  ASSERT_EQ(::kill(container_pid("web", "main"), SIGKILL), 0);
  ASSERT_TRUE(eventually([&] { return fs::exists(dir + "/main.0.exit"); }));
  fs::create_directory(dir + "/main");
  fs::rename(dir + "/main.0.exit", dir + "/main/exit");
  EXPECT_EQ(phase("web"), "Failed");
  EXPECT_THAT(podrun({"describe", "web"}).out, testing::HasSubstr("137"));
}

}  // namespace
}  // namespace integration
