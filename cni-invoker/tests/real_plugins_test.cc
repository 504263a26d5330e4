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

using testing::covers;
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
  for (const char* rule : {"ip daddr 127.0.0.0/8 drop", "ip saddr 127.0.0.0/8 drop"})
    EXPECT_THAT(testing::shell("nft list table ip podrun"), HasSubstr(R"(iifname "cni-podrun0" )" + std::string(rule)));
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

// Somebody has run the plugins' DEL by hand: bridge fails where its rules are gone already, and without an interface it
// looks for none.
TEST_F(RealPlugins, WhatWasDeletedAlreadyIsDeleted) {
  const testing::Netns pod("twice");
  Invoker invoker(runner_, options_);
  const NetworkList network = default_network(*choose_subnet(*read_route_table()));
  Attachment attachment;
  attachment.container_id = "twice";
  attachment.netns = pod.path();
  ASSERT_TRUE(invoker.add(network, attachment));
  const LedgerEntry entry = invoker.ledger()->list()->front();
  ASSERT_TRUE(invoker.del(network, attachment));
  ASSERT_TRUE(invoker.ledger()->save(entry));
  const auto again = invoker.del(network, attachment);
  EXPECT_TRUE(again) << again.error().what;
  EXPECT_TRUE(invoker.ledger()->list()->empty());
  EXPECT_THAT(testing::shell("ip -n twice -br link"), Not(HasSubstr("eth0")));
}

// Of an ADD that told no result: bridge finds its rules by the addresses of the interface, which an earlier DEL has
// taken.
TEST_F(RealPlugins, ADelThatIsKilledBeforeItTookTheRulesLeavesThemToTheNext) {
  const testing::Netns pod("half");
  const testing::TempDir dir;
  dir.write("bridge",
            "#!/bin/sh\nif [ $CNI_COMMAND = DEL ] && [ \"$(ls " + dir.path() + " | grep -c killed)\" -lt 2 ]; then\n" +
                "  ip -n half link del eth0 2> /dev/null\n  touch " + dir.path() + "/killed.$$\n  kill -9 $$\nfi\n" +
                "exec /usr/lib/cni/bridge\n",
            0755);
  options_.plugin_dirs.insert(options_.plugin_dirs.begin(), dir.path());
  Invoker invoker(runner_, options_);
  Attachment attachment;
  attachment.container_id = "half";
  attachment.netns = pod.path();
  const auto result = invoker.add(default_network(*choose_subnet(*read_route_table())), attachment);
  ASSERT_TRUE(result) << result.error().what;
  const std::string address = pod_ips(*result)[0] + "/32";
  EXPECT_THAT(testing::shell("iptables-save -t nat"), HasSubstr(address));
  LedgerEntry entry = invoker.ledger()->list()->front();
  entry.state = LedgerEntry::State::adding;
  entry.result.clear();
  ASSERT_TRUE(invoker.ledger()->save(entry));
  ASSERT_TRUE(invoker.cache().remove(entry.network.name, "half", "eth0"));

  EXPECT_FALSE(invoker.del_container("half"));
  EXPECT_THAT(testing::shell("ip -n half -br link"), Not(HasSubstr("eth0")));
  EXPECT_THAT(testing::shell("iptables-save -t nat"), HasSubstr(address));
  const auto done = invoker.del_container("half");
  EXPECT_TRUE(done) << done.error().what;
  EXPECT_THAT(testing::shell("iptables-save -t nat"), Not(HasSubstr(address)));
  EXPECT_THAT(testing::shell("ip -n half -br link"), Not(HasSubstr("eth0")));
  EXPECT_TRUE(invoker.ledger()->list()->empty());
}

// The path is passed on only while the namespace of the ADD is behind it.
class AnothersPath : public RealPlugins {
 protected:
  void SetUp() override {
    RealPlugins::SetUp();
    if (IsSkipped()) return;
    options_.ledger_dir = dir_.path() + "/ledger";
    options_.cache_dir = dir_.path() + "/cache";
    here_ = std::make_unique<testing::Netns>("moved");
    attachment_.container_id = "moved";
    attachment_.netns = here_->path();
    ASSERT_TRUE(invoker().add(network_, attachment_));
  }
  Invoker invoker() { return {fake_, options_}; }
  LedgerEntry entry() { return invoker().ledger()->list()->front(); }
  std::string netns_of_del() { return fake_.call("DEL one").environment.at("CNI_NETNS"); }

  testing::TempDir dir_;
  testing::FakeRunner fake_;
  const NetworkList network_ =
      *parse_network_list(R"({"cniVersion":"1.0.0","name":"n","plugins":[{"type":"one"}]})", "x");
  Attachment attachment_;
  std::unique_ptr<testing::Netns> here_;
};

TEST_F(AnothersPath, IsPassedOnWhileItIsNone) {
  covers("A3.04 A12.05");
  EXPECT_TRUE(netns_stands(entry()));
  EXPECT_TRUE(invoker().check(network_, attachment_));
  EXPECT_TRUE(invoker().del_container("moved"));
  EXPECT_EQ(netns_of_del(), attachment_.netns);
}

TEST_F(AnothersPath, IsNotPassedOnAfterAReboot) {
  covers("A12.05");
  LedgerEntry old = entry();
  old.boot_id = "another";
  ASSERT_TRUE(invoker().ledger()->save(old));
  EXPECT_TRUE(invoker().del_container("moved"));
  EXPECT_EQ(netns_of_del(), "") << "numbers and path are the same";
}

