// `podrun lab commands`: what it prints is typed on a machine that has nothing of the pod, and packets go there as they
// do to the pod.
#include <gmock/gmock.h>

#include <fstream>

#include "integration/plugin_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

class ByHandTest : public PluginTest {
 protected:
  void TearDown() override {
    static_cast<void>(podrun({"node", "delete", "hand"}));
    PluginTest::TearDown();
  }
  // In a fresh node: the lines, and then a server in what they have made.
  Output type(const std::string& lines) const {
    EXPECT_EQ(podrun({"node", "add", "hand"}).status, 0);
    const std::string script = dir() + "/lines";
    std::ofstream(script) << "set -e\n"
                          << lines << "ip netns exec web " << tests_dir()
                          << "/payload serve 8080 </dev/null >/dev/null 2>&1 &\n";
    return podrun({"node", "exec", "hand", "--", "sh", script});
  }
  // From the machine itself: a packet and its answer.
  void expect_arrives(const std::string& to) const {
    std::string told;
    EXPECT_TRUE(in_time([&] {
      const Output output = podrun({"--node", "hand", "explain", "host", to});
      told = output.out + output.err;
      return output.status == 0;
    })) << told;
  }
};

INSTANTIATE_TEST_SUITE_P(With, ByHandTest, testing::Values(debian_plugins()), testing::PrintToStringParamName());

TEST_P(ByHandTest, APodOnABridgeWithAPort) {
  if (!have({"bridge", "host-local", "portmap"}) || !can_run({need::program("nsenter"), need::program("sysctl")}))
    return;
  Json of_bridge = bridge(host_local({"10.210.0.0/24", "fd00:210::/64"}));
  of_bridge["ipMasq"] = true;
  configure({of_bridge, {{"type", "portmap"}, {"capabilities", {{"portMappings", true}}}}});
  Json main = container("main", {"/bin/payload", "serve", "8080"});
  main["ports"] = {{{"containerPort", 8080}, {"hostPort", 18080}}};
  Json web = pod("web", {main});
  web["spec"]["terminationGracePeriodSeconds"] = 1;
  ASSERT_TRUE(attach(web) && attach(sleeper("other")));
  const std::vector<std::string> ips = addresses("web");
  const Output printed = podrun({"lab", "commands", "web"});
  ASSERT_EQ(printed.status, 0) << printed.err;
  EXPECT_THAT(printed.out, HasSubstr("pause=$(unshare --user --net --mount --pid --ipc --uts "));
  EXPECT_THAT(printed.out, HasSubstr("-j MASQUERADE"));
  EXPECT_THAT(printed.out, HasSubstr("-j DNAT --to-destination " + ips.front() + ":8080"));
  EXPECT_THAT(printed.out, testing::Not(HasSubstr(addresses("other").front() + "/32")));
  delete_pods({"web", "other"});

  const Output typed = type(printed.out);
  ASSERT_EQ(typed.status, 0) << typed.err << printed.out;
  for (const std::string& ip : ips) {
    EXPECT_THAT(typed.out, HasSubstr(" " + ip + "/")) << "the last line looks at it from inside";
    expect_arrives(ip.find(':') == std::string::npos ? ip + ":8080" : "[" + ip + "]:8080");
  }
  const std::string machine = "10.210.0.1:18080";
  expect_arrives(machine);
  const Output traced = podrun({"--node", "hand", "trace", "host", machine, "--expect", "DNAT"});
  EXPECT_EQ(traced.status, 0) << traced.out << traced.err;
}

// Its users, and rules of nftables: those by which podrun keeps its own network from the machine's localhost, and
// others.
TEST_P(ByHandTest, APodOfTheDefaultNetwork) {
  const Unmet nft = need::program("nft");
  if (!can_run({need::default_network(), nft, need::program("nsenter"), need::program("sysctl")})) return;
  ASSERT_TRUE(must_create(sleeper("web"), {}) && must_create(sleeper("other"), {}));
  const std::string ip = pod_ips("web").at(0);
  ASSERT_EQ(run({"nft",
                 "add table inet own; add set inet own friends { type ipv4_addr; }; "
                 "add element inet own friends { 192.0.2.1, 192.0.2.2 }; add chain inet own to-web; "
                 "add chain inet own between { type filter hook forward priority 10; policy accept; }; "
                 "add rule inet own between ip daddr " +
                     ip +
                     " jump to-web; "
                     "add rule inet own to-web ip saddr @friends accept comment \"friends of web\""})
                .status,
            0);
  const std::string own = run({"nft", "-s", "list", "table", "inet", "own"}).out;
  ASSERT_EQ(run({"nft", "add rule inet own between ip daddr " + pod_ips("other").at(0) + " drop"}).status, 0);
  const std::string guard = run({"nft", "-s", "list", "table", "ip", "podrun"}).out;
  ASSERT_THAT(guard, HasSubstr("ip daddr 127.0.0.0/8 drop"));
  const std::string users = run({"cat", "/proc/" + std::to_string(container_pid("web", "main")) + "/uid_map"}).out;
  const Output printed = podrun({"lab", "commands", "web"});
  ASSERT_EQ(printed.status, 0) << printed.err;
  delete_pods({"web", "other"});
  run({"nft", "delete", "table", "inet", "own"});

  // Who is root in it may do as he likes with the network that is the sandbox's.
  const Output typed = type(printed.out +
                            "cat /proc/$pause/uid_map\nnft -s list table ip podrun\nnft -s list table inet own\n"
                            "nsenter --target=$pause --user --net ip link set dev eth0 alias mine\n");
  ASSERT_EQ(typed.status, 0) << typed.err << printed.out;
  EXPECT_THAT(typed.out, HasSubstr(users));
  EXPECT_THAT(typed.out, HasSubstr(guard));
  EXPECT_THAT(typed.out, HasSubstr(own));
  expect_arrives(ip + ":8080");
}

TEST_P(ByHandTest, APodOnACable) {
  if (!have({"ptp", "host-local"}) || !can_run({need::program("nsenter"), need::program("sysctl")})) return;
  configure({{{"type", "ptp"}, {"ipam", host_local({"10.211.0.0/24"})}}});
  ASSERT_TRUE(attach(sleeper("web")));
  const std::string ip = addresses("web").front();
  const Output printed = podrun({"lab", "commands", "web"});
  ASSERT_EQ(printed.status, 0) << printed.err;
  delete_pods({"web"});
  const Output typed = type(printed.out);
  ASSERT_EQ(typed.status, 0) << typed.err << printed.out;
  expect_arrives(ip + ":8080");
}

TEST_P(ByHandTest, APodOfTheMachinesNetwork) {
  Json web = sleeper("web");
  web["spec"]["hostNetwork"] = true;
  ASSERT_TRUE(must_create(web));
  const Output printed = podrun({"lab", "commands", "web"});
  EXPECT_EQ(printed.status, 2) << printed.err;
  EXPECT_THAT(printed.err, HasSubstr("has the machine's network"));
  EXPECT_THAT(podrun({"lab", "commands", "nobody"}).err, HasSubstr("not found"));
  delete_pods({"web"});
}

}  // namespace
}  // namespace integration
