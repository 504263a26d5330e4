// The reference plugins, as Debian packages them, under the default network.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <thread>

#include "cni/base/files.h"
#include "cni/default_network.h"
#include "cni/invoker.h"
#include "private_host.h"
#include "support.h"

namespace cni {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class RealPlugins : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists("/usr/lib/cni/bridge"))
      GTEST_SKIP() << "needs the package containernetworking-plugins";
    static const std::string kReason = testing::enter_private_host();
    if (!kReason.empty()) GTEST_SKIP() << kReason;
    options_.plugin_dirs = {"/opt/cni/bin", "/usr/lib/cni"};
    options_.ledger_dir = "/var/lib/cni/ledger";
    options_.del_policy = DelPolicy::keep_going;
    options_.observer = [this](const PluginRun& run) { runs_.push_back(run.operation + " " + run.plugin); };
  }

  InvokerOptions options_;
  std::vector<std::string> runs_;
  ProcessRunner runner_;
};

TEST_F(RealPlugins, DefaultNetworkAttachesMapsPortsAndLeavesNothing) {
  const testing::Netns pod("pod");
  Invoker invoker(runner_, options_);
  const NetworkList network = default_network(*choose_subnet(*read_route_table()));
  Attachment attachment;
  attachment.container_id = "abc";
  attachment.netns = pod.path();
  attachment.args = {{"IgnoreUnknown", "1"}, {"K8S_POD_NAME", "web"}};
  attachment.capability_args.set("portMappings", R"([{"hostPort":8080,"containerPort":80,"protocol":"tcp"}])");

  const auto result = invoker.add(network, attachment);
  ASSERT_TRUE(result) << result.error().what;
  ASSERT_EQ(pod_ips(*result).size(), 1U) << result->json;
  EXPECT_THAT(pod_ips(*result)[0], StartsWith("10.63.0."));
  EXPECT_TRUE(check_interfaces(*result));
  EXPECT_THAT(testing::shell("iptables-save -t nat"), HasSubstr("--dport 8080"));
  EXPECT_THAT(testing::shell("ip -br link"), HasSubstr("veth"));
  EXPECT_THAT(runs_, ::testing::ElementsAre("ADD bridge", "ADD portmap", "ADD firewall"));

  const auto again = invoker.add(network, attachment);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, Kind::exists);

  const auto done = invoker.del_container("abc");
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_THAT(testing::shell("iptables-save"), Not(HasSubstr("8080")));
  EXPECT_THAT(testing::shell("iptables-save"), Not(HasSubstr(pod_ips(*result)[0])));
  EXPECT_THAT(testing::shell("ip -br link"), Not(HasSubstr("veth")));
  EXPECT_FALSE(base::path_exists("/var/lib/cni/networks/podrun/" + pod_ips(*result)[0]));
  EXPECT_FALSE(base::path_exists(*invoker.cache().path("podrun", "abc", "eth0")));
  EXPECT_TRUE(invoker.ledger()->list()->empty());
}

TEST_F(RealPlugins, ManyAtOnceAllSucceedAndLeaveNothing) {
  constexpr std::size_t kPods = 16;
  options_.observer = nullptr;
  const NetworkList network = default_network(*choose_subnet(*read_route_table()));
  std::vector<std::unique_ptr<testing::Netns>> namespaces;
  for (std::size_t i = 0; i < kPods; ++i)
    namespaces.push_back(std::make_unique<testing::Netns>("many" + std::to_string(i)));
  std::vector<std::string> addresses(kPods);
  std::vector<std::thread> threads;
  const auto each = [&](auto work) {
    for (std::size_t i = 0; i < kPods; ++i)
      threads.emplace_back([&, i] {
        ProcessRunner runner;
        Invoker invoker(runner, options_);
        work(invoker, i);
      });
    for (std::thread& thread : threads) thread.join();
    threads.clear();
  };
  each([&](Invoker& invoker, std::size_t i) {
    Attachment attachment;
    attachment.container_id = "many" + std::to_string(i);
    attachment.netns = namespaces[i]->path();
    const auto result = invoker.add(network, attachment);
    ASSERT_TRUE(result) << result.error().what;
    addresses[i] = pod_ips(*result)[0];
    const auto checked = invoker.check(network, attachment);
    EXPECT_TRUE(checked) << checked.error().what;
  });
  EXPECT_EQ(std::set<std::string>(addresses.begin(), addresses.end()).size(), kPods);
  each([&](Invoker& invoker, std::size_t i) {
    const auto done = invoker.del_container("many" + std::to_string(i));
    EXPECT_TRUE(done) << done.error().what;
  });
  EXPECT_THAT(testing::shell("ip -br link"), Not(HasSubstr("veth")));
  for (const std::string& address : addresses)
    EXPECT_THAT(testing::shell("iptables-save"), Not(HasSubstr(address + "/")));
  EXPECT_TRUE(Ledger(options_.ledger_dir).list()->empty());
  EXPECT_TRUE(Cache(options_.cache_dir).list()->empty());
}

