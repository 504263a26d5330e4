// `podrun debug`: a container added to a pod that runs, to look at it.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "integration/life.h"
#include "integration/on_terminal.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int kInvalid = 2, kNotFound = 3;

class DebugTest : public PodrunTest {
 protected:
  using Words = std::vector<std::string>;

  static Json sleeper(bool host_users = false) {
    Json made = pod("web", {container("main", {"/bin/payload", "sleep"})});
    made["spec"]["hostUsers"] = host_users;
    return made;
  }
  Words debug_line(Words options, const Words& command) const {
    Words line{"debug", "web", "--image", "rootfs:" + rootfs()};
    line.insert(line.end(), options.begin(), options.end());
    line.emplace_back("--");
    line.insert(line.end(), command.begin(), command.end());
    return line;
  }
  Output debug(Words options, const Words& command, const std::string& in = {}) const {
    return podrun(debug_line(std::move(options), command), in);
  }
  void must_debug(Words options) const {
    const Output output = debug(std::move(options), {"/bin/payload", "sleep"});
    ASSERT_EQ(output.status, 0) << output.err;
  }
  Life life() const { return Life(inspect("web"), shown()); }
  Json shown() const { return Json::parse(podrun({"get", "web", "-o", "json"}).out, nullptr, false); }
  bool becomes(const std::string& name, const std::string& state) const {
    return eventually([&] { return life().state(name) == state; });
  }
  ino_t namespace_of(const std::string& container, const std::string& kind) const {
    struct stat info {};
    const std::string path = "/proc/" + std::to_string(container_pid("web", container)) + "/ns/" + kind;
    EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
    return info.st_ino;
  }
  bool shares(const std::string& kind) const { return namespace_of("main", kind) == namespace_of("look", kind); }
};

