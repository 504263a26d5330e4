// At a container's standard streams: `podrun attach`, and `podrun run` with -i, -t or --attach.
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>

#include "integration/on_terminal.h"
#include "integration/running.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int kInvalid = 2, kNotFound = 3;

class AttachTest : public PodrunTest {
 protected:
  std::vector<std::string> run_line(const std::string& name, const std::vector<std::string>& options,
                                    const std::vector<std::string>& words) const {
    std::vector<std::string> line{"run", name, "--image", "rootfs:" + rootfs(), "--network", "none"};
    line.insert(line.end(), options.begin(), options.end());
    line.emplace_back("--");
    line.insert(line.end(), words.begin(), words.end());
    return line;
  }
  Output run_pod(const std::string& name, const std::vector<std::string>& options,
                 const std::vector<std::string>& words, const std::string& in = {}) const {
    return podrun(run_line(name, options, words), in);
  }
  bool is_gone(const std::string& name) const { return podrun({"get", name}).status == kNotFound; }
};

TEST_F(AttachTest, RunExitsAsTheContainerDid) {
  EXPECT_EQ(run_pod("code", {"--attach", "--rm"}, {"/bin/payload", "exit", "42"}).status, 42);
  EXPECT_TRUE(is_gone("code"));
}

TEST_F(AttachTest, RunLosesNothingOfTheFirstAndTheLastByte) {
  const Output two = run_pod("two", {"--attach", "--rm"}, {"/bin/payload", "say-two"});
  EXPECT_EQ(two.out, "to stdout\n");
  EXPECT_THAT(two.err, testing::EndsWith("to stderr"));
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(run_pod("flood", {"--attach", "--rm"}, {"/bin/payload", "flood", "300000"}).out.size(), 300'000U);
}

TEST_F(AttachTest, RunPassesStdinAndItsEndOn) {
  std::string bytes;
  for (int i = 0; i < 2'000'000; ++i) bytes += static_cast<char>(i * 7 + i / 251);
  const Output echoed = run_pod("echo", {"-i", "--rm"}, {"/bin/payload", "echo"}, bytes);
  EXPECT_EQ(echoed.status, 0) << echoed.err;
  EXPECT_TRUE(echoed.out == bytes) << echoed.out.size();
  EXPECT_EQ(run_pod("none", {"-i", "--rm"}, {"/bin/payload", "echo"}).out, "");
}

TEST_F(AttachTest, OutputThatIsLostIsAnError) {
  Command command = podrun_command(run_line("lost", {"--attach", "--rm"}, {"/bin/payload", "say-two"}));
  command.argv.insert(command.argv.begin(), {"sh", "-c", "exec \"$@\" > /dev/full", "sh"});
  const Output lost = run(command);
  EXPECT_EQ(lost.status, 1);
  EXPECT_THAT(lost.err, HasSubstr("attached to pod \"lost\": write 'stdout': No space left on device"));
  EXPECT_TRUE(is_gone("lost"));
}

TEST_F(AttachTest, RunRemovesNothingItWasNotAskedTo) {
  EXPECT_EQ(run_pod("kept", {"--attach", "--restart", "Never"}, {"/bin/payload", "exit", "3"}).status, 3);
  EXPECT_EQ(phase("kept"), "Failed");
}

TEST_F(AttachTest, RunLeavesNothingBehind) {
  remember_world();
  EXPECT_EQ(run_pod("web", {"--attach", "--rm"}, {"/bin/payload", "exit", "0"}).status, 0);
  EXPECT_NE(run_pod("web", {"--attach", "--rm"}, {"/bin/no-such-program"}).status, 0);
  Running sleeper(podrun_command(run_line("web", {"--attach", "--rm"}, {"/bin/payload", "sleep"})));
  EXPECT_TRUE(eventually([&] { return phase("web") == "Running"; }));
  sleeper.signal(SIGINT);
  EXPECT_EQ(sleeper.output().status, 128 + SIGINT);
  expect_world_unchanged();
}

TEST_F(AttachTest, RunGivesATerminalOfTheCallersSizeFromTheStart) {
  OnTerminal podrun(podrun_command(run_line("screen", {"-it", "--rm"}, {"/bin/payload", "terminal"})), {33, 99, 0, 0});
  EXPECT_EQ(podrun.end(), 0);
  EXPECT_THAT(podrun.shown(), testing::AllOf(HasSubstr("terminal yes\r\n"), HasSubstr("size 33 99\r\n")));
  EXPECT_TRUE(is_gone("screen"));
}

// It may be gone before the shim has its terminal: several times.
TEST_F(AttachTest, WhatCannotBeRunSaysWhyOnATerminalToo) {
  for (int i = 0; i < 30; ++i) {
    OnTerminal podrun(podrun_command(run_line("boom", {"-it", "--rm"}, {"nope"})));
    EXPECT_NE(podrun.end(), 0);
    EXPECT_THAT(podrun.shown(), HasSubstr("find program 'nope': it is not in PATH"));
    EXPECT_TRUE(is_gone("boom"));
  }
}

TEST_F(AttachTest, WhatComesBeforeATerminalIsNotToldAsOfIt) {
  Json main = container("main", {"/bin/payload", "sleep"});
  main["tty"] = true;
  main["terminationMessagePath"] = "/bin";
  EXPECT_THAT(create(pod("web", {main})).err,
              testing::AllOf(HasSubstr("a directory where a file belongs"), Not(HasSubstr("make a terminal"))));
}

TEST_F(AttachTest, KeysLeaveATerminalAndAttachComesBackToIt) {
  if (!can_run({need::busybox()})) return;
  {
    OnTerminal podrun(podrun_command(run_line("shell", {"-it", "--rm"}, {"sh"})));
    podrun.type("echo $((20+3))\r");
    EXPECT_TRUE(podrun.shows("\n23\r\n")) << podrun.shown();
    podrun.type("\x10");
    podrun.type("\x11");
    EXPECT_EQ(podrun.end(), 0);
    EXPECT_THAT(podrun.shown(), HasSubstr("podrun attach -it shell"));
  }
  EXPECT_EQ(phase("shell"), "Running");
  OnTerminal podrun(podrun_command({"attach", "-it", "shell", "--detach-keys", "ctrl-x"}));
  podrun.type("echo $((40+4))\r");
  EXPECT_TRUE(podrun.shows("\n44\r\n")) << podrun.shown();
  podrun.resize({41, 77, 0, 0});
  podrun.type("sleep 0.2; stty size\r");
  EXPECT_TRUE(podrun.shows("\n41 77\r\n")) << podrun.shown();
  podrun.type("exit 7\r");
  EXPECT_EQ(podrun.end(), 7);
  EXPECT_EQ(phase("shell"), "Failed") << "the run that was to remove it had been left";
}

TEST_F(AttachTest, AManifestsStreamsWaitForWhoeverComes) {
  Json main = container("main", {"/bin/payload", "echo"});
  main["stdin"] = main["stdinOnce"] = true;
  ASSERT_TRUE(must_create(pod("web", {main})));
  EXPECT_EQ(podrun({"attach", "web", "-i"}, "typed").out, "typed");
  EXPECT_TRUE(eventually([&] { return phase("web") == "Succeeded"; })) << "its stdin has ended";
  if (!can_run({need::busybox()})) return;
  ASSERT_EQ(run_pod("shell", {"-d", "-i", "-t"}, {"sh"}).out, "pod/shell created\n");
  OnTerminal podrun(podrun_command({"attach", "-it", "shell"}));
  podrun.type("exit $((2+3))\r");
  EXPECT_EQ(podrun.end(), 5);
}

TEST_F(AttachTest, InterruptsByTheTerminal) {
  if (!can_run({need::busybox()})) return;
  OnTerminal podrun(
      podrun_command(run_line("cat", {"-it", "--rm"}, {"sh", "-c", "trap : INT; echo ready; busybox cat; exit 5"})));
  EXPECT_TRUE(podrun.shows("ready")) << "what is typed sooner is for podrun's own terminal";
  podrun.type("one\r");
  EXPECT_TRUE(podrun.shows("one\r\none\r\n")) << podrun.shown();
  podrun.type("\x03");
  EXPECT_EQ(podrun.end(), 5);
}

TEST_F(AttachTest, SeveralLookOnAndLeaveAsTheyLike) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "count-terms"})})));
  ASSERT_TRUE(eventually([&] { return logs("web", "main").find("counting\n") != std::string::npos; }));
  Running first(podrun_command({"attach", "web"}));
  Running second(podrun_command({"attach", "web", "--no-stdin"}));
  const pid_t main = container_pid("web", "main");
  // Both are there once they got something.
  ::usleep(500'000U * static_cast<unsigned>(slow_factor()));
  ::kill(main, SIGTERM);
  EXPECT_TRUE(eventually([&] { return logs("web", "main").find("term\n") != std::string::npos; }));
  first.signal(SIGINT);
  EXPECT_EQ(first.output().status, 128 + SIGINT);
  EXPECT_EQ(first.output().out, "term\n");
  ::kill(main, SIGKILL);
  EXPECT_EQ(second.output().status, 128 + SIGKILL);
  EXPECT_EQ(second.output().out, "term\n");
}

