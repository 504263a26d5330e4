// Whatever is done in a host of the kit's, the machine is as it was. (The machine is the host that the tests run in.)
#include "kit/src/host/own_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "cni/base/files.h"
#include "kit/src/world/world.h"
#include "private_host.h"
#include "tests_host.h"

namespace cni::kit {
namespace {

using cni::testing::shell;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class OwnHostTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    before_ = machine();
  }
  static World machine() {
    return look_at_world({{{"", "/proc/self/ns/net"}}, {"/run", "/var/lib/cni", "/etc/cni"}, {}, &own_host->layers});
  }
  static std::string in_host(const std::function<std::string(const OwnHost&)>& work) {
    const auto text = in_own_host(work);
    return text ? *text : text.error().what;
  }
  static std::string in_host(const std::string& script) {
    return in_host([&](const OwnHost&) { return shell("{ " + script + "\n}"); });
  }
  // Its processes end a moment after it.
  void expect_machine_as_before() const {
    std::vector<std::string> changes;
    for (int tries = 0; tries < 200 && (tries == 0 || !changes.empty()); ++tries) {
      changes = difference(before_, machine());
      if (!changes.empty()) ::usleep(20'000);
    }
    EXPECT_THAT(changes, IsEmpty());
  }

  World before_;
};

TEST_F(OwnHostTest, IsEmptyButForLo) {
  EXPECT_EQ(in_host("ls /run /etc/cni /var/lib/cni; ip -o link | cut -d' ' -f2; nft list ruleset"),
            "/etc/cni:\n\n/run:\nlock\nnetns\n\n/var/lib/cni:\nlo:\n");
  EXPECT_EQ(in_host("ls /sys/class/net; ip -o addr | wc -l"), "lo\n2\n");
  EXPECT_THAT(in_host("ls /proc | grep -c '^[0-9]'"), ::testing::MatchesRegex("[2-9]\n"));
}

TEST_F(OwnHostTest, HasTheMachinesProgramsAndFiles) {
  EXPECT_EQ(in_host("cat /etc/debian_version"), shell("cat /etc/debian_version"));
  EXPECT_EQ(in_host("nft --version"), shell("nft --version"));
}

TEST_F(OwnHostTest, KeepsFilesLinksRulesAndMountsFromTheMachine) {
  std::ofstream("/etc/machine-file") << "as it was";
  before_ = machine();
  const std::string said = in_host(R"(
      echo spoilt > /etc/machine-file; rm -rf /etc/cni /etc/hosts; mkdir -p /etc/cni/net.d /opt/cni/bin
      touch /etc/cni/net.d/x /var/lib/cni/x /opt/cni/bin/x /var/tmp/x /tmp/x /run/x /root/x
      ip link add left0 type bridge; ip link set lo down; ip route add blackhole 10.0.0.0/8; ip rule add table 7
      nft add table ip left; iptables -t nat -A POSTROUTING -j MASQUERADE; ip netns add left
      mount -t tmpfs left /opt; umount -a; hostname spoilt
      cat /etc/machine-file; hostname)");
  EXPECT_THAT(said, HasSubstr("spoilt\nspoilt\n"));
  EXPECT_EQ(shell("cat /etc/machine-file; test -e /opt/cni/bin/x || echo nothing"), "as it wasnothing\n");
  EXPECT_THAT(shell("hostname"), Not(HasSubstr("spoilt")));
  expect_machine_as_before();
  ::unlink("/etc/machine-file");
}

TEST_F(OwnHostTest, SetsOnlyWhatIsOfItsNetwork) {
  const std::string panic = shell("cat /proc/sys/kernel/panic");
  EXPECT_EQ(in_host("echo 4711 > /proc/sys/kernel/panic || echo refused;"
                    "echo 1 > /proc/sys/net/ipv4/ip_forward && cat /proc/sys/net/ipv4/ip_forward"),
            "sh: 1: cannot create /proc/sys/kernel/panic: Read-only file system\nrefused\n1\n");
  EXPECT_EQ(shell("cat /proc/sys/kernel/panic"), panic);
  EXPECT_THAT(in_host("echo b > /proc/sysrq-trigger || echo refused"), HasSubstr("refused"));
  EXPECT_THAT(in_host("echo 1 > /sys/module/printk/parameters/time || echo refused"), HasSubstr("refused"));
  EXPECT_EQ(in_host("ip link add v0 type veth && echo 4711 > /sys/class/net/v0/tx_queue_len &&"
                    "cat /sys/class/net/v0/tx_queue_len"),
            "4711\n");
  EXPECT_THAT(in_host("date -s 2001-01-01 > /dev/null || echo refused"), HasSubstr("refused"));
  EXPECT_THAT(in_host("mknod /tmp/disk b 8 0 || echo refused"), HasSubstr("refused"));
  expect_machine_as_before();
}

TEST_F(OwnHostTest, EndsWithEverythingThatWasStartedInIt) {
  EXPECT_EQ(in_host("for i in 1 2 3; do (setsid sleep 4711 > /dev/null 2>&1 &); done; echo started"), "started\n");
  expect_machine_as_before();
}

TEST_F(OwnHostTest, EndsWhenAllOfItAreKilled) {
  EXPECT_EQ(in_host("kill -KILL -1"), "its host was ended");
  expect_machine_as_before();
}

TEST_F(OwnHostTest, TakesNoMoreMemoryThanItIsGiven) {
  EXPECT_THAT(in_host("dd if=/dev/zero of=/var/tmp/big bs=1M count=100; dd if=/dev/zero of=/run/big bs=1M count=100;"
                      "du -sm --total /var/tmp/big /run/big | tail -1 | cut -f1; echo alive"),
              ::testing::AllOf(HasSubstr("No space left on device"), HasSubstr("alive"),
                               ::testing::ContainsRegex("\n6[0-9]\nalive\n")));
  expect_machine_as_before();
}

TEST_F(OwnHostTest, KnowsWhatWasWrittenOnTheMachinesFilesystems) {
  const auto told = in_host([](const OwnHost& host) {
    const auto look = [&] { return look_at_world({{}, {}, {}, &host.layers}); };
    const World first = look();
    shell(
        "mkdir -p /opt/new/dir; echo x > /opt/new/dir/file; echo '# x' >> /etc/hosts; rm /etc/debian_version;"
        "echo x > /var/tmp/x; rm /var/tmp/x; echo x > /var/log/kit.log");
    const World second = look();
    shell("echo x >> /var/log/kit.log");
    std::string text;
    for (const std::string& line : difference(first, second)) text += line + "\n";
    const World third = look();
    for (const std::string& line : difference(second, third)) text += "again " + line + "\n";
    shell("echo y > /var/log/kit.log");
    for (const std::string& line : difference(third, look())) text += "rewritten " + line + "\n";
    return text;
  });
  EXPECT_THAT(told, HasSubstr("left: directory /opt/new/dir mode 0755\n"));
  EXPECT_THAT(told, HasSubstr("left: file /opt/new/dir/file bytes 2 content "));
  EXPECT_THAT(told, HasSubstr("left: file /etc/hosts "));
  EXPECT_THAT(told, HasSubstr("left: removal of /etc/debian_version\n"));
  EXPECT_THAT(told, HasSubstr("left: file /var/log/kit.log lines 1 mode 0644\n"));
  EXPECT_THAT(told, HasSubstr("rewritten changed: file /var/log/kit.log lines 2 -> 1\n"));
  EXPECT_THAT(told, Not(HasSubstr("/var/tmp")));
  EXPECT_THAT(told, Not(HasSubstr("directory /etc\n")));
  EXPECT_THAT(told, Not(HasSubstr("again")));
}

}  // namespace
}  // namespace cni::kit
