// `podrun wait`: until pods are as one wants them.
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>

#include "integration/test_host.h"
#include "integration/watcher.h"

namespace integration {
namespace {

using testing::HasSubstr;

class WaitTest : public PodrunTest {
 protected:
  static Json sleeping(const std::string& name, const std::string& label = "") {
    Json manifest = pod(name, {container("main", {"/bin/payload", "sleep"})});
    if (!label.empty()) manifest["metadata"]["labels"]["app"] = label;
    return manifest;
  }
  Output wait(std::vector<std::string> args) const {
    args.insert(args.begin(), "wait");
    return podrun(args);
  }
  Watcher waiter(std::vector<std::string> args) const {
    args.insert(args.begin(), "wait");
    return {podrun_command(args), dir()};
  }
  void kill_container(const std::string& name, const std::string& container) const {
    ASSERT_EQ(::kill(container_pid(name, container), SIGKILL), 0);
  }
};

TEST_F(WaitTest, SaysAtOnceWhatIsSoAlready) {
  ASSERT_TRUE(must_create(sleeping("web")));
  for (const char* awaited : {"condition=Ready", "condition=ContainersReady=True", "condition=Initialized", "create",
                              "jsonpath={.status.phase}=Running"}) {
    const Output met = wait({"web", "--for", awaited, "--timeout=0"});
    EXPECT_EQ(met.out, "pod/web condition met\n") << awaited << met.err;
    EXPECT_EQ(met.status, 0);
  }
  EXPECT_EQ(wait({"pod/web", "--for=condition=Ready", "-o", "name"}).out, "pod/web\n");
  Json manifest = sleeping("web");
  manifest["spec"]["containers"][0]["image"] = "rootfs:" + rootfs();
  EXPECT_EQ(podrun({"wait", "-f", "-", "--for=condition=Ready"}, manifest.dump()).out, "pod/web condition met\n");
}

TEST_F(WaitTest, ForAPodToComeAndToGo) {
  Watcher create = waiter({"web", "db", "--for=create"});
  ASSERT_TRUE(must_create(sleeping("web")));
  EXPECT_TRUE(create.sees("pod/web condition met\n"));
  ASSERT_TRUE(must_create(sleeping("db")));
  EXPECT_EQ(create.output().out, "pod/web condition met\npod/db condition met\n");

  Watcher gone_too = waiter({"--all", "--for=delete", "--timeout=-1s"});
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_TRUE(gone_too.sees("pod/web condition met\n"));
  EXPECT_EQ(remove("db").status, 0);
  EXPECT_EQ(gone_too.output().out, "pod/web condition met\npod/db condition met\n");
  EXPECT_EQ(wait({"web", "--for=delete"}).status, 0) << "it is gone already";
}

TEST_F(WaitTest, ForTheExitOfContainers) {
  ASSERT_TRUE(must_create(
      pod("web", {container("main", {"/bin/payload", "sleep"}), container("side", {"/bin/payload", "exit", "3"})})));
  EXPECT_EQ(wait({"web", "-c", "side", "--for=exit"}).out, "3\n");
  Watcher waiter = this->waiter({"web", "--for=exit"});
  EXPECT_EQ(waiter.seen(), "") << "one is running";
  kill_container("web", "main");
  const Output ended = waiter.output();
  EXPECT_EQ(ended.out, "137\n3\n");
  EXPECT_EQ(ended.status, 0) << ended.err;
}

TEST_F(WaitTest, ForWhatItsStatusComesTo) {
  ASSERT_TRUE(must_create(sleeping("web")));
  Watcher phase = waiter({"web", "--for=jsonpath={.status.phase}=Failed"});
  Watcher ready = waiter({"web", "--for=condition=Ready=False"});
  kill_container("web", "main");
  EXPECT_EQ(phase.output().out, "pod/web condition met\n");
  EXPECT_EQ(ready.output().out, "pod/web condition met\n");
}

// Nothing is left that could write a file.
TEST_F(WaitTest, SeesASandboxDie) {
  ASSERT_TRUE(must_create(sleeping("web")));
  Watcher waiter = this->waiter({"web", "--for=jsonpath={.status.reason}=SandboxGone"});
  Watcher exit = this->waiter({"web", "--for=exit"});
  end_shim_and_pause("web");
  EXPECT_EQ(waiter.output().out, "pod/web condition met\n");
  kill_container("web", "main");
  EXPECT_EQ(exit.output().out, "137\n");
}

TEST_F(WaitTest, TellsWhatDidNotComeInTime) {
  ASSERT_TRUE(must_create(sleeping("db")));
  ASSERT_TRUE(must_create(sleeping("web")));
  for (const char* timeout : {"0", "200ms"}) {
    const auto start = std::chrono::steady_clock::now();
    const Output late = wait({"web", "db", "--for=delete", "--timeout", timeout});
    EXPECT_EQ(late.status, 1);
    EXPECT_EQ(late.out, "");
    EXPECT_EQ(late.err,
              "podrun: timed out waiting for the condition on pods/db\n"
              "podrun: timed out waiting for the condition on pods/web\n");
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10) * slow_factor());
  }
  EXPECT_EQ(wait({"nobody", "--for=create", "--timeout=0"}).status, 1);
}

