// `podrun exec`: a command in a running container, as if it had been started there.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/files.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class ExecTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    Json main = container("main", {"/bin/payload", "sleep"});
    main["env"] = {{{"name", "COLOUR"}, {"value", "green"}}};
    main["workingDir"] = "/tmp";
    ASSERT_TRUE(must_create(pod("web", {main, container("other", {"/bin/payload", "sleep"})})));
  }
  Output report(const std::vector<std::string>& options = {}) const {
    return exec("web", {"/bin/payload", "report"}, options);
  }
};

TEST_F(ExecTest, ExitsAsTheCommandDid) {
  for (const char* code : {"0", "1", "42", "255"})
    EXPECT_EQ(exec("web", {"/bin/payload", "exit", code}).status, std::stoi(code));
  EXPECT_EQ(exec("web", {"/bin/payload", "die", "9"}).status, 128 + 9);
  EXPECT_EQ(exec("web", {"/bin/payload", "die", "15"}).status, 128 + 15);
}

TEST_F(ExecTest, Exits127Or126WhenTheCommandCannotRun) {
  const Output missing = exec("web", {"/bin/no-such-program"});
  EXPECT_EQ(missing.status, 127);
  EXPECT_THAT(missing.err, HasSubstr("/bin/no-such-program"));
  EXPECT_EQ(exec("web", {"no-such-program"}).status, 127);
  const Output denied = exec("web", {"/etc/passwd"});
  EXPECT_EQ(denied.status, 126);
  EXPECT_THAT(denied.err, HasSubstr("/etc/passwd"));
}

TEST_F(ExecTest, SaysWhichUsersAPodHas) {
  const Output output = podrun({"exec", "web", "-u", "70000", "--", "/bin/payload", "report"});
  EXPECT_EQ(output.status, 126);
  EXPECT_THAT(output.err, HasSubstr("become user 70000: the pod's user namespace has the ids 0 to 65535"));
}

TEST_F(ExecTest, FindsTheCommandInThePath) {
  const Output output = exec("web", {"payload", "exit", "7"});
  EXPECT_EQ(output.status, 7) << output.err;
}

TEST_F(ExecTest, KeepsStdoutAndStderrApart) {
  const Output output = exec("web", {"/bin/payload", "say-two"}, {"-c", "main"});
  EXPECT_EQ(output.out, "to stdout\n");
  EXPECT_EQ(output.err, "to stderr");
}

TEST_F(ExecTest, GoesIntoTheContainerThatIsNamed) {
  const Json containers = inspect("web").at("containers");
  for (const std::size_t i : {0U, 1U}) {
    const std::string name = containers.at(i).at("plan").at("name");
    const std::string inode =
        std::to_string(containers.at(i).at("life").at("namespaces").at("mnt").get<std::uint64_t>());
    EXPECT_THAT(report({"-c", name}).out, HasSubstr("namespace mnt mnt:[" + inode + "]"));
  }
  const Output wrong = report({"-c", "third"});
  EXPECT_NE(wrong.status, 0);
  EXPECT_THAT(wrong.err, HasSubstr("third"));
}

TEST_F(ExecTest, HasTheContainersEnvironmentAndDirectory) {
  const Output output = report();
  EXPECT_THAT(output.out, HasSubstr("env COLOUR=green\n"));
  EXPECT_EQ(value_of(output.out, "cwd"), "/tmp");
  EXPECT_EQ(value_of(output.out, "uid"), "0");
}

TEST_F(ExecTest, ChangesUserEnvironmentAndDirectoryWhenAsked) {
  const Output output = report({"--user", "1000:2000", "--env", "COLOUR=red", "--env", "NEW=1", "--workdir", "/etc"});
  EXPECT_EQ(value_of(output.out, "uid"), "1000") << output.err;
  EXPECT_EQ(value_of(output.out, "gid"), "2000");
  EXPECT_THAT(output.out, HasSubstr("env COLOUR=red\n"));
  EXPECT_THAT(output.out, HasSubstr("env NEW=1\n"));
  EXPECT_EQ(value_of(output.out, "cwd"), "/etc");
  EXPECT_EQ(value_of(output.out, "CapEff"), "0000000000000000");
}

TEST_F(ExecTest, LooksTheUserUpInTheContainersOwnFiles) {
  const Output output = report({"--user", "tester"});
  EXPECT_EQ(value_of(output.out, "uid"), "1000") << output.err;
  EXPECT_EQ(value_of(output.out, "gid"), "1000");
  EXPECT_THAT(value_of(output.out, "Groups"), HasSubstr("2000"));
  EXPECT_NE(report({"--user", "nobody-here"}).status, 0);
}

TEST_F(ExecTest, GivesAUserItsHome) {
  EXPECT_THAT(report().out, HasSubstr("env HOME=/root\n"));
  EXPECT_THAT(report({"--user", "tester"}).out, HasSubstr("env HOME=/home/tester\n"));
  EXPECT_THAT(report({"--user", "4242"}).out, HasSubstr("env HOME=/\n"));
  EXPECT_THAT(report({"--user", "tester", "--env", "HOME=/mine"}).out, HasSubstr("env HOME=/mine\n"));
}