TEST_F(AnothersPath, IsNotPassedOnWhereAnotherNamespaceIsMounted) {
  covers("A3.04 A12.05");
  const testing::Netns other("other");
  testing::shell("mount --bind /run/netns/other /run/netns/moved");
  EXPECT_TRUE(invoker().del_container("moved"));
  EXPECT_EQ(netns_of_del(), "");
  testing::shell("umount /run/netns/moved");
}

TEST_F(AnothersPath, IsKnownThoughTheInodeNumberIsTheSame) {
  covers("A3.04 A12.05 A12.10");
  const LedgerEntry then = entry();
  ASSERT_TRUE(here_->remake());
  EXPECT_EQ(base::identify_netns(here_->path())->inode, then.netns_identity.inode);
  EXPECT_FALSE(netns_stands(then));
  EXPECT_THAT(invoker().check(network_, attachment_).error().what, HasSubstr("no longer the network namespace"));
  EXPECT_TRUE(invoker().settle([](const LedgerEntry& entry) { return netns_stands(entry); }));
  EXPECT_EQ(netns_of_del(), "");
  EXPECT_TRUE(invoker().ledger()->list()->empty());
}

TEST_F(AnothersPath, IsKnownFromTheCacheToo) {
  covers("A3.04 A12.05 B6 A12.10");
  options_.ledger_dir.clear();
  ASSERT_TRUE(here_->remake());
  EXPECT_FALSE(netns_stands(**invoker().cache().load("n", "moved", "eth0")));
  EXPECT_TRUE(invoker().del(network_, attachment_));
  EXPECT_EQ(netns_of_del(), "");
}

// An entry of a version that wrote no more than device and inode is believed as far as that goes.
TEST_F(AnothersPath, OldEntriesAreReadAsTheyWereMeant) {
  covers("A12.05 A12.10");
  LedgerEntry old = entry();
  old.netns_identity.cookie = old.netns_identity.id = 0;
  ASSERT_TRUE(invoker().ledger()->save(old));
  EXPECT_TRUE(netns_stands(entry()));
  const testing::Netns other("other");
  testing::shell("mount --bind /run/netns/other /run/netns/moved");
  EXPECT_FALSE(netns_stands(entry()));
  testing::shell("umount /run/netns/moved");
}

// As bridge would: the interface of whoever has the path now.
TEST_F(RealPlugins, AStrangersInterfaceStaysThoughItsNamespaceHasTheInodeNumber) {
  covers("A3.04 A12.05 A12.10");
  testing::Netns blue("blue");
  Invoker invoker(runner_, options_);
  const NetworkList network = default_network(*choose_subnet(*read_route_table()));
  Attachment attachment;
  attachment.container_id = "blue";
  attachment.netns = blue.path();
  const auto result = invoker.add(network, attachment);
  ASSERT_TRUE(result) << result.error().what;
  ASSERT_TRUE(blue.remake());
  testing::shell("ip -n blue link add eth0 type veth peer name eth1; ip -n blue addr add 192.0.2.1/24 dev eth0");

  const auto done = invoker.del_container("blue");
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_THAT(testing::shell("ip -n blue -br addr"), HasSubstr("192.0.2.1/24"));
  EXPECT_FALSE(base::path_exists("/var/lib/cni/networks/podrun/" + pod_ips(*result)[0]));
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

// Where the caller is, and never in the container, though a DEL looks into it.
TEST_F(RealPlugins, RunInTheCallersNamespaceAtEveryOperation) {
  covers("A5.01");
  const testing::Netns pod("pod");
  const testing::TempDir dir;
  const std::string log = dir.path() + "/log";
  dir.write("spy", "#!/bin/sh\ncat > /dev/null\necho $CNI_COMMAND $(readlink /proc/self/ns/net) >> " + log + R"(
case $CNI_COMMAND in
ADD) echo "{\"cniVersion\":\"1.1.0\",\"interfaces\":[{\"name\":\"eth0\",\"sandbox\":\"$CNI_NETNS\"}],
            \"ips\":[{\"address\":\"10.1.0.5/16\",\"interface\":0}]}" ;;
VERSION) echo '{"cniVersion":"1.1.0","supportedVersions":["1.1.0"]}' ;;
esac
)",
            0755);
  options_.plugin_dirs = {dir.path()};
  Invoker invoker(runner_, options_);
  const NetworkList network =
      *parse_network_list(R"({"cniVersion":"1.1.0","name":"n","plugins":[{"type":"spy"}]})", "n");
  Attachment attachment;
  attachment.container_id = "abc";
  attachment.netns = pod.path();
  ASSERT_TRUE(invoker.add(network, attachment));
  EXPECT_TRUE(invoker.check(network, attachment));
  EXPECT_TRUE(invoker.del(network, attachment));
  EXPECT_TRUE(invoker.status(network));
  EXPECT_TRUE(invoker.gc(network, {}));
  EXPECT_TRUE(invoker.version("spy"));
  const std::string here = std::filesystem::read_symlink("/proc/self/ns/net");
  std::string expected;
  for (const char* operation : {"ADD", "CHECK", "DEL", "STATUS", "GC", "VERSION"})
    expected += operation + (" " + here) + "\n";
  EXPECT_EQ(testing::read(log), expected);
}

}  // namespace
}  // namespace cni