TEST_F(WaitTest, TellsOfPodsThatAreNotThereAndGoesOnWithTheOthers) {
  ASSERT_TRUE(must_create(sleeping("web")));
  const Output output = wait({"nobody", "web", "--for=condition=Ready"});
  EXPECT_EQ(output.out, "pod/web condition met\n");
  EXPECT_EQ(output.err, "podrun: pod \"nobody\" not found in namespace \"default\"\n");
  EXPECT_EQ(output.status, 3);
  const Output gone = [&] {
    Watcher waiter = this->waiter({"web", "--for=exit"});
    kill_container("web", "main");
    return waiter.output();
  }();
  EXPECT_EQ(gone.out, "137\n");
}

TEST_F(WaitTest, ForThoseThatASelectorChooses) {
  ASSERT_TRUE(must_create(sleeping("web", "front")));
  ASSERT_TRUE(must_create(sleeping("db", "back")));
  EXPECT_EQ(wait({"-l", "app=front", "--for=condition=Ready"}).out, "pod/web condition met\n");
  EXPECT_EQ(wait({"--all", "--for=condition=Ready"}).out, "pod/db condition met\npod/web condition met\n");
  const Output none = wait({"-l", "app=middle", "--for=condition=Ready"});
  EXPECT_EQ(none.err, "podrun: wait: no matching pods found\n");
  EXPECT_EQ(none.status, 3);
  EXPECT_EQ(wait({"-l", "app=middle", "--for=delete"}).status, 0);
}

TEST_F(WaitTest, SleepsMeanwhileAndEndsBySignals) {
  ASSERT_TRUE(must_create(sleeping("web")));
  Watcher waiter = this->waiter({"web", "--for=exit"});
  const long before = waiter.switches();
  static_cast<void>(run({"sleep", "1"}));
  EXPECT_EQ(waiter.switches(), before) << "it waits, and does not look again and again";
  const Output interrupted = waiter.end(SIGTERM);
  EXPECT_EQ(interrupted.status, 128 + SIGTERM);
  EXPECT_EQ(interrupted.err, "podrun: wait: interrupted by SIGTERM\n");
}

TEST_F(WaitTest, WhatMakesNoSenseIsRefused) {
  ASSERT_TRUE(must_create(sleeping("web")));
  for (const auto& [args, why] : {std::pair{std::vector<std::string>{"web"}, "--for is required"},
                                  {{"web", "--for=Ready"}, "expected condition=NAME"},
                                  {{"--for=delete"}, "which pods?"},
                                  {{"web", "--all", "--for=delete"}, "do not go together"},
                                  {{"web", "--for=condition=Redy"}, "Initialized, Ready, ContainersReady"},
                                  {{"web", "--for=exit", "--timeout=soon"}, "no duration"},
                                  {{"web", "--for=delete", "-c", "main"}, "--container goes with"}}) {
    const Output output = wait(args);
    EXPECT_EQ(output.status, 2) << why;
    EXPECT_THAT(output.err, HasSubstr(why));
  }
}

}  // namespace
}  // namespace integration
