// Pods in namespaces of the host's, on a host whose mounts are shared, as systemd leaves them: nothing that a pod
// mounts or unmounts may reach the host.
#include <gmock/gmock.h>

#include "base/files.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;
using testing::Not;

// What the host has mounted, peer groups included. A pinned network namespace comes and goes with its pod.
std::vector<std::string> host_mounts() {
  std::vector<std::string> mounts;
  for (const std::string& line : lines_of(base::read_file("/proc/self/mountinfo").value_or("")))
    if (line.find(" - nsfs ") == std::string::npos) mounts.push_back(line);
  return mounts;
}

class HostNamespacesTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    remember_world();
    mounts_ = host_mounts();
  }
  void expect_host_as_before() const {
    EXPECT_EQ(host_mounts(), mounts_);
    EXPECT_EQ(run({"unshare", "-U", "true"}).status, 0) << "the host can make no user namespace any more";
  }

  std::vector<std::string> mounts_;
};

// Every combination, and the pod that has none of the host's.
std::vector<std::vector<const char*>> combinations() {
  constexpr const char* kFields[] = {"hostUsers", "hostNetwork", "hostPID", "hostIPC"};
  std::vector<std::vector<const char*>> all;
  for (unsigned bits = 0; bits < 16; ++bits) {
    std::vector<const char*> chosen;
    for (unsigned field = 0; field < 4; ++field)
      if ((bits >> field & 1U) != 0) chosen.push_back(kFields[field]);
    all.push_back(chosen);
  }
  return all;
}

Json with_host(Json manifest, const std::vector<const char*>& fields) {
  for (const char* field : fields) manifest["spec"][field] = true;
  return manifest;
}

TEST_F(HostNamespacesTest, NothingIsMountedOnTheHost) {
  for (const auto& fields : combinations()) {
    SCOPED_TRACE(testing::PrintToString(fields));
    ASSERT_TRUE(must_create(with_host(pod("web", {container("main", {"/bin/payload", "sleep"})}), fields)));
    expect_host_as_before();
    EXPECT_EQ(exec("web", {"/bin/payload", "exit", "7"}).status, 7);
    EXPECT_EQ(remove("web").status, 0);
    expect_host_as_before();
  }
}

TEST_F(HostNamespacesTest, NorByACreateThatFails) {
  for (const auto& fields : combinations()) {
    SCOPED_TRACE(testing::PrintToString(fields));
    EXPECT_NE(create(with_host(pod("web", {container("main", {"/no/such/program"})}), fields)).status, 0);
    expect_host_as_before();
  }
  expect_world_unchanged();
}

TEST_F(HostNamespacesTest, NoMountOfAContainerHasAPeerOutside) {
  for (const auto& fields : combinations()) {
    SCOPED_TRACE(testing::PrintToString(fields));
    ASSERT_TRUE(must_create(with_host(pod("web", {container("main", {"/bin/payload", "sleep"})}), fields)));
    for (const pid_t pid : {pause_pid("web"), container_pid("web", "main")}) {
      const std::string mounts = base::read_file("/proc/" + std::to_string(pid) + "/mountinfo").value_or("");
      EXPECT_THAT(mounts, HasSubstr(" /proc "));
      for (const char* tie : {" shared:", " master:", " propagate_from:"}) EXPECT_THAT(mounts, Not(HasSubstr(tie)));
    }
    EXPECT_EQ(remove("web").status, 0);
  }
}

}  // namespace
}  // namespace integration
