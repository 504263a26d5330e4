// A pod comes into being: namespaces, names, ids, files, logs.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <regex>

#include "cni-invoker/tests/covers.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using cni::testing::covers;
using testing::HasSubstr;

const std::vector<std::string> kSleep{"/bin/payload", "sleep"};
constexpr const char* kKinds[] = {"user", "mnt", "uts", "ipc", "pid", "net", "cgroup"};

std::uint64_t namespace_of(const std::string& pid, const std::string& kind) {
  struct stat status {};
  return ::stat(("/proc/" + pid + "/ns/" + kind).c_str(), &status) == 0 ? status.st_ino : 0;
}

class CreateTest : public PodrunTest {
 protected:
  std::string report(const std::string& name, const std::string& container = "main") const {
    const Output output = exec(name, {"/bin/payload", "report"}, {"-c", container});
    EXPECT_EQ(output.status, 0) << output.err;
    return output.out;
  }
};

TEST_F(CreateTest, SaysWhatItMadeAndLeavesNothingAfterDelete) {
  covers("A12.01");
  remember_world();
  const Output output = create(pod("web", {container("main", kSleep)}));
  EXPECT_EQ(output.status, 0) << output.err;
  EXPECT_EQ(output.out, "pod/web created\n");
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0) << removed.err;
  EXPECT_THAT(removed.out, HasSubstr("web"));
  expect_world_unchanged();
}

TEST_F(CreateTest, GivesThePodSevenNamespacesOfItsOwn) {
  ASSERT_TRUE(must_create(pod("web", {container("main", kSleep)})));
  const Json record = inspect("web");
  const std::string pause = std::to_string(pause_pid("web"));
  for (const char* kind : kKinds) {
    EXPECT_NE(namespace_of(pause, kind), namespace_of("self", kind)) << kind;
    EXPECT_EQ(namespace_of(pause, kind), record.at("life").at("namespaces").at(kind).get<std::uint64_t>()) << kind;
  }
}

TEST_F(CreateTest, JoinsContainersToThePodsNamespacesButMountPidAndCgroup) {
  ASSERT_TRUE(must_create(pod("web", {container("main", kSleep)})));
  const std::string pause = std::to_string(pause_pid("web"));
  const std::string main = std::to_string(container_pid("web", "main"));
  for (const char* kind : {"user", "uts", "ipc", "net"})
    EXPECT_EQ(namespace_of(main, kind), namespace_of(pause, kind)) << kind;
  for (const char* kind : {"mnt", "pid", "cgroup"}) {
    EXPECT_NE(namespace_of(main, kind), namespace_of(pause, kind)) << kind;
    EXPECT_NE(namespace_of(main, kind), namespace_of("self", kind)) << kind;
  }
}

TEST_F(CreateTest, SharesThePidNamespaceWhenAsked) {
  Json shared = pod("web", {container("main", kSleep)});
  shared["spec"]["shareProcessNamespace"] = true;
  ASSERT_TRUE(must_create(shared));
  EXPECT_EQ(namespace_of(std::to_string(pause_pid("web")), "pid"),
            namespace_of(std::to_string(container_pid("web", "main")), "pid"));
}

TEST_F(CreateTest, UsesTheHostsNetworkPidsAndIpcWhenAsked) {
  Json host = pod("web", {container("main", kSleep)});
  for (const char* field : {"hostNetwork", "hostPID", "hostIPC"}) host["spec"][field] = true;
  ASSERT_TRUE(must_create(host));
  const std::string main = std::to_string(container_pid("web", "main"));
  for (const char* kind : {"user", "pid", "net", "ipc"})
    EXPECT_EQ(namespace_of(main, kind), namespace_of("self", kind)) << kind;
  for (const char* kind : {"mnt", "uts", "cgroup"})
    EXPECT_NE(namespace_of(main, kind), namespace_of("self", kind)) << kind;
}

TEST_F(CreateTest, LetsContainersReachEachOtherOnLocalhost) {
  ASSERT_TRUE(must_create(pod("web", {container("server", {"/bin/payload", "serve", "8080"}),
                                      container("client", {"/bin/payload", "ask", "127.0.0.1", "8080"})})));
  EXPECT_TRUE(eventually([&] { return logs("web", "client") == "hello from web\n"; })) << logs("web", "client");
}

