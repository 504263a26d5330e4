// How a container ends: with its first process, whatever that and its children are up to.
#include <gmock/gmock.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;

class ContainerEndTest : public PodrunTest {
 protected:
  // Processes in this host whose command line has `word` in it.
  static int running(const std::string& word) {
    int count = 0;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      std::ifstream file(entry.path() / "cmdline");
      const std::string words((std::istreambuf_iterator<char>(file)), {});
      count += words.find(word) != std::string::npos && words.find("podrun") == std::string::npos ? 1 : 0;
    }
    return count;
  }
  bool must_create_busy(const Json& spec, const std::string& script) const {
    Json manifest = pod("web", {container("main", {"/bin/busybox", "sh", "-c", script}),
                                container("other", {"/bin/payload", "sleep"})});
    manifest["spec"].update(spec);
    return must_create(manifest);
  }
  bool main_ended() const {
    const Json shown = Json::parse(podrun({"get", "web", "-o", "json"}).out, nullptr, false);
    return shown.is_object() && shown["status"]["containerStatuses"][0]["state"].contains("terminated");
  }
};

TEST_F(ContainerEndTest, TakesItsProcessesAlongInASharedPidNamespace) {
  if (!can_run({need::busybox()})) return;
  for (const char* field : {"shareProcessNamespace", "hostPID"}) {
    ASSERT_TRUE(must_create_busy({{field, true}}, "busybox sleep 7771 & busybox setsid busybox sleep 7771 & sleep 1"));
    ASSERT_TRUE(eventually([&] { return running("7771") >= 2; })) << field;
    ASSERT_TRUE(eventually([&] { return main_ended(); })) << field;
    EXPECT_TRUE(eventually([&] { return running("7771") == 0; })) << field;
    EXPECT_EQ(exec("web", {"/bin/payload", "exit", "3"}, {"-c", "other"}).status, 3) << "the other goes on";
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(ContainerEndTest, TakesWhatWasExecutedInItAlong) {
  if (!can_run({need::busybox()})) return;
  ASSERT_TRUE(must_create_busy({{"shareProcessNamespace", true}}, "sleep 2"));
  const Output output = exec("web", {"/bin/busybox", "sleep", "7772"});
  EXPECT_EQ(output.status, 128 + 9) << output.err;
}

// A first process that makes the shim its tracer stops at each signal and at an exec: that is no end.
TEST_F(ContainerEndTest, IsNotSeenWhereItTracesItself) {
  for (const Json& spec : {Json::object(), Json{{"shareProcessNamespace", true}}}) {
    Json manifest = pod("web", {container("main", {"/bin/payload", "as-tracee", "/bin/payload", "flood-slowly"})});
    manifest["spec"].update(spec);
    ASSERT_TRUE(must_create(manifest));
    EXPECT_TRUE(eventually([&] { return logs("web", "main").find("line 20\n") != std::string::npos; }));
    EXPECT_EQ(phase("web"), "Running");
    EXPECT_EQ(exec("web", {"/bin/payload", "exit", "3"}).status, 3);
    EXPECT_EQ(remove("web").status, 0);
  }
}

// With CLONE_PARENT a container makes children of the shim's.
TEST_F(ContainerEndTest, IsNotSeenInAChildOfItsParent) {
  remember_world();
  Json manifest = pod("web", {container("main", {"/bin/payload", "siblings", "20"})});
  manifest["spec"]["shareProcessNamespace"] = true;
  ASSERT_TRUE(must_create(manifest));
  EXPECT_TRUE(eventually([&] { return logs("web", "main").find("siblings 20\n") != std::string::npos; }));
  EXPECT_EQ(phase("web"), "Running");
  const std::string shim = std::to_string(shim_pid("web"));
  EXPECT_TRUE(eventually([&] {
    std::ifstream file("/proc/" + shim + "/task/" + shim + "/children");
    int children = 0;
    for (int pid = 0; file >> pid;) ++children;
    return children == 2;
  })) << "pause and the container are the shim's, the others have been reaped";
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

// It starts containers at any time, so it keeps root's rights: nobody else may ask it for anything.
TEST_F(ContainerEndTest, TheShimAnswersRootAlone) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "sleep"})})));
  const std::string path = "/run/podrun/pods/" + pod_id("web") + "/shim.sock";
  const auto connects = [&] {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    const int socket = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    const bool connected = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    ::close(socket);
    return connected;
  };
  EXPECT_TRUE(connects());
  const pid_t other = ::fork();
  if (other == 0) ::_exit(::setresuid(1000, 1000, 1000) != 0 || connects() ? 1 : 0);
  int status = 0;
  ::waitpid(other, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace integration
