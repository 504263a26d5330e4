// What a manifest may give a container beyond what all have, as the container sees it: privileged, procMount, groups,
// sysctls, names.
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;
using testing::Not;

class PrivilegedTest : public PodrunTest {
 protected:
  static Json shell(const std::string& name, const Json& security) {
    Json made = container(name, {"/bin/payload", "sleep"});
    made["securityContext"] = security;
    return made;
  }
  Output sh(const std::string& script, const std::string& of = "main") const {
    return exec("web", {"/bin/busybox", "sh", "-c", script}, {"-c", of});
  }
};

// FUSE, which needs no capability to be opened and which no common container has.
constexpr const char* kOpen = "busybox mknod /dev/own c 10 229; exec 3< /dev/own && echo opened";

TEST_F(PrivilegedTest, HasTheDevicesOfTheMachineAndItsNeighbourHasNot) {
  if (!can_run({need::busybox()})) return;
  if (::access("/dev/fuse", F_OK) != 0) GTEST_SKIP() << "this machine has no /dev/fuse";
  Json manifest = pod("web", {shell("main", {{"privileged", true}}), shell("other", Json::object())});
  manifest["spec"]["hostUsers"] = true;
  ASSERT_TRUE(must_create(manifest));
  EXPECT_THAT(sh("exec 3< /dev/fuse && echo opened").out, HasSubstr("opened"));
  EXPECT_THAT(sh("busybox ls /dev", "other").out, Not(HasSubstr("fuse")));
  const Output other = sh(kOpen, "other");
  EXPECT_THAT(other.out, Not(HasSubstr("opened"))) << "a neighbour made a node of its own and got in";
  EXPECT_THAT(sh("echo x > /dev/null && echo good", "other").out, HasSubstr("good"));

  ASSERT_EQ(podrun({"restart", "web", "-t", "0"}).status, 0);
  EXPECT_THAT(sh("exec 3< /dev/fuse && echo opened").out, HasSubstr("opened")) << "the next attempt has them too";
  EXPECT_THAT(sh(kOpen, "other").out, Not(HasSubstr("opened")));
}

TEST_F(PrivilegedTest, HasInItsOwnUserNamespaceWhatThatOwns) {
  if (!can_run({need::busybox()})) return;
  ASSERT_TRUE(must_create(pod("web", {shell("main", {{"privileged", true}}), shell("other", Json::object())})));
  EXPECT_EQ(sh("busybox hostname changed").status, 0);
  EXPECT_NE(sh("busybox hostname changed", "other").status, 0);
  EXPECT_EQ(sh("busybox mount -t tmpfs none /mnt || busybox mkdir /mnt && busybox mount -t tmpfs none /mnt").status, 0);
  EXPECT_EQ(sh("echo 1 > /proc/sys/net/ipv4/ip_forward").status, 0) << "its own network";
  EXPECT_NE(sh("echo 1 > /proc/sys/net/ipv4/ip_forward", "other").status, 0);
  EXPECT_NE(sh(kOpen).status, 0) << "no device of the machine";
  EXPECT_NE(sh("echo 1 > /proc/sys/vm/drop_caches").status, 0) << "nothing of the whole machine's";
}

TEST_F(PrivilegedTest, UnmaskedShowsTheKernelsFiles) {
  if (!can_run({need::busybox()})) return;
  ASSERT_TRUE(must_create(pod("web", {shell("main", {{"procMount", "Unmasked"}}), shell("other", Json::object())})));
  const std::string mounts = "busybox grep -c ' /proc/' /proc/self/mountinfo";
  EXPECT_EQ(sh(mounts).out, "0\n");
  EXPECT_NE(sh(mounts, "other").out, "0\n");
}

