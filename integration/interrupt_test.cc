// Signals that ask podrun to end: what is half done is undone, it says so, and a second signal asks no more.
#include <gmock/gmock.h>
#include <pty.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>

#include "integration/running.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

Json sleeping(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "sleep"})}); }

std::string name_of(int signal) { return std::string("SIG") + ::sigabbrev_np(signal); }

class InterruptTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_EQ(::mkdir(plugins().c_str(), 0755), 0);
    configure(kWorks);
    remember_world({});
  }

  std::string plugins() const override { return dir() + "/plugins"; }

  // The network "slow" whose one plugin is this shell script.
  void configure(const std::string& script) const {
    const std::string path = plugins() + "/slow";
    run({"rm", "-f", path});
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    ::chmod(path.c_str(), 0755);
    std::ofstream(cni_conf_dir() + "/10-slow.conflist")
        << R"({"cniVersion":"1.0.0","name":"slow","plugins":[{"type":"slow"}]})";
  }

  std::string log() const { return dir() + "/log"; }
  std::string logged() const { return run({"cat", log()}).out; }
  // An ADD that says so and comes to no end; a DEL that works.
  void configure_hanging_add() const {
    configure("[ $CNI_COMMAND = DEL ] && exit 0; echo $CNI_COMMAND >> " + log() + "; sleep 1000 & sleep 1000");
  }
  bool is_adding() const {
    return eventually([&] { return logged().find("ADD") != std::string::npos; });
  }

  static constexpr const char* kWorks = R"([ $CNI_COMMAND = ADD ] && echo '{"cniVersion":"1.0.0"}'; exit 0)";
};

TEST_F(InterruptTest, EndsAPluginThatHangs) {
  configure_hanging_add();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    run({"rm", "-f", log()});
    Running create(create_command(sleeping("web"), {}));
    ASSERT_TRUE(is_adding());
    const auto begun = Clock::now();
    create.signal(signal);
    EXPECT_EQ(create.output().status, 128 + signal);
    EXPECT_LT(Clock::now() - begun, 10s * slow_factor());
    EXPECT_THAT(create.output().err, AllOf(HasSubstr("create pod \"web\""), HasSubstr("plugin 'slow' ADD"),
                                           HasSubstr("interrupted"), HasSubstr("nothing is left of it")));
    EXPECT_EQ(lines_of(create.output().err).size(), 1U) << create.output().err;
    expect_world_unchanged();  // and so no sleep is left
  }
}

TEST_F(InterruptTest, LetsAPluginFinishThatSoonDoes) {
  configure("[ $CNI_COMMAND = DEL ] && { echo DEL >> " + log() + "; exit 0; }; echo ADD >> " + log() +
            "; sleep 0.3; echo done >> " + log() + R"(; echo '{"cniVersion":"1.0.0"}')");
  Running create(create_command(sleeping("web"), {}));
  ASSERT_TRUE(is_adding());
  create.signal(SIGTERM);
  EXPECT_EQ(create.output().status, 128 + SIGTERM);
  EXPECT_EQ(logged(), "ADD\ndone\nDEL\n");
  expect_world_unchanged();
}

TEST_F(InterruptTest, ASecondSignalEndsItAtOnceAndLosesNothing) {
  configure("echo $CNI_COMMAND >> " + log() + "; exec sleep 1000");
  Running create(create_command(sleeping("web"), {}));
  ASSERT_TRUE(is_adding());
  create.signal(SIGINT);
  ASSERT_TRUE(eventually([&] { return logged().find("DEL") != std::string::npos; }, 10s));
  EXPECT_FALSE(create.ended());
  const auto begun = Clock::now();
  create.signal(SIGTERM);
  EXPECT_EQ(create.output().status, 128 + SIGTERM);
  EXPECT_LT(Clock::now() - begun, 1s * slow_factor());
  configure(kWorks);
  EXPECT_EQ(podrun({"recover"}).status, 0);
  expect_world_unchanged();
}

