// Whole applications, as README.md shows them: specs/examples/ is laid out for a reader, whose commands are run as
// written.
#include <sys/mount.h>

#include <filesystem>
#include <fstream>

#include "integration/session.h"

namespace integration {
namespace {

constexpr const char* kReadme =
#include "readme.h"
    ;
constexpr const char* kWeb =
#include "web_example.h"
    ;
constexpr const char* kPostgres =
#include "postgres_example.h"
    ;
constexpr const char* kRedis =
#include "redis_example.h"
    ;
constexpr const char* kDualStack =
#include "dual_stack_example.h"
    ;
constexpr const char* kDualStackNetwork =
#include "dual_stack_network.h"
    ;
constexpr const char* kDeployment =
#include "deployment_example.h"
    ;

// The build makes it by scripts/debian-image.sh of EXAMPLE_PACKAGES, where mmdebstrap and a mirror can be had.
std::string databases() { return tests_dir() + "/databases.tar"; }

Unmet databases_image() {
  std::error_code error;
  if (std::filesystem::file_size(databases(), error) > 0 && !error) return {};
  return "needs '" + databases() + "', which the build makes where mmdebstrap and a mirror of Debian are";
}

class ExamplesTest : public SessionTest {
 protected:
  void SetUp() override {
    SessionTest::SetUp();
    if (IsSkipped() || HasFatalFailure() || !can_run({need::default_network()})) return;
    std::filesystem::create_directories(rootfs() + "/www");
    std::ofstream(rootfs() + "/www/index.html") << "Hello from a pod\n";
  }

  void TearDown() override {
    if (!dir().empty()) static_cast<void>(::umount2(data_dir().c_str(), MNT_DETACH));
    SessionTest::TearDown();
  }

  // Where that can map ids: thousands of files take a disk half a minute to write, and to take away. With the directory
  // that the first claim makes and that stays.
  void keep_data_in_memory() const {
    if (!need::kernel(6, 3)) {
      ASSERT_EQ(::mount("tmpfs", data_dir().c_str(), "tmpfs", 0, "mode=0700"), 0);
    }
    ASSERT_EQ(run({"mkdir", "-m", "0700", data_dir() + "/volumes"}).status, 0);
  }

  void expect_runs_as_written(const std::string& heading) {
    const std::vector<Line> lines = session_of(kReadme, heading);
    ASSERT_GE(lines.size(), 4U) << "README.md has no session below '" << heading << "'";
    for (const Line& line : lines) expect_says(line);
    expect_world_unchanged();
  }
};

TEST_F(ExamplesTest, AWebApplicationWithASidecarAnInitContainerAndAConfigMap) {
  lay_out("specs/examples/web.yaml", kWeb);
  remember_world({});
  expect_runs_as_written("A web application");
}

TEST_F(ExamplesTest, DatabasesFromDebiansPackages) {
  if (!can_run({databases_image()})) return;
  keep_data_in_memory();
  lay_out("specs/examples/postgres.yaml", kPostgres);
  lay_out("specs/examples/redis.yaml", kRedis);
  lay_out("scripts/debian-image.sh",
          std::string("#!/bin/sh\n[ \"$*\" = '" EXAMPLE_PACKAGES "' ] && exec cat '") + databases() + "'\n");
  remember_world({});
  expect_runs_as_written("Databases");
}

// host-local goes on with the next address, and a reader has the first.
void begin_with_the_first_address() {
  std::ofstream("/var/lib/cni/networks/dual/last_reserved_ip.0") << "10.203.0.1";
  std::ofstream("/var/lib/cni/networks/dual/last_reserved_ip.1") << "fd00:203::1";
}

TEST_F(ExamplesTest, ADualStackPod) {
  lay_out("specs/examples/dual-stack/pod.yaml", kDualStack);
  lay_out("specs/examples/dual-stack/net.d/10-dual.conflist", kDualStackNetwork);
  remember_world({"--cni-conf-dir", dir() + "/specs/examples/dual-stack/net.d"});
  begin_with_the_first_address();
  expect_runs_as_written("Two families of addresses");
}

TEST_F(ExamplesTest, ADeploymentOfSomebodyElses) {
  lay_out("specs/examples/deployment.yaml", kDeployment);
  remember_world({});
  expect_runs_as_written("A file that was written for a cluster");
}

}  // namespace
}  // namespace integration