TEST_F(PrivilegedTest, GroupsAreThoseAskedForAndThoseOfTheImageUnlessStrict) {
  if (!can_run({need::busybox()})) return;
  std::ofstream(rootfs() + "/etc/passwd", std::ios::app) << "seven:x:7:7::/:/bin/sh\n";
  std::ofstream(rootfs() + "/etc/group", std::ios::app) << "more:x:43:seven\n";
  for (const char* policy : {"Merge", "Strict"}) {
    Json manifest = pod("web", {shell("main", {{"runAsUser", 7}})});
    manifest["spec"]["securityContext"] = {{"supplementalGroups", {41, 42}}, {"supplementalGroupsPolicy", policy}};
    ASSERT_TRUE(must_create(manifest));
    const std::string groups = sh("busybox id -G").out;
    EXPECT_THAT(groups, HasSubstr(" 41 42")) << policy;
    EXPECT_EQ(groups.find("43") != std::string::npos, policy == std::string("Merge")) << groups;
    EXPECT_EQ(remove("web").status, 0);
  }
}

TEST_F(PrivilegedTest, SysctlsAreSetWhereTheyAreSafeOrAllowed) {
  if (!can_run({need::busybox()})) return;
  Json manifest = pod("web", {shell("main", Json::object())});
  manifest["spec"]["securityContext"]["sysctls"] = {
      {{"name", "net.ipv4.ip_unprivileged_port_start"}, {"value", "1000"}},
      {{"name", "kernel.shm_rmid_forced"}, {"value", "1"}}};
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(sh("busybox cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced").out,
            "1000\n1\n");
  EXPECT_EQ(remove("web").status, 0);

  manifest["spec"]["securityContext"]["sysctls"] = {{{"name", "net.ipv4.ip_forward"}, {"value", "1"}}};
  const Output refused = create(manifest);
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("--allowed-unsafe-sysctls"));
  ASSERT_TRUE(must_create(manifest, {"--network", "none", "--allowed-unsafe-sysctls", "kernel.sem,net.ipv4.*"}));
  EXPECT_EQ(sh("busybox cat /proc/sys/net/ipv4/ip_forward").out, "1\n");
}

TEST_F(PrivilegedTest, ASysctlThatTheKernelRefusesLeavesNothing) {
  remember_world();
  Json manifest = pod("web", {shell("main", Json::object())});
  manifest["spec"]["securityContext"]["sysctls"] = {{{"name", "net.ipv4.tcp_syncookies"}, {"value", "many"}}};
  const Output refused = create(manifest);
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, HasSubstr("set sysctl 'net.ipv4.tcp_syncookies' to 'many'"));
  manifest["spec"]["securityContext"]["sysctls"] = {{{"name", "net.ipv4.no_such"}, {"value", "1"}}};
  EXPECT_THAT(create(manifest, {"--network", "none", "--allowed-unsafe-sysctls", "net.ipv4.no_such"}).err,
              HasSubstr("set sysctl 'net.ipv4.no_such': this kernel has none of that name"));
  expect_world_unchanged();
}

TEST_F(PrivilegedTest, HasAFullNameAndNoNameserverButItsOwn) {
  if (!can_run({need::busybox()})) return;
  Json manifest = pod("web", {shell("main", Json::object())});
  manifest["spec"].update(
      {{"subdomain", "sub"}, {"dnsPolicy", "None"}, {"dnsConfig", {{"nameservers", {"192.0.2.1"}}}}});
  ASSERT_TRUE(must_create(manifest));
  EXPECT_THAT(sh("busybox cat /etc/hosts").out, HasSubstr("\tweb.sub.default.svc.cluster.local\tweb\n"));
  EXPECT_EQ(sh("busybox cat /etc/resolv.conf").out, "nameserver 192.0.2.1\n");
  EXPECT_EQ(sh("busybox hostname").out, "web\n");
  EXPECT_EQ(remove("web").status, 0);
  manifest["spec"]["setHostnameAsFQDN"] = true;
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(sh("busybox hostname").out, "web.sub.default.svc.cluster.local\n");
}

}  // namespace
}  // namespace integration