TEST_F(DebugTest, AddsAContainerThatSharesWhatAPodShares) {
  for (const bool host_users : {false, true}) {
    SCOPED_TRACE(host_users ? "hostUsers: true" : "hostUsers: false");
    ASSERT_TRUE(must_create(sleeper(host_users)));
    const Output added = debug({"-c", "look"}, {"/bin/payload", "sleep"});
    ASSERT_EQ(added.status, 0) << added.err;
    EXPECT_EQ(added.out, "pod/web container/look added\n");
    for (const char* kind : {"user", "net", "ipc", "uts"}) EXPECT_TRUE(shares(kind)) << kind;
    for (const char* kind : {"mnt", "pid", "cgroup"}) EXPECT_FALSE(shares(kind)) << kind;
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(DebugTest, IsShownAndIsOfNoAccountToThePod) {
  ASSERT_TRUE(must_create(sleeper()));
  must_debug({"-c", "look", "--target", "main", "-e", "A=$(B)"});
  const Json all = shown();
  ASSERT_EQ(all["spec"]["ephemeralContainers"].size(), 1U) << all.dump(1);
  const Json& asked = all["spec"]["ephemeralContainers"][0];
  EXPECT_EQ(asked["name"], "look");
  EXPECT_EQ(asked["targetContainerName"], "main");
  EXPECT_EQ(asked["command"], Json({"/bin/payload", "sleep"}));
  EXPECT_EQ(asked["securityContext"]["capabilities"]["add"], Json({"SYS_PTRACE"}));
  ASSERT_EQ(all["status"]["ephemeralContainerStatuses"].size(), 1U);
  const Json& status = all["status"]["ephemeralContainerStatuses"][0];
  EXPECT_EQ(status["name"], "look");
  EXPECT_FALSE(status["ready"].get<bool>());
  EXPECT_TRUE(status["state"].contains("running")) << status.dump();
  EXPECT_EQ(all["status"]["containerStatuses"].size(), 1U);
  EXPECT_THAT(podrun({"get", "web"}).out, testing::ContainsRegex("web +1/1 +Running"));
  EXPECT_EQ(podrun({"wait", "web", "--for=condition=Ready", "--timeout=1s"}).status, 0);
  EXPECT_THAT(podrun({"describe", "web"}).out, testing::ContainsRegex("\nEphemeral Containers:\n  look:\n"));
  EXPECT_EQ(exec("web", {"/bin/payload", "exit", "9"}, {"-c", "look"}).status, 9);
  EXPECT_THAT(podrun({"exec", "web", "--", "/bin/payload", "exit", "0"}).err, HasSubstr("main, look (ephem)"));
}

TEST_F(DebugTest, TheTargetsProcessesAndFilesAreSeen) {
  if (!can_run({need::busybox()})) return;
  for (const bool host_users : {false, true}) {
    SCOPED_TRACE(host_users ? "hostUsers: true" : "hostUsers: false");
    ASSERT_TRUE(must_create(sleeper(host_users)));
    ASSERT_EQ(exec("web", {"sh", "-c", "echo of main > /mark"}).status, 0);
    must_debug({"-c", "look", "--target", "main"});
    EXPECT_TRUE(shares("pid"));
    EXPECT_FALSE(shares("mnt"));
    const Output seen =
        exec("web", {"sh", "-c", "cat /proc/1/root/mark; tr '\\0' ' ' < /proc/1/cmdline"}, {"-c", "look"});
    EXPECT_EQ(seen.out, "of main\n/bin/payload sleep ") << seen.err;
    EXPECT_NE(exec("web", {"sh", "-c", "ls /mark"}, {"-c", "look"}).status, 0) << "its root is its own";
    ::kill(container_pid("web", "main"), SIGKILL);
    EXPECT_TRUE(becomes("look", "exit 137")) << "it ends with the processes it looks at";
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(DebugTest, WithASharedPidNamespaceATargetIsSeenAnyway) {
  Json manifest = sleeper();
  manifest["spec"]["shareProcessNamespace"] = true;
  ASSERT_TRUE(must_create(manifest));
  must_debug({"-c", "look", "--target", "main"});
  EXPECT_TRUE(shares("pid"));
}

// Until it is its payload, what makes a container has every right of root's.
TEST_F(DebugTest, NobodyWithTheHostsUsersIsLetTraceWhatComes) {
  ASSERT_TRUE(must_create(sleeper(true)));
  must_debug({"-c", "first", "--target", "main"});
  const Output second = debug({"-c", "second", "--target", "main"}, {"/bin/payload", "sleep"});
  EXPECT_NE(second.status, 0);
  EXPECT_THAT(second.err, HasSubstr("container 'first' may trace what comes there"));
  must_debug({"-c", "third"});
  EXPECT_EQ(life().state("first"), "running");
}

TEST_F(DebugTest, ATargetFindsNothingOfTheHostInWhatComes) {
  const std::string mark = dir() + "/mark";
  std::ofstream(mark) << "of the host\n";
  Json hunter = container("main", {"/bin/payload", "hunt", mark, "trace"});
  hunter["securityContext"] = {{"capabilities", {{"add", {"SYS_PTRACE"}}}}};
  ASSERT_TRUE(must_create(pod("web", {hunter})));
  ASSERT_TRUE(eventually([&] { return logs("web", "main").find("hunting") != std::string::npos; }));
  for (int i = 0; i < 12; ++i) {
    const Output looked = debug({"--attach", "-q", "--target", "main"}, {"/bin/payload", "exit", "3"});
    EXPECT_EQ(looked.status, 3) << looked.err;
  }
  ::kill(container_pid("web", "main"), SIGTERM);
  ASSERT_TRUE(eventually([&] { return logs("web", "main").find("\nseen ") != std::string::npos; }));
  const std::string said = logs("web", "main");
  EXPECT_GE(std::stoi("0" + value_of(said, "seen")), 3) << said;
  EXPECT_THAT(said, Not(HasSubstr("found "))) << said.substr(0, 2000);
}

TEST_F(DebugTest, WhoeverAttachesMissesNothingAndHasItsExitCode) {
  ASSERT_TRUE(must_create(sleeper()));
  EXPECT_EQ(debug({"-i"}, {"/bin/payload", "echo"}, "typed").out, "typed");
  const Output two = debug({"--attach"}, {"/bin/payload", "say-two"});
  EXPECT_EQ(two.out, "to stdout\n");
  EXPECT_THAT(two.err,
              testing::MatchesRegex("podrun: defaulting debug container name to debugger-[0-9a-f]{5}\nto stderr"));
  EXPECT_EQ(debug({"--attach", "-q"}, {"/bin/payload", "exit", "42"}).status, 42);
  const Output left = debug({"-i", "--attach=false", "-c", "later"}, {"/bin/payload", "echo"});
  EXPECT_EQ(left.out, "pod/web container/later added\n") << left.err;
}

TEST_F(DebugTest, OnATerminalItIsLeftAndComeBackTo) {
  if (!can_run({need::busybox()})) return;
  ASSERT_TRUE(must_create(sleeper()));
  {
    OnTerminal podrun(podrun_command(debug_line({"-it", "-c", "look"}, {"sh"})));
    podrun.type("echo $((20+3))\r");
    EXPECT_TRUE(podrun.shows("\n23\r\n")) << podrun.shown();
    podrun.type("\x10");
    podrun.type("\x11");
    EXPECT_EQ(podrun.end(), 0);
    EXPECT_THAT(podrun.shown(), HasSubstr("podrun attach -it web -c look"));
  }
  OnTerminal podrun(podrun_command({"attach", "-it", "web", "-c", "look"}));
  podrun.type("exit $((3+4))\r");
  EXPECT_EQ(podrun.end(), 7);
}

TEST_F(DebugTest, ItRunsOnceAndGoesWithThePod) {
  remember_world();
  ASSERT_TRUE(must_create(sleeper()));
  must_debug({"-c", "look"});
  EXPECT_TRUE(eventually([&] { return life().listens("look"); }));
  EXPECT_EQ(podrun({"stop", "web", "-c", "look"}).status, 0);
  EXPECT_TRUE(becomes("look", "exit 0"));
  const Output again = podrun({"start", "web", "-c", "look"});
  EXPECT_EQ(again.status, kInvalid);
  EXPECT_THAT(again.err, HasSubstr("runs once"));
  must_debug({"-c", "other"});
  EXPECT_TRUE(eventually([&] { return life().listens("other"); }));
  EXPECT_EQ(podrun({"restart", "web"}).status, 0);
  EXPECT_EQ(life().state("other"), "running");
  EXPECT_EQ(podrun({"stop", "web"}).status, 0);
  EXPECT_EQ(podrun({"start", "web"}).status, 0);
  EXPECT_EQ(life().state("main"), "running");
  for (const char* name : {"look", "other"}) EXPECT_EQ(life().state(name), "exit 0") << name;
  EXPECT_TRUE(podrun({"logs", "web", "-c", "other"}).status == 0);
  EXPECT_EQ(debug({"-c", "look"}, {"/bin/payload", "sleep"}).status, 4) << "its name is taken";
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

// As under a kubelet.
TEST_F(DebugTest, ItEndsWithAPodThatIsNeverMadeAgain) {
  Json manifest = sleeper();
  manifest["spec"]["restartPolicy"] = "Never";
  ASSERT_TRUE(must_create(manifest));
  must_debug({"-c", "look"});
  EXPECT_EQ(phase("web"), "Running");
  ::kill(container_pid("web", "main"), SIGKILL);
  EXPECT_TRUE(becomes("look", "exit 0"));
  EXPECT_EQ(phase("web"), "Failed");
  const Output late = debug({}, {"/bin/payload", "sleep"});
  EXPECT_NE(late.status, 0);
  EXPECT_THAT(late.err, HasSubstr("pod 'web' has ended"));
}

TEST_F(DebugTest, SaysWhyNot) {
  ASSERT_TRUE(must_create(sleeper()));
  const auto refused = [&](const Output& output, int status, const std::string& why) {
    EXPECT_EQ(output.status, status) << output.err;
    EXPECT_THAT(output.err, HasSubstr(why));
    EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
  };
  refused(debug({"-q", "--target", "nobody"}, {"sh"}), kNotFound, "no container 'nobody'");
  refused(debug({"-c", "main"}, {"sh"}), 4, "has a container 'main' already");
  refused(debug({"-c", "no_label"}, {"sh"}), kInvalid, "--container 'no_label'");
  refused(podrun({"debug", "web", "-q", "--image", "rootfs:/nowhere", "--", "sh"}), kNotFound, "/nowhere");
  refused(podrun({"debug", "nobody", "--image", "rootfs:" + rootfs()}), kNotFound, "\"nobody\" not found");
  refused(debug({"-q", "--profile", "restricted"}, {"/bin/payload", "sleep"}), kInvalid, "runAsNonRoot");
  EXPECT_EQ(shown()["spec"].contains("ephemeralContainers"), false) << "nothing of those is left";
  refused(debug({"-c", "typo"}, {"/bin/no-such"}), kNotFound, "/bin/no-such");
  EXPECT_EQ(life().state("typo"), "exit 128");
  EXPECT_EQ(podrun({"stop", "web"}).status, 0);
  EXPECT_THAT(debug({"-q"}, {"sh"}).err, HasSubstr("is stopped"));
  Json manifest = sleeper();
  manifest["metadata"]["name"] = "asked";
  manifest["spec"]["ephemeralContainers"] = {{{"name", "look"}, {"image", "busybox"}}};
  EXPECT_THAT(create(manifest).err, HasSubstr("spec.ephemeralContainers: they are added to a Pod that runs"));
}

TEST_F(DebugTest, AProfileSaysWhichRightsItHas) {
  if (!can_run({need::busybox()})) return;
  ASSERT_TRUE(must_create(sleeper()));
  const auto rights = [&](const std::string& profile) {
    return std::stoull(
        "0" + debug({"--attach", "-q", "--profile", profile}, {"sh", "-c", "sed -n 's/CapPrm:.//p' /proc/self/status"})
                  .out,
        nullptr, 16);
  };
  const auto legacy = rights("legacy");
  EXPECT_EQ(rights("baseline"), legacy);
  EXPECT_EQ(rights("general"), legacy | 1ULL << 19U);
  EXPECT_EQ(rights("netadmin"), legacy | 1ULL << 12U | 1ULL << 13U);
  EXPECT_GT(rights("sysadmin"), 0x1ffffffffULL);
}

}  // namespace
}  // namespace integration