// Root is nobody's default but root's.
TEST_F(ExecTest, StaysTheContainersUserUnlessToldOtherwise) {
  Json main = container("main", {"/bin/payload", "sleep"});
  main["securityContext"] = {{"runAsUser", 1000}, {"runAsGroup", 1000}};
  main["env"] = {{{"name", "HOME"}, {"value", "/chosen"}}};
  ASSERT_TRUE(must_create(pod("user", {main})));
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{}, std::vector<std::string>{"-u", ""}, std::vector<std::string>{"-u", ":2000"}}) {
    const Output output = exec("user", {"/bin/payload", "report"}, options);
    EXPECT_EQ(value_of(output.out, "uid"), "1000") << output.err;
    EXPECT_THAT(output.out, HasSubstr("env HOME=/chosen\n"));
  }
  EXPECT_EQ(value_of(exec("user", {"/bin/payload", "report"}, {"-u", ":2000"}).out, "gid"), "2000");
}

TEST_F(ExecTest, MakesNoDirectory) {
  const Output output = exec("web", {"/bin/payload", "exit", "0"}, {"--workdir", "/slip/of/the/pen"});
  EXPECT_NE(output.status, 0);
  EXPECT_THAT(output.err, HasSubstr("/slip/of/the/pen"));
  EXPECT_NE(exec("web", {"/bin/payload", "exit", "0"}, {"--workdir", "/slip"}).status, 0) << "it was made";
}

TEST_F(ExecTest, GivesStdinOnlyWhenAsked) {
  EXPECT_EQ(podrun({"exec", "web", "-i", "--", "/bin/payload", "echo"}, "through the wall").out, "through the wall");
  EXPECT_EQ(podrun({"exec", "web", "--", "/bin/payload", "echo"}, "not heard").out, "");
}

TEST_F(ExecTest, CarriesMegabytes) {
  const std::string much(3'000'000, 'x');
  const Output output = podrun({"exec", "web", "-i", "--", "/bin/payload", "echo"}, much);
  EXPECT_EQ(output.out.size(), much.size());
}

TEST_F(ExecTest, GivesATerminalOfTheCallersSize) {
  const winsize size{33, 99, 0, 0};
  int terminal = -1;
  const Command command = podrun_command({"exec", "web", "-i", "-t", "--", "/bin/payload", "terminal"});
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, &size);
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    std::vector<char*> argv;
    for (const std::string& argument : command.argv) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(99);
  }
  std::string said;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = ::read(terminal, buffer.data(), buffer.size())) > 0;)
    said.append(buffer.data(), static_cast<std::size_t>(count));
  ::close(terminal);
  EXPECT_EQ(wait_for(pid), 0) << said;
  EXPECT_THAT(said, testing::AllOf(HasSubstr("terminal yes\r\n"), HasSubstr("size 33 99\r\n")));
}

// With the host's users another process is in between on the way in.
TEST_F(ExecTest, HasNoChildButItsCommandAndIsItselfAsItWas) {
  for (const bool host_users : {false, true}) {
    SCOPED_TRACE(host_users);
    Json manifest = pod("own", {container("main", {"/bin/payload", "sleep"})});
    manifest["spec"]["hostUsers"] = host_users;
    ASSERT_TRUE(must_create(manifest));
    const Command command = podrun_command({"exec", "own", "--", "/bin/payload", "sleep"});
    const pid_t pid = start(command.argv, "/dev/null");
    const std::string proc = "/proc/" + std::to_string(pid);
    const auto children = [&] {
      return base::read_file(proc + "/task/" + std::to_string(pid) + "/children").value_or("");
    };
    EXPECT_TRUE(eventually([&] {
      const auto arguments = base::read_file("/proc/" + children().substr(0, children().find(' ')) + "/cmdline");
      return arguments && arguments->starts_with("/bin/payload");
    })) << children();
    EXPECT_TRUE(eventually([&] { return children().find(' ') + 1 == children().size(); })) << children();
    EXPECT_EQ(run({"readlink", proc + "/ns/pid_for_children"}).out, run({"readlink", proc + "/ns/pid"}).out);
    ::kill(pid, SIGTERM);
    EXPECT_EQ(wait_for(pid), 0);
    EXPECT_EQ(remove("own").status, 0);
  }
}

TEST_F(ExecTest, LeavesNothingBehind) {
  before_ = look_at_world(scope());
  EXPECT_EQ(report().status, 0);
  EXPECT_NE(exec("web", {"/bin/no-such-program"}).status, 0);
  expect_world_unchanged();
}

TEST_F(ExecTest, NamesAPodThatIsNotThere) {
  const Output output = exec("other-pod", {"true"});
  EXPECT_NE(output.status, 0);
  EXPECT_THAT(output.err, HasSubstr("other-pod"));
}

}  // namespace
}  // namespace integration
