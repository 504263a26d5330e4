// The shim of one build becomes that of another, in place: what two builds that differ do to one pod.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "integration/running.h"
#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RenewTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    fs::create_directory(dir() + "/bin");
    for (const char* program : {"podrun", "podrun-shim"}) use(tests_dir() + "/other/" + program);
    use(programs_dir() + "/pause");
  }
  void use(const fs::path& program) const { fs::copy_file(program, fs::path(dir() + "/bin") / program.filename()); }

  Output other_podrun(const std::vector<std::string>& args) const {
    Command command = podrun_command(args);
    command.argv[0] = dir() + "/bin/podrun";
    return run(command);
  }
  std::string shims_program() const {
    std::error_code none;
    return fs::read_symlink("/proc/" + std::to_string(shim_pid("web")) + "/exe", none);
  }
  std::string exit_of(const std::string& key) const {
    std::ifstream file("/run/podrun/pods/" + pod_id("web") + "/containers/" + key + ".exit");
    std::string code;
    file >> code;
    return code;
  }
  std::size_t descriptors() const {
    const fs::directory_iterator all("/proc/" + std::to_string(shim_pid("web")) + "/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
};

TEST_F(RenewTest, ChildrenExitCodesPipesReadersAndLogsSurvive) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"}),
                                      container("loud", {"/bin/payload", "flood-slowly"}),
                                      container("ends", {"/bin/payload", "count-terms"})})));
  const pid_t shim = shim_pid("web"), loud = container_pid("web", "loud");
  ASSERT_TRUE(eventually([&] { return logs("web", "ends") == "counting\n"; }));  // before anybody reads along
  Running reader(podrun_command({"attach", "web", "-c", "ends", "--no-stdin"}));
  ::usleep(200'000U * static_cast<unsigned>(slow_factor()));
  const std::size_t before = descriptors();

  const Output restarted = other_podrun({"restart", "web", "-c", "main"});
  ASSERT_EQ(restarted.status, 0) << restarted.err;
  EXPECT_EQ(shims_program(), dir() + "/bin/podrun-shim");
  EXPECT_EQ(shim_pid("web"), shim);
  EXPECT_EQ(container_pid("web", "loud"), loud);
  EXPECT_EQ(descriptors(), before);

  // And back, with a word to the reader from each build's time.
  ::kill(container_pid("web", "ends"), SIGTERM);
  ASSERT_TRUE(eventually([&] { return logs("web", "ends") == "counting\nterm\n"; }));
  ASSERT_EQ(podrun({"restart", "web", "-c", "main"}).status, 0);
  EXPECT_THAT(shims_program(), testing::StartsWith(programs_dir()));
  ::kill(container_pid("web", "ends"), SIGKILL);
  EXPECT_EQ(reader.output().status, 128 + SIGKILL);
  EXPECT_EQ(reader.output().out, "term\n");
  ASSERT_TRUE(eventually([&] { return exit_of("ends.0") == "137"; }));

  std::istringstream lines(logs("web", "loud"));
  int expected = 1;
  for (std::string line; std::getline(lines, line); ++expected) ASSERT_EQ(line, "line " + std::to_string(expected));
  EXPECT_GT(expected, 10);
  EXPECT_EQ(exit_of("main.1"), "0");
}

TEST_F(RenewTest, WhatTheShimWasToWakeItWakesStill) {
  Json manifest = pod("web", {container("main", {"/bin/payload", "sleep"}), container("two", {"/bin/payload", "sleep"})});
  manifest["spec"]["restartPolicy"] = "Always";
  ASSERT_TRUE(must_create(manifest));
  ASSERT_EQ(other_podrun({"restart", "web", "-c", "two"}).status, 0);
  EXPECT_EQ(podrun({"restart", "web", "-c", "two"}).status, 0) << "and back";
  ASSERT_EQ(other_podrun({"restart", "web", "-c", "two"}).status, 0);
  ::usleep(200'000U * static_cast<unsigned>(slow_factor()));  // podruns that the shim woke before are done
  const pid_t before = container_pid("web", "main");
  ::kill(before, SIGKILL);
  EXPECT_TRUE(eventually([&] { return container_pid("web", "main") != before && phase("web") == "Running"; }));
  EXPECT_EQ(shims_program(), dir() + "/bin/podrun-shim") << "by the podrun of the shim's build";
}

TEST_F(RenewTest, OneThatCannotBeRenewedLeavesThePodAsItIs) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  ASSERT_EQ(podrun({"stop", "web", "-c", "main"}).status, 0);
  fs::resize_file(dir() + "/bin/podrun-shim", 100);
  const Output refused = other_podrun({"start", "web", "-c", "main"});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("another build of podrun"));
  EXPECT_EQ(podrun({"start", "web", "-c", "main"}).status, 0);
  EXPECT_EQ(exec("web", {"/bin/payload", "report"}).status, 0);
}

}  // namespace
}  // namespace integration