TEST_F(CreateTest, ShowsThePinnedNamespaceToIpNetns) {
  covers("A12.01");
  ASSERT_TRUE(must_create(pod("web", {container("main", kSleep)})));
  EXPECT_THAT(run({"ip", "netns"}).out, HasSubstr("web"));
  const Output inside = run({"ip", "netns", "exec", "web", "ip", "-o", "link", "show", "lo"});
  EXPECT_THAT(inside.out, HasSubstr("LOOPBACK,UP"));
}

TEST_F(CreateTest, NamesTheHostInsideAndWritesItsFiles) {
  Json manifest = pod("web", {container("main", kSleep)});
  manifest["spec"]["hostname"] = "inside";
  manifest["spec"]["hostAliases"] = {{{"ip", "192.0.2.7"}, {"hostnames", {"seven", "sept"}}}};
  manifest["spec"]["dnsConfig"] = {{"nameservers", {"192.0.2.53"}}, {"searches", {"example.org"}}};
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(value_of(report("web"), "hostname"), "inside");
  const auto file = [&](const char* path) { return exec("web", {"cat", path}).out; };
  if (!can_run({need::busybox()})) return;
  EXPECT_THAT(file("/etc/hosts"),
              testing::AllOf(HasSubstr("127.0.0.1"), HasSubstr("localhost"), HasSubstr("192.0.2.7")));
  EXPECT_THAT(file("/etc/hosts"), testing::ContainsRegex("192.0.2.7[ \t]+seven[ \t]+sept"));
  EXPECT_EQ(file("/etc/hostname"), "inside\n");
  EXPECT_THAT(file("/etc/resolv.conf"),
              testing::AllOf(HasSubstr("nameserver 192.0.2.53"), HasSubstr("search example.org")));
}

TEST_F(CreateTest, GivesEachPodAnIdRangeThatNoOtherHas) {
  std::vector<std::uint32_t> bases;
  for (const char* name : {"a", "b", "c"}) {
    ASSERT_TRUE(must_create(pod(name, {container("main", kSleep)})));
    bases.push_back(id_base(name));
  }
  std::sort(bases.begin(), bases.end());
  EXPECT_GE(bases[1] - bases[0], 65536U);
  EXPECT_GE(bases[2] - bases[1], 65536U);
  const std::string pause = std::to_string(pause_pid("a"));
  std::ifstream map("/proc/" + pause + "/uid_map");
  std::uint32_t inside = 1, outside = 0, count = 0;
  map >> inside >> outside >> count;
  EXPECT_EQ(inside, 0U);
  EXPECT_EQ(outside, id_base("a"));
  EXPECT_EQ(count, 65536U);
}

TEST_F(CreateTest, WritesLogsInTheCriFormat) {
  ASSERT_TRUE(must_create(pod("web", {container("main", {"/bin/payload", "say-two"})})));
  const std::string path = log_path("web", "main");
  std::string text;
  EXPECT_TRUE(eventually([&] {
    std::ifstream file(path);
    text = std::string(std::istreambuf_iterator<char>(file), {});
    return lines_of(text).size() == 2;
  })) << text;
  const std::string time = R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(Z|[+-]\d\d:\d\d))";
  EXPECT_TRUE(std::regex_search(text, std::regex(time + " stdout F to stdout\n"))) << text;
  EXPECT_TRUE(std::regex_search(text, std::regex(time + " stderr [FP] to stderr\n"))) << text;
}

TEST_F(CreateTest, KeepsTheRootFilesystemItWasGivenAsItIs) {
  if (!can_run({need::busybox()})) return;
  ASSERT_TRUE(
      must_create(pod("web", {container("main", {"sh", "-c", "echo changed > /etc/passwd; touch /new; sleep 1000"})})));
  EXPECT_TRUE(eventually([&] { return exec("web", {"cat", "/etc/passwd"}).out == "changed\n"; }));
  EXPECT_THAT(run({"cat", rootfs() + "/etc/passwd"}).out, HasSubstr("tester"));
  EXPECT_NE(run({"ls", rootfs() + "/new"}).status, 0);
  EXPECT_EQ(run({"stat", "-c", "%u", rootfs() + "/etc/passwd"}).out, "0\n");
}

TEST_F(CreateTest, ShowsNothingOfAPodInTheHostsMountTable) {
  remember_world();
  ASSERT_TRUE(must_create(pod("web", {container("main", kSleep)})));
  for (const std::string& change : difference(before_, look_at_world(scope())))
    if (change.starts_with("left: mount")) {
      EXPECT_THAT(change, HasSubstr("/run/netns/web"));
    }
}

}  // namespace
}  // namespace integration
