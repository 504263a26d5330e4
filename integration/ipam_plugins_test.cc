// Plugins that give addresses: host-local, static, dhcp.
#include <gmock/gmock.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "integration/plugin_host.h"

namespace integration {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class IpamPlugins : public PluginTest {
 protected:
  // Servers of the test's, ended with it.
  void TearDown() override {
    while (!started_.empty()) end(started_.back());
    PluginTest::TearDown();
  }
  pid_t run_beside(const std::vector<std::string>& argv) {
    started_.push_back(start(argv, dir() + "/" + std::filesystem::path(argv[0]).filename().string() + ".log"));
    return started_.back();
  }
  void end(pid_t pid) {
    ::kill(pid, SIGTERM);
    wait_for(pid);
    std::erase(started_, pid);
  }
  void serve_dhcp_on_spare1() {
    ASSERT_EQ(run({"sh", "-ec", R"(
      ip link add spare0 type veth peer name spare1
      ip addr add 10.211.0.1/24 dev spare1
      ip link set spare1 up)"})
                  .status,
              0);
    std::ofstream(dir() + "/leases");
    std::ofstream(dir() + "/udhcpd.conf") << "interface spare1\nstart 10.211.0.50\nend 10.211.0.50\nmax_leases 1\n"
                                          << "option subnet 255.255.255.0\noption router 10.211.0.1\n"
                                          << "lease_file " << dir() << "/leases\npidfile " << dir() << "/udhcpd.pid\n";
    run_beside({"/bin/busybox", "udhcpd", "-f", dir() + "/udhcpd.conf"});
  }

 private:
  std::vector<pid_t> started_;
};

TEST_P(IpamPlugins, HostLocalRefusesWhenItsRangeIsUsedUp) {
  if (!have({"bridge", "host-local"})) return;
  configure({bridge(host_local({"10.210.0.0/29"}))});  // .1 is the gateway's; .2 to .6 are left
  remember_world_with(sleeper("warm"));
  std::vector<std::string> names;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    ASSERT_TRUE(attach(sleeper(name)));
    names.emplace_back(name);
  }
  const Output refused = create(sleeper("f"), {"--network", "lab"});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("create pod \"f\": attach network 'lab' as eth0: plugin 'bridge' ADD"),
                                 HasSubstr("no IP addresses available in range set: 10.210.0.1-10.210.0.6")));
  EXPECT_NE(podrun({"get", "f"}).status, 0);

  const std::vector<std::string> freed = addresses("c");
  delete_pods({"c"});
  ASSERT_TRUE(attach(sleeper("f")));
  EXPECT_EQ(addresses("f"), freed);
  delete_pods({"a", "b", "d", "e", "f"});
  expect_world_unchanged();
}

TEST_P(IpamPlugins, HostLocalsCheckMissesALease) {
  if (!have({"bridge", "host-local"})) return;
  configure({bridge(host_local({"10.210.0.0/24"}))});
  ASSERT_TRUE(attach(sleeper("web")));
  expect_check_passes("web");
  ASSERT_TRUE(std::filesystem::remove("/var/lib/cni/networks/lab/" + addresses("web").at(0)));
  expect_check_fails("web", "bridge", "host-local: Failed to find address added by container");
}

TEST_P(IpamPlugins, StaticGivesTheAddressesOfTheConfiguration) {
  if (!have({"bridge", "static"})) return;
  const Json fixed = Json::array({{{"address", "10.210.0.7/24"}, {"gateway", "10.210.0.1"}},
                                  {{"address", "fd00:210::7/64"}, {"gateway", "fd00:210::1"}}});
  const Json routes = Json::array({{{"dst", "0.0.0.0/0"}}, {{"dst", "::/0"}}});
  configure({bridge({{"type", "static"}, {"addresses", fixed}, {"routes", routes}})});
  remember_world_with(greeter("web"));
  ASSERT_TRUE(attach(greeter("web")));
  EXPECT_THAT(addresses("web"), ElementsAre("10.210.0.7", "fd00:210::7"));
  for (const char* address : {"10.210.0.7", "fd00:210::7"}) EXPECT_EQ(ask(address), "hello from web\n") << address;
  expect_check_passes("web");
  delete_pods({"web"});
  expect_world_unchanged();
}

TEST_P(IpamPlugins, StaticGivesTheAddressesOfTheAnnotation) {
  if (!have({"bridge", "static"})) return;
  Json plugin = bridge({{"type", "static"}});
  plugin["capabilities"] = {{"ips", true}};
  configure({plugin});
  Json manifest = greeter("web");
  manifest["metadata"]["annotations"] = {{"podrun.io/ips", "10.210.0.9/24,fd00:210::9/64"}};
  remember_world_with(manifest);
  ASSERT_TRUE(attach(manifest));
  EXPECT_THAT(addresses("web"), ElementsAre("10.210.0.9", "fd00:210::9"));
  expect_check_passes("web");
  delete_pods({"web"});
  expect_world_unchanged();
}

TEST_P(IpamPlugins, DhcpLeasesAndReleases) {
  if (!have({"host-device", "dhcp"}) || !can_run({need::busybox()})) return;
  serve_dhcp_on_spare1();
  configure({{{"type", "host-device"}, {"device", "spare0"}, {"ipam", {{"type", "dhcp"}}}}});
  std::filesystem::remove("/run/cni/dhcp.sock");
  const pid_t daemon = run_beside({plugins() + "/dhcp", "daemon"});
  ASSERT_TRUE(eventually([] { return std::filesystem::exists("/run/cni/dhcp.sock"); }));
  remember_world_with(greeter("web"));
  ASSERT_TRUE(attach(greeter("web")));
  EXPECT_THAT(addresses("web"), ElementsAre("10.211.0.50"));
  EXPECT_EQ(ask("10.211.0.50"), "hello from web\n");
  EXPECT_THAT(run({"ip", "-n", "web", "route"}).out, HasSubstr("default via 10.211.0.1"));
  expect_check_passes("web");
  delete_pods({"web"});
  expect_world_unchanged();

  const std::string log = run({"cat", dir() + "/dhcp.log"}).out;
  EXPECT_THAT(log,
              AllOf(HasSubstr("lease acquired"), HasSubstr("releasing lease"), Not(HasSubstr("failed to release"))));

  end(daemon);
  const Output refused = create(greeter("late"), {"--network", "lab"});
  EXPECT_NE(refused.status, 0);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("plugin 'host-device' ADD"), HasSubstr("dhcp.sock")));
}

INSTANTIATE_TEST_SUITE_P(With, IpamPlugins, each_plugin_set(), testing::PrintToStringParamName());

}  // namespace
}  // namespace integration
