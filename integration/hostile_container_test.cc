// A container against what comes into it, and against its siblings on their way: whatever it may trace or open there,
// nothing of the host is to be found (CVE-2016-9962, CVE-2019-5736, CVE-2024-21626, CVE-2025-31133).
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;
using testing::Not;

class HostileContainerTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    std::ofstream(mark()) << "of the host\n";
  }
  std::string mark() const { return dir() + "/mark"; }
  Json hunter(const std::string& name, bool traces) const {
    Json one = container(name, {"/bin/payload", "hunt", mark()});
    if (!traces) return one;
    one["command"].push_back("trace");
    one["securityContext"] = {{"capabilities", {{"add", {"SYS_PTRACE"}}}}};
    return one;
  }
  // Execs into the pod beside its hunter, and what the hunter says of them.
  std::string hunt(const Json& manifest, const std::string& into) {
    if (!must_create(manifest)) return {};
    EXPECT_TRUE(eventually([&] { return logs("web", "hunter").find("hunting") != std::string::npos; }));
    for (int i = 0; i < 40; ++i) EXPECT_EQ(exec("web", {"/bin/payload", "exit", "3"}, {"-c", into}).status, 3);
    const Output told = podrun({"exec", "web", "-c", "hunter", "--", "/bin/payload", "exit", "3"});
    EXPECT_EQ(told.status, 3) << told.err;
    static_cast<void>(run({"kill", "-TERM", hunter_pid()}));
    EXPECT_TRUE(eventually([&] { return logs("web", "hunter").find("\nseen ") != std::string::npos; }));
    const std::string said = logs("web", "hunter");
    EXPECT_EQ(remove("web").status, 0);
    return said;
  }
  std::string hunter_pid() const { return std::to_string(container_pid("web", "hunter")); }
  static void expect_nothing_found(const std::string& said) {
    EXPECT_GE(std::stoi("0" + value_of(said, "seen")), 10) << "the hunter saw too few to prove anything:\n" << said;
    EXPECT_THAT(said, Not(HasSubstr("found "))) << said.substr(0, 2000);
  }
};

// With SYS_PTRACE and the host's users a container may trace whatever it sees.
TEST_F(HostileContainerTest, WhatComesIntoItHasNothingOfTheHost) {
  for (const bool host_users : {false, true})
    for (const bool shared : {false, true})
      for (const bool traces : {false, true}) {
        SCOPED_TRACE(testing::Message() << "hostUsers " << host_users << " shared " << shared << " traces " << traces);
        std::vector<Json> containers{hunter("hunter", traces)};
        if (shared) containers.push_back(container("other", {"/bin/payload", "sleep"}));
        Json manifest = pod("web", containers);
        manifest["spec"]["hostUsers"] = host_users;
        manifest["spec"]["shareProcessNamespace"] = shared;
        expect_nothing_found(hunt(manifest, shared ? "other" : "hunter"));
      }
}

TEST_F(HostileContainerTest, NorHaveOthersWhereItSeesTheHostsProcesses) {
  Json manifest = pod("web", {hunter("hunter", false), container("other", {"/bin/payload", "sleep"})});
  manifest["spec"]["hostPID"] = true;
  expect_nothing_found(hunt(manifest, "other"));
}

// Siblings that start after it, in a pid namespace that all share.
TEST_F(HostileContainerTest, ItsSiblingsStartBeforeItCanSeeThem) {
  for (const bool host_users : {false, true})
    for (int round = 0; round < 5; ++round) {
      Json manifest = pod("web", {hunter("hunter", true)});
      for (const char* name : {"b", "c", "d"})
        manifest["spec"]["containers"].push_back(container(name, {"/bin/payload", "sleep"}));
      manifest["spec"]["hostUsers"] = host_users;
      manifest["spec"]["shareProcessNamespace"] = true;
      ASSERT_TRUE(must_create(manifest));
      EXPECT_TRUE(eventually([&] { return logs("web", "hunter").find("hunting") != std::string::npos; }));
      EXPECT_THAT(logs("web", "hunter"), Not(HasSubstr("found ")));
      EXPECT_EQ(remove("web").status, 0);
    }
}

