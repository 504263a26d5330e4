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
  EXPECT_THAT(printed.out, HasSubstr("unshare --pid"));
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