// timeout(1) signals the process and then its group, which is the process again.
TEST_F(InterruptTest, TakesTwoSignalsAtOnceForOne) {
  configure_hanging_add();
  Command command = create_command(sleeping("web"), {});
  command.argv.insert(command.argv.begin(), {"timeout", "1"});
  const Output output = run(command);
  EXPECT_EQ(output.status, 124);
  EXPECT_THAT(output.err, HasSubstr("nothing is left of it"));
  expect_world_unchanged();
}

TEST_F(InterruptTest, ASignalThatWasIgnoredStaysIgnored) {
  configure_hanging_add();
  Command command = create_command(sleeping("web"), {});
  command.argv.insert(command.argv.begin(), {"sh", "-c", "trap '' HUP; exec \"$@\"", "sh"});
  Running create(command);
  ASSERT_TRUE(is_adding());
  create.signal(SIGHUP);
  std::this_thread::sleep_for(1500ms);
  EXPECT_FALSE(create.ended());
  create.signal(SIGTERM);
  EXPECT_EQ(create.output().status, 128 + SIGTERM);
  expect_world_unchanged();
}

TEST_F(InterruptTest, TheKeyOfATerminalReachesPodrunAlone) {
  configure("[ $CNI_COMMAND = DEL ] && { echo DEL >> " + log() + "; exit 0; }; trap 'echo INT >> " + log() +
            "' INT; echo ADD >> " + log() + "; sleep 0.5; echo done >> " + log() +
            R"(; echo '{"cniVersion":"1.0.0"}')");
  const Command command = create_command(sleeping("web"), {});
  std::ofstream(dir() + "/web.json") << command.in;
  std::vector<std::string> argv = command.argv;
  *(std::find(argv.begin(), argv.end(), "-")) = dir() + "/web.json";
  std::vector<char*> pointers;
  for (std::string& argument : argv) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  int terminal = -1;
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (pid == 0) {
    for (const std::string& variable : command.environment) ::putenv(const_cast<char*>(variable.c_str()));
    ::execvp(pointers[0], pointers.data());
    ::_exit(127);
  }
  ASSERT_TRUE(is_adding());
  ASSERT_EQ(::write(terminal, "\x03", 1), 1);
  std::string shown;
  for (char buffer[4096]; shown.size() < sizeof buffer;) {
    const ssize_t got = ::read(terminal, buffer, sizeof buffer);
    if (got <= 0) break;
    shown.append(buffer, static_cast<std::size_t>(got));
  }
  EXPECT_EQ(wait_for(pid), 128 + SIGINT) << shown;
  ::close(terminal);
  EXPECT_THAT(shown, AllOf(HasSubstr("interrupted"), HasSubstr("nothing is left of it")));
  EXPECT_EQ(logged(), "ADD\ndone\nDEL\n");
  expect_world_unchanged();
}

TEST_F(InterruptTest, WhatIsStartedInheritsNoSignalsFromIt) {
  // By the shell itself, which blocks signals while it starts another program.
  configure("[ $CNI_COMMAND = DEL ] || while read -r line; do case $line in SigBlk*|SigIgn*) echo \"$line\" >> " +
            log() + ";; esac; done < /proc/$$/status; " + kWorks);
  ASSERT_TRUE(must_create(sleeping("web"), {}));
  EXPECT_EQ(lines_of(logged()).size(), 2U);
  for (const std::string& line : lines_of(logged())) EXPECT_THAT(line, HasSubstr("0000000000000000"));
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(InterruptTest, BeginsNoFurtherManifest) {
  configure_hanging_add();
  std::ofstream(dir() + "/a.json") << create_command(sleeping("a"), {}).in;
  std::ofstream(dir() + "/b.json") << create_command(sleeping("b"), {}).in;
  Running create(podrun_command({"create", "-f", dir() + "/a.json", "-f", dir() + "/b.json"}));
  ASSERT_TRUE(is_adding());
  create.signal(SIGTERM);
  EXPECT_EQ(create.output().status, 128 + SIGTERM);
  EXPECT_THAT(create.output().err, HasSubstr("create pod \"b\": interrupted by SIGTERM"));
  EXPECT_EQ(logged(), "ADD\n");
  expect_world_unchanged();
}

TEST_F(InterruptTest, ADeleteThatWaitsLosesNothing) {
  Json manifest = pod("web", {container("main", {"/bin/payload", "stubborn"})});
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    ASSERT_TRUE(must_create(manifest, {}));
    ASSERT_TRUE(eventually([&] { return logs("web", "main") == "stubborn\n"; }));
    Running removal(podrun_command({"delete", "web", "--grace-period", "300"}));
    ASSERT_TRUE(eventually([&] { return podrun({"get", "web"}).out.find("Terminating") != std::string::npos; }));
    removal.signal(signal);
    EXPECT_EQ(removal.output().status, 128 + signal);
    EXPECT_THAT(removal.output().err,
                AllOf(HasSubstr("delete pod \"web\""), HasSubstr("interrupted by " + name_of(signal))));
    EXPECT_EQ(phase("web"), "Running");
    EXPECT_EQ(remove("web").status, 0);
    expect_world_unchanged();
  }
}

