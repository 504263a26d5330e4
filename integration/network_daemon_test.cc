// Daemons that plugins leave: those of a network (dnsname's dnsmasq is one) outlive the pod whose ADD started them, and
// what belongs to a pod ends with it.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "cni-invoker/tests/covers.h"
#include "integration/running.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using cni::testing::covers;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kDaemon = "busybox httpd -f -p 127.0.0.1:8953 -h $state/www";

class NetworkDaemonTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    for (const std::string& made : {plugins(), state(), state() + "/www", state() + "/pods"})
      ASSERT_EQ(::mkdir(made.c_str(), 0755), 0);
    std::ofstream(state() + "/www/index.html") << "hello\n";
    std::ofstream(cni_conf_dir() + "/net.conflist")
        << R"({"cniVersion":"1.0.0","name":"net","plugins":[{"type":"keeps"}]})";
    configure(":", ":");
    remember_world({"--network", "net"});
  }
  void TearDown() override {
    if (const pid_t pid = daemon(); pid > 0) ::kill(pid, SIGKILL);
    PodrunTest::TearDown();
  }

  std::string plugins() const override { return dir() + "/plugins"; }
  std::string state() const { return dir() + "/state"; }

  // A plugin that knows which pods its network has, so that its DEL can tell the last of them.
  void configure(const std::string& add, const std::string& del) const {
    const std::string path = plugins() + "/keeps";
    std::ofstream(path + ".new") << "#!/bin/sh\nexport PATH=/usr/sbin:/usr/bin:/sbin:/bin\nstate=" << state()
                                 << "\ncase $CNI_COMMAND in\nADD)\n  touch $state/pods/$CNI_CONTAINERID\n"
                                 << add << "\n  echo '{\"cniVersion\":\"1.0.0\"}';;\nDEL)\n"
                                 << "  rm -f $state/pods/$CNI_CONTAINERID\n"
                                 << del << "\n  ;;\nesac\n";
    ::chmod((path + ".new").c_str(), 0755);
    std::filesystem::rename(path + ".new", path);
  }
  static std::string unless_it_runs(const std::string& start) {
    return "  kill -0 $(cat $state/pid) 2>/dev/null || { " + start + "\n }";
  }
  static std::string end_with_the_last_pod() {
    return "  [ -n \"$(ls $state/pods)\" ] || { kill $(cat $state/pid); "
           "while kill -0 $(cat $state/pid) 2>/dev/null; do sleep 0.01; done; }";
  }

  static Json sleeper(const std::string& name) { return pod(name, {container("main", {"/bin/payload", "sleep"})}); }
  bool attach(const std::string& name) const { return must_create(sleeper(name), {"--network", "net"}); }
  pid_t daemon() const {
    const std::string text = base::read_file(state() + "/pid").value_or("");
    return text.empty() ? -1 : std::stoi(text);
  }
  std::string cgroups_of(pid_t pid) const {
    return base::read_file("/proc/" + std::to_string(pid) + "/cgroup").value_or("");
  }
  // Once it has begun to listen.
  static bool serves() {
    return eventually([] {
      return run({"busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:8953/"}).out == "hello\n";
    });
  }
  static bool is_gone(pid_t pid) {
    return eventually([pid] { return ::kill(pid, 0) != 0; });
  }
  // Less than the patience for a plugin that is under way.
  void expect_quick_delete(const std::string& name) const {
    const auto begun = std::chrono::steady_clock::now();
    const Output output = remove(name);
    EXPECT_EQ(output.status, 0) << output.err;
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  }
};

struct Start {
  const char* name;
  std::string script;
};
void PrintTo(const Start& start, std::ostream* out) { *out << start.name; }

class StartedTest : public NetworkDaemonTest, public testing::WithParamInterface<Start> {};

INSTANTIATE_TEST_SUITE_P(
    By, StartedTest,
    testing::Values(Start{"setsid",
                          std::string("setsid ") + kDaemon + " </dev/null >/dev/null 2>&1 & echo $! > $state/pid"},
                    Start{"keeping_its_streams", std::string("setsid ") + kDaemon + " & echo $! > $state/pid"},
                    Start{"itself",
                          "busybox httpd -p 127.0.0.1:8953 -h $state/www; "
                          "for p in /proc/[0-9]*; do tr '\\0' ' ' < $p/cmdline | grep -q '^busybox httpd' && "
                          "basename $p > $state/pid; done"}),
    testing::PrintToStringParamName());

