// A plugin may do what it likes: the run ends in time, says so, and the machine is as it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "cni/base/files.h"
#include "cni/kit.h"
#include "kit/src/world/world.h"
#include "tests_host.h"

namespace cni::kit {
namespace {

using ::testing::IsEmpty;

struct Evil {
  const char* name;
  const char* line;  // of shell, in ADD
};
void PrintTo(const Evil& evil, std::ostream* out) { *out << evil.name; }

class EvilPluginTest : public ::testing::TestWithParam<Evil> {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    ASSERT_EQ(::mkdir(kDir.c_str(), 0755), 0);
    std::ofstream(kDir + "/evil")
        << "#!/bin/sh\ncase $CNI_COMMAND in\n"
           "VERSION) echo '{\"cniVersion\": \"1.0.0\", \"supportedVersions\": [\"1.0.0\"]}';;\n"
           "ADD) "
        << GetParam().line << " ;;\nesac\n";
    ::chmod((kDir + "/evil").c_str(), 0755);
    std::ofstream(kDir + "/profile") << R"({"roles": {"evil": "interface"}})";
    before_ = machine();
  }
  void TearDown() override { static_cast<void>(base::remove_tree(kDir)); }

  static World machine() {
    return look_at_world({{{"", "/proc/self/ns/net"}}, {"/run", "/var/lib/cni", "/etc/cni"}, {}, &own_host->layers});
  }

  const std::string kDir = "/opt/kit-evil";
  World before_;
};

TEST_P(EvilPluginTest, HarmsNothing) {
  Options options;
  options.plugin_dirs = {kDir};
  options.helper = KIT_PLUGIN;
  options.profile = kDir + "/profile";
  options.only = {"K1", "K20", "P1"};  // which begin with an ADD
  options.limit = std::chrono::seconds(3);
  const auto begin = std::chrono::steady_clock::now();
  const auto subject = subject_of_plugin("evil", "{}", options);
  ASSERT_TRUE(subject) << subject.error().what;
  const auto report = run(*subject, options);
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
  EXPECT_EQ(report->results.size(), 3U);
  for (const CheckResult& result : report->results) EXPECT_NE(result.outcome, Outcome::passed) << result.check.id;
  std::vector<std::string> changes = difference(before_, machine());
  for (int tries = 0; tries < 200 && !changes.empty(); ++tries) {
    ::usleep(20'000);  // what was started in a host ends a moment after it
    changes = difference(before_, machine());
  }
  EXPECT_THAT(changes, IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(
    Of, EvilPluginTest,
    ::testing::Values(
        Evil{"KillsAll", "kill -KILL -1"},
        Evil{"KillsItsParentsGroup", "kill -KILL -$(cut -d ' ' -f 5 /proc/$PPID/stat); kill -KILL $PPID; exit 1"},
        Evil{"Writes100MB", "head -c 100M /dev/zero > /opt/big; head -c 100M /dev/zero; exit 1"},
        Evil{"Hangs", "sleep 1000"}, Evil{"HangsWithoutSignals", "trap '' TERM INT HUP; while :; do sleep 1000; done"},
        Evil{"LeavesDaemons", "setsid sleep 1000 & setsid sleep 1000 > /dev/null 2>&1 < /dev/null & exit 1"},
        Evil{"RemovesTheNetns", "umount -l $CNI_NETNS; rm -f $CNI_NETNS; exit 1"},
        Evil{"PrintsWithoutEnd", "exec cat /dev/zero"},
        Evil{"FillsTheDisk", "cat /dev/zero > /var/tmp/big; cat /dev/zero > /run/big; exit 1"},
        Evil{"RemovesAllFiles", "rm -rf /etc /var /home /root /opt 2> /dev/null; exit 1"},
        Evil{"Unmounts", "umount -a; umount -l /proc /sys /run /; exit 1"},
        Evil{"SetsTheNameAndTheRules", "hostname evil; iptables -P INPUT DROP; ip link set lo down; exit 1"}),
    [](const auto& evil) { return std::string(evil.param.name); });

}  // namespace
}  // namespace cni::kit