// A DEL that has begun goes on to its end; what has not been begun is left.
TEST_F(InterruptTest, ADeleteOfSeveralFinishesTheOneItIsAt) {
  ASSERT_TRUE(must_create(sleeping("a"), {}));
  ASSERT_TRUE(must_create(sleeping("b"), {}));
  configure("echo begins >> " + log() + "; sleep 1; echo ends >> " + log());
  Running removal(podrun_command({"delete", "a", "b", "--grace-period", "0"}));
  ASSERT_TRUE(eventually([&] { return logged() == "begins\n"; }));
  removal.signal(SIGTERM);
  EXPECT_EQ(removal.output().status, 128 + SIGTERM);
  EXPECT_THAT(removal.output().out, HasSubstr("\"a\" deleted"));
  EXPECT_THAT(removal.output().err, HasSubstr("delete pod \"b\": interrupted by SIGTERM"));
  EXPECT_EQ(logged(), "begins\nends\n");
  EXPECT_EQ(phase("b"), "Running");
  EXPECT_EQ(remove("b").status, 0);
  expect_world_unchanged();
}

TEST_F(InterruptTest, RecoverAndPruneStopBetweenTwoPods) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"recover"}, {"system", "prune"}}) {
    for (const char* name : {"a", "b"}) {
      ASSERT_TRUE(must_create(sleeping(name), {}));
      ::kill(pause_pid(name), SIGKILL);
    }
    run({"rm", "-f", log()});
    configure("[ $CNI_COMMAND = DEL ] || exit 0; echo begins >> " + log() + "; sleep 1; echo ends >> " + log());
    Running recovery(podrun_command(command));
    ASSERT_TRUE(eventually([&] { return logged() == "begins\n"; }));
    recovery.signal(SIGINT);
    EXPECT_EQ(recovery.output().status, 128 + SIGINT);
    EXPECT_EQ(lines_of(recovery.output().out).size(), 1U) << recovery.output().out;
    EXPECT_THAT(recovery.output().err, HasSubstr("interrupted by SIGINT"));
    EXPECT_EQ(logged(), "begins\nends\n");
    configure(kWorks);
    EXPECT_EQ(podrun({"recover"}).status, 0);
    expect_world_unchanged();
  }
}

TEST_F(InterruptTest, CniAddIsUndone) {
  ASSERT_EQ(run({"ip", "netns", "add", "lab"}).status, 0);
  ASSERT_EQ(podrun({"cni", "add", "slow", "lab"}).status, 0);  // makes directories that stay
  ASSERT_EQ(podrun({"cni", "del", "slow", "lab"}).status, 0);
  before_ = look_at_world(scope());
  configure_hanging_add();
  Running adding(podrun_command({"cni", "add", "slow", "lab"}));
  ASSERT_TRUE(is_adding());
  adding.signal(SIGTERM);
  EXPECT_EQ(adding.output().status, 128 + SIGTERM);
  EXPECT_THAT(adding.output().err, HasSubstr("interrupted"));
  expect_world_unchanged();
  run({"ip", "netns", "del", "lab"});
}

}  // namespace
}  // namespace integration