TEST_F(AttachTest, EndsWithAPodThatIsDeleted) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  Running attached(podrun_command({"attach", "web"}));
  ::usleep(300'000U * static_cast<unsigned>(slow_factor()));
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_TRUE(eventually([&] { return attached.ended(); }));
}

TEST_F(AttachTest, SaysWhatTheContainerHasNot) {
  ASSERT_TRUE(must_create(
      pod("web", {container("main", {"/bin/payload", "exit", "0"}), container("other", {"/bin/payload", "sleep"})})));
  const Output no_stdin = podrun({"attach", "-i", "web", "-c", "other"});
  EXPECT_EQ(no_stdin.status, kInvalid);
  EXPECT_THAT(no_stdin.err, HasSubstr("has no stdin"));
  EXPECT_TRUE(eventually([&] {
    return podrun({"get", "web", "-o", "json"}).out.find("terminated") != std::string::npos;
  }));
  const Output ended = podrun({"attach", "web", "-c", "main"});
  EXPECT_EQ(ended.status, kNotFound);
  EXPECT_THAT(ended.err, HasSubstr("is not running"));
  EXPECT_EQ(podrun({"attach", "nobody"}).status, kNotFound);
  EXPECT_EQ(podrun({"attach", "web", "--detach-keys", "ctrl-1"}).status, kInvalid);
  for (const Output* output : {&no_stdin, &ended}) EXPECT_EQ(lines_of(output->err).size(), 1U) << output->err;
}

}  // namespace
}  // namespace integration