TEST_F(RealPlugins, AnAddressIsGivenBackAfterAReboot) {
  Invoker invoker(runner_, options_);
  const NetworkList network = default_network(*choose_subnet(*read_route_table()));
  std::string address;
  {
    const testing::Netns pod("lost");
    Attachment attachment;
    attachment.container_id = "lost";
    attachment.netns = pod.path();
    const auto result = invoker.add(network, attachment);
    ASSERT_TRUE(result) << result.error().what;
    address = pod_ips(*result)[0];
  }
  LedgerEntry entry = invoker.ledger()->list()->front();
  entry.boot_id = "another";
  ASSERT_TRUE(invoker.ledger()->save(entry));
  EXPECT_TRUE(base::path_exists("/var/lib/cni/networks/podrun/" + address));

  // Somebody else's namespace has the path now; it must not be touched.
  const testing::Netns other("lost");
  testing::shell("ip -n lost link add eth0 type veth peer name eth1");
  const auto settled = invoker.settle([](const LedgerEntry&) { return true; });
  ASSERT_TRUE(settled) << settled.error().what;
  EXPECT_TRUE(settled->failures.empty());
  EXPECT_FALSE(base::path_exists("/var/lib/cni/networks/podrun/" + address));
  EXPECT_THAT(testing::shell("ip -n lost -br link"), HasSubstr("eth0"));
}

// The path is passed on only while the namespace of the ADD is behind it.
TEST_F(RealPlugins, APathThatIsAnothersNowIsNotPassedOn) {
  testing::FakeRunner fake;
  Invoker invoker(fake, options_);
  const NetworkList network =
      *parse_network_list(R"({"cniVersion":"1.0.0","name":"n","plugins":[{"type":"one"}]})", "x");
  Attachment attachment;
  attachment.container_id = "moved";
  attachment.netns = "/run/netns/moved";
  const auto netns_of_del = [&] {
    EXPECT_TRUE(invoker.del_container("moved"));
    return fake.call("DEL one").environment.at("CNI_NETNS");
  };
  const testing::Netns placeholder("placeholder");  // so that the next one cannot get the same inode
  auto first = std::make_unique<testing::Netns>("moved");
  ASSERT_TRUE(invoker.add(network, attachment));
  EXPECT_EQ(netns_of_del(), attachment.netns);

  ASSERT_TRUE(invoker.add(network, attachment));
  LedgerEntry entry = invoker.ledger()->list()->front();
  entry.boot_id = "another";
  ASSERT_TRUE(invoker.ledger()->save(entry));
  EXPECT_EQ(netns_of_del(), "") << "of an older boot, though number and path are the same";

  ASSERT_TRUE(invoker.add(network, attachment));
  testing::shell("mount --bind /run/netns/placeholder /run/netns/moved");
  EXPECT_EQ(netns_of_del(), "") << "of this boot, but another namespace is mounted there";
  testing::shell("umount /run/netns/moved");
}

TEST_F(RealPlugins, AFailureInTheMiddleIsCleanedUp) {
  const testing::Netns pod("half");
  Invoker invoker(runner_, options_);
  NetworkList network = default_network(*choose_subnet(*read_route_table()));
  network.plugins[1].object.set("snat", "\"yes\"");  // portmap cannot decode it
  Attachment attachment;
  attachment.container_id = "half";
  attachment.netns = pod.path();
  const auto result = invoker.add(network, attachment);
  ASSERT_FALSE(result);
  const PluginFailure* failure = plugin_failure(result.error());
  ASSERT_NE(failure, nullptr) << result.error().what;
  EXPECT_EQ(failure->plugin, "portmap");
  EXPECT_EQ(failure->exit_code, 1);
  EXPECT_THAT(runs_, ::testing::ElementsAre("ADD bridge", "ADD portmap", "DEL firewall", "DEL portmap", "DEL bridge"));
  EXPECT_THAT(testing::shell("ip -br link"), Not(HasSubstr("veth")));
}

}  // namespace
}  // namespace cni
