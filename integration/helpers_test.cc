// podrun-shim and pause that are there, but cannot be run: podrun says which, and why.
#include <gmock/gmock.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class HelpersTest : public PodrunTest, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    fs::create_directory(bin());
    for (const char* program : {"podrun", "podrun-shim", "pause"})
      fs::copy_file(programs_dir() + "/" + program, bin() + "/" + program);
    remember_world();
  }
  std::string bin() const { return dir() + "/bin"; }
  std::string helper() const { return bin() + "/" + GetParam(); }
  // Nothing is left, and the message has both the program and the reason; also where one processor makes podrun ask
  // everything before the child says its word.
  void expect_refused(const std::string& reason) {
    Command command = create_command(pod("web", {container("main", {"/bin/payload", "sleep"})}));
    command.argv.at(0) = bin() + "/podrun";
    before_ = look_at_world(scope());
    expect_refused(command, reason);
    const std::string processor = std::to_string(::sched_getcpu());
    command.argv.insert(command.argv.begin(), {"taskset", "--cpu-list", processor});
    expect_refused(command, reason);
  }

 private:
  void expect_refused(const Command& command, const std::string& reason) {
    const Output output = run(command);
    EXPECT_NE(output.status, 0);
    EXPECT_THAT(output.err, AllOf(HasSubstr(GetParam()), HasSubstr(reason), Not(HasSubstr("the other side"))));
    EXPECT_EQ(lines_of(output.err).size(), 1U) << output.err;
    expect_world_unchanged();
  }
};

TEST_P(HelpersTest, WithoutTheExecuteBit) {
  ASSERT_EQ(::chmod(helper().c_str(), 0644), 0);
  expect_refused("ermission denied");
}

TEST_P(HelpersTest, ForAnotherProcessor) {
  {
    std::fstream file(helper(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(18);  // e_machine, elf(5)
    file.put('\x99');
  }
  expect_refused("xec format error");
}

TEST_P(HelpersTest, OnAFilesystemMountedNoexec) {
  ASSERT_EQ(::mount(helper().c_str(), helper().c_str(), nullptr, MS_BIND, nullptr), 0);
  ASSERT_EQ(::mount("none", helper().c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_NOEXEC, nullptr), 0);
  expect_refused("ermission denied");
  EXPECT_EQ(::umount2(helper().c_str(), MNT_DETACH), 0);
}

TEST_P(HelpersTest, Missing) {
  fs::remove(helper());
  expect_refused("neither in");
}

INSTANTIATE_TEST_SUITE_P(Each, HelpersTest, testing::Values("podrun-shim", "pause"),
                         [](const auto& name) { return std::string(name.param) == "pause" ? "Pause" : "Shim"; });

}  // namespace
}  // namespace integration