// Pause is pid 1 of a shared pid namespace, and one of the host's processes with hostPID.
TEST_F(HostileContainerTest, PauseIsNoWayToTheKernelsFiles) {
  if (!can_run({need::busybox()})) return;
  const auto opens = [&](const std::string& path) {
    return exec("web", {"sh", "-c", "exec 3>>" + path + " && echo opened"}).out == "opened\n";
  };
  for (const char* field : {"shareProcessNamespace", "hostPID"})
    for (const bool traces : {false, true}) {
      SCOPED_TRACE(testing::Message() << field << " traces " << traces);
      Json main = container("main", {"/bin/payload", "sleep"});
      if (traces) main["securityContext"] = {{"capabilities", {{"add", {"SYS_PTRACE"}}}}};
      Json manifest = pod("web", {main});
      manifest["spec"]["hostUsers"] = true;
      manifest["spec"][field] = true;
      ASSERT_TRUE(must_create(manifest));
      const std::string pause = field == std::string("hostPID") ? std::to_string(pause_pid("web")) : "1";
      for (const char* file : {"sys/kernel/core_pattern", "sysrq-trigger", "irq/default_smp_affinity"})
        EXPECT_FALSE(opens("/proc/" + pause + "/root/proc/" + file)) << file;
      if (!traces) {
        EXPECT_NE(exec("web", {"ls", "/proc/" + pause + "/root/"}).status, 0);
      }
      EXPECT_EQ(remove("web").status, 0);
    }
}

TEST_F(HostileContainerTest, ItsNullDeviceIsTheNullDeviceOrNone) {
  if (!can_run({need::busybox()})) return;
  const std::string secret = dir() + "/secret";
  std::ofstream(secret) << "of the caller\n";
  for (const char* there : {"ln -s /proc/self/fd/9 /dev/null", "ln -s /proc/thread-self/fd/9 /dev/null",
                            "mkfifo /dev/null", "echo mine > /dev/null", "mkdir /dev/null", "true"}) {
    SCOPED_TRACE(there);
    ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
    ASSERT_EQ(exec("web", {"/bin/busybox", "sh", "-c", std::string("rm -f /dev/null; busybox ") + there}).status, 0);
    Command command = podrun_command({"exec", "web", "--", "/bin/payload", "echo"});
    std::string line = "exec 9<>" + secret + "; exec";
    for (const std::string& word : command.argv) line += " '" + word + "'";
    command.argv = {"sh", "-c", line};
    command.limit = std::chrono::seconds(20);
    const Output output = run(command);
    EXPECT_NE(output.status, 0);
    EXPECT_EQ(output.out, "");
    EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
    EXPECT_THAT(output.err, HasSubstr("/dev/null"));
    EXPECT_EQ(exec("web", {"/bin/payload", "exit", "4"}, {"-i"}).status, 4) << "with a stdin of its own it needs none";
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(HostileContainerTest, ItsPasswdIsReadOnlyAsAFile) {
  if (!can_run({need::busybox()})) return;
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  for (const char* there :
       {"ln -s /proc/kmsg /etc/passwd", "mkfifo /etc/passwd", "ln -s /proc/1/root/etc/passwd /etc/passwd",
        "mkdir /etc/passwd", "ln -s /dev/zero /etc/passwd"}) {
    SCOPED_TRACE(there);
    ASSERT_EQ(exec("web", {"sh", "-c", std::string("rm -rf /etc/passwd; busybox ") + there}).status, 0);
    Command command = podrun_command({"exec", "web", "-u", "tester", "--", "/bin/payload", "exit", "0"});
    command.limit = std::chrono::seconds(20);
    const Output output = run(command);
    EXPECT_GT(output.status, 0);
    EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
  }
}

// PTRACE_TRACEME makes podrun the tracer, and the process stop.
TEST_F(HostileContainerTest, CannotHoldUpAnExecByBeingTraced) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  Command command = podrun_command({"exec", "web", "--", "/bin/payload", "trace-me", "5"});
  command.limit = std::chrono::seconds(10);
  EXPECT_EQ(run(command).status, 5);
}

}  // namespace
}  // namespace integration