TEST_P(StartedTest, ItServesTheOtherPodsWhenTheFirstIsDeleted) {
  covers("R.7");
  configure(unless_it_runs(GetParam().script), end_with_the_last_pod());
  ASSERT_TRUE(attach("first"));
  ASSERT_TRUE(serves());
  const pid_t pid = daemon();
  ASSERT_TRUE(attach("second"));
  EXPECT_EQ(daemon(), pid) << "a second one was started";
  expect_quick_delete("first");
  EXPECT_TRUE(serves());
  EXPECT_THAT(cgroups_of(pid), HasSubstr("/podrun-networks"));
  // And for pods that come later.
  ASSERT_TRUE(attach("third"));
  EXPECT_EQ(daemon(), pid);
  expect_quick_delete("second");
  EXPECT_TRUE(serves());
  expect_quick_delete("third");
  EXPECT_TRUE(is_gone(pid));
  expect_world_unchanged();
}

TEST_F(NetworkDaemonTest, WhatHasNoSessionOfItsOwnEndsWithItsPod) {
  covers("R.7");
  configure("  (sleep 1000 </dev/null >/dev/null 2>&1 & echo $! > $state/pid)", ":");
  ASSERT_TRUE(attach("first"));
  const pid_t pid = daemon();
  EXPECT_EQ(::kill(pid, 0), 0) << "it ended with its plugin";
  expect_quick_delete("first");
  EXPECT_TRUE(is_gone(pid));
  expect_world_unchanged();
}

// Others may use it by now: it is its plugin's to end, whatever became of the ADD.
TEST_F(NetworkDaemonTest, OneThatAFailedAddLeftIsItsPluginsToEnd) {
  covers("R.7");
  const std::string start = "setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $! > $state/pid; sleep 0.1; exit 1";
  configure(start, end_with_the_last_pod());
  EXPECT_NE(create(sleeper("first"), {"--network", "net"}).status, 0);
  EXPECT_TRUE(is_gone(daemon()));
  expect_world_unchanged();
  configure(start, ":");
  EXPECT_NE(create(sleeper("first"), {"--network", "net"}).status, 0);
  EXPECT_EQ(::kill(daemon(), 0), 0);
  EXPECT_THAT(cgroups_of(daemon()), HasSubstr("/podrun-networks"));
  // The next way down takes the cgroup, once it is empty.
  ::kill(daemon(), SIGKILL);
  EXPECT_TRUE(is_gone(daemon()));
  configure(":", ":");
  ASSERT_TRUE(attach("second"));
  expect_quick_delete("second");
  expect_world_unchanged();
}

TEST_F(NetworkDaemonTest, TheSameHoldsForWhatADelLeaves) {
  covers("R.7");
  configure(":",
            "setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $! > $state/pid\n"
            "sleep 1000 </dev/null >/dev/null 2>&1 & echo $! > $state/other; sleep 0.1");
  ASSERT_TRUE(attach("first"));
  expect_quick_delete("first");
  EXPECT_EQ(::kill(daemon(), 0), 0);
  EXPECT_TRUE(is_gone(std::stoi(base::read_file(state() + "/other").value_or("0"))));
}

TEST_F(NetworkDaemonTest, ItOutlivesAPodWhoseCreateWasKilled) {
  covers("R.7 A12.03");
  configure(
      "setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $! > $state/pid\n"
      "sleep 1000 </dev/null >/dev/null 2>&1 & echo $! > $state/other; sleep 0.1; touch $state/begun; sleep 1000",
      ":");
  Running killed(create_command(sleeper("first"), {"--network", "net"}));
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(state() + "/begun"); }, 30s));
  killed.signal(SIGKILL);
  ASSERT_TRUE(eventually([&] { return killed.ended(); }));
  const Output recovered = podrun({"recover"});
  EXPECT_EQ(recovered.status, 0) << recovered.err;
  EXPECT_EQ(::kill(daemon(), 0), 0);
  EXPECT_TRUE(is_gone(std::stoi(base::read_file(state() + "/other").value_or("0"))));
}

}  // namespace
}  // namespace integration
