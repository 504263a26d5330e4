// `podrun run`: a pod from what is typed.
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "integration/needs.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kInvalid = 2, kExists = 4;

class RunTest : public PodrunTest {
 protected:
  // `podrun run NAME --image …` without a network, with `options` and behind them `-- WORDS`.
  Output run_pod(const std::string& name, std::vector<std::string> options,
                 const std::vector<std::string>& words) const {
    std::vector<std::string> line{"run", name, "--image", "rootfs:" + rootfs(), "--network", "none"};
    line.insert(line.end(), options.begin(), options.end());
    line.emplace_back("--");
    line.insert(line.end(), words.begin(), words.end());
    return podrun(line);
  }
  // What the pod's one container printed until its end.
  std::string said_by(const std::string& name) const {
    EXPECT_TRUE(eventually([&] { return phase(name) == "Succeeded" || phase(name) == "Failed"; })) << phase(name);
    return logs(name, name);
  }
};

TEST_F(RunTest, MakesAPodAndReturns) {
  const Output made = run_pod("web", {}, {"/bin/payload", "sleep"});
  EXPECT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(made.out, "pod/web created\n");
  EXPECT_EQ(phase("web"), "Running");
  EXPECT_EQ(podrun({"get", "-l", "run=web", "-o", "name"}).out, "pod/web\n");
  const Output again = run_pod("web", {}, {"/bin/payload", "sleep"});
  EXPECT_EQ(again.status, kExists);
  EXPECT_EQ(lines_of(again.err).size(), 1U) << again.err;
}

TEST_F(RunTest, GivesTheContainerWhatWasTyped) {
  std::ofstream(dir() + "/env") << "# of a file\nFROM_FILE=there\nCOLOUR=red\n";
  const Output made = run_pod("typed",
                              {"--restart", "no", "-e", "COLOUR=$(green)", "--env-file", dir() + "/env", "-w", "/tmp",
                               "-u", "1000:2000", "--hostname", "elsewhere", "-l", "app=a,tier=b", "-d"},
                              {"/bin/payload", "report"});
  ASSERT_EQ(made.status, 0) << made.err;
  const std::string report = said_by("typed");
  EXPECT_THAT(report, AllOf(HasSubstr("COLOUR=$(green)"), HasSubstr("FROM_FILE=there")));
  EXPECT_EQ(value_of(report, "cwd"), "/tmp");
  EXPECT_EQ(value_of(report, "uid"), "1000");
  EXPECT_EQ(value_of(report, "hostname"), "elsewhere");
  EXPECT_EQ(podrun({"get", "-l", "app=a,tier=b", "-o", "name"}).out, "pod/typed\n");
}

TEST_F(RunTest, PrintsThePodThatItWouldMake) {
  const Output dry = run_pod("web", {"--dry-run=client", "-o", "json", "-p", "8080:80"}, {"serve"});
  ASSERT_EQ(dry.status, 0) << dry.err;
  const Json shown = Json::parse(dry.out);
  EXPECT_EQ(shown["spec"]["containers"][0]["ports"][0]["hostPort"], 8080);
  EXPECT_EQ(shown["metadata"]["namespace"], "default");
  EXPECT_EQ(podrun({"get", "-o", "name"}).out, "");
  // What is printed is a manifest, which makes that pod.
  const Output yaml = run_pod("web", {"--dry-run=client", "-o", "yaml"}, {"/bin/payload", "sleep"});
  EXPECT_EQ(podrun({"create", "-f", "-", "--network", "none"}, yaml.out).out, "pod/web created\n");
  EXPECT_EQ(phase("web"), "Running");
}

TEST_F(RunTest, SaysWhatIsWrongInOneLine) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong = {
      {{"run", "web"}, "--image is required"},
      {{"run", "web", "--image", "NGINX"}, "in lower case"},
      {{"run", "web", "--image", "rootfs:/", "sh"}, "goes behind --"},
      {{"run", "Web", "--image", "rootfs:/"}, "'Web'"},
      {{"run", "web", "--image", "rootfs:/", "-p", "x"}, "--port 'x'"},
      {{"run", "web", "--image", "rootfs:/", "--restart", "maybe"}, "--restart"},
      {{"run", "web", "--image", "rootfs:/", "--rm", "--restart", "OnFailure"}, "do not go together"},
      {{"run", "web", "--image", "rootfs:/", "--rm", "--attach", "--restart", "Always"}, "do not go together"},
      {{"run", "web", "--image", "rootfs:/", "-d", "--attach"}, "do not go together"},
      {{"run", "web", "--image", "rootfs:/", "--env", "=1"}, "--env '=1'"},
  };
  for (const auto& [arguments, words] : wrong) {
    const Output output = podrun(arguments);
    EXPECT_EQ(output.status, kInvalid) << output.err;
    EXPECT_EQ(output.out, "");
    EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
    EXPECT_THAT(output.err, HasSubstr(words));
  }
}

// With a network, whose plugins are run by whoever removes it.
TEST_F(RunTest, WithRmThePodIsGoneOnceItHasEndedAndWithAStop) {
  if (!can_run({need::default_network()})) return;
  remember_world({});
  for (const char* code : {"0", "3"}) {
    const Output made =
        podrun({"run", "brief", "--image", "rootfs:" + rootfs(), "--rm", "-d", "--", "/bin/payload", "exit", code});
    ASSERT_EQ(made.status, 0) << made.err;
    EXPECT_EQ(made.out, "pod/brief created\n");
    EXPECT_TRUE(eventually([&] { return pod_state("brief").empty(); })) << inspect("brief").dump(1);
    expect_world_unchanged();
  }
  ASSERT_EQ(run_pod("long", {"--rm"}, {"/bin/payload", "sleep"}).status, 0);
  ASSERT_EQ(podrun({"stop", "long", "-c", "long"}).status, 0);
  ::usleep(300'000U * static_cast<unsigned>(slow_factor()));
  ASSERT_EQ(pod_state("long"), "ready") << "a person has it in hand";
  ASSERT_EQ(podrun({"start", "long", "-c", "long"}).status, 0);
  ASSERT_EQ(podrun({"stop", "long"}).status, 0);
  EXPECT_EQ(pod_state("long"), "");
  expect_world_unchanged();
}

TEST_F(RunTest, LeavesNothingOfAPodThatCannotBe) {
  remember_world();
  EXPECT_NE(run_pod("web", {}, {"/bin/no-such-program"}).status, 0);
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration
