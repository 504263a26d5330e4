// The network that podrun brings: what its pods must not reach of the host, and what the host must reach of them.
#include <gmock/gmock.h>

#include <csignal>
#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

constexpr const char* kBridge = "cni-podrun0";

class DefaultNetworkTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    static_cast<void>(can_run({need::default_network(), need::program("nft")}));
  }
  void TearDown() override {
    if (listener_ > 0) {
      ::kill(listener_, SIGKILL);
      wait_for(listener_);
    }
    PodrunTest::TearDown();
  }

  // A server of the host's, and what it was asked so far.
  void listen(const std::string& port) {
    listener_ = start({tests_dir() + "/payload", "serve-udp", port}, log());
    ASSERT_TRUE(eventually([&] { return said().find("listening") != std::string::npos; }));
  }
  std::string said() const { return run({"cat", log()}).out; }

  static Json attacker() {
    Json main = container("main", {"/bin/payload", "sleep"});
    main["securityContext"] = {{"capabilities", {{"add", {"NET_RAW", "NET_ADMIN"}}}}};
    return main;
  }
  static Json publisher(int port) {
    Json main = container("main", {"/bin/payload", "serve", "8080"});
    main["ports"] = {{{"containerPort", 8080}, {"hostPort", port}}};
    return main;
  }
  std::string ip_of(const std::string& name) const { return pod_ips(name).at(0); }
  static std::string gateway() {
    const Json links = Json::parse(run({"ip", "-j", "-4", "addr", "show", "dev", kBridge}).out);
    return links.at(0).at("addr_info").at(0).at("local");
  }
  void forge(const std::string& from, const std::string& to, const std::string& port) const {
    const std::string mac = Json::parse(run({"ip", "-j", "link", "show", "dev", kBridge}).out).at(0).at("address");
    const Output sent = exec("attacker", {"/bin/payload", "forge", mac, from, to, port});
    EXPECT_EQ(sent.out, "sent\n") << sent.err;
  }
  // The packet that must not arrive, then one that does: what came before it has been seen by then.
  void expect_loopback_is_out_of_reach(const std::string& when) {
    const std::string own = ip_of("attacker");
    const std::size_t before = lines_of(said()).size();
    forge(own, "127.0.0.1", "5555");
    forge(own, "127.1.2.3", "5555");
    forge("127.0.0.2", gateway(), "5555");
    forge("127.0.0.1", "127.0.0.1", "5555");
    forge(own, gateway(), "5555");
    ASSERT_TRUE(eventually([&] { return lines_of(said()).size() > before; })) << "the control did not arrive " << when;
    EXPECT_EQ(lines_of(said()).size(), before + 1) << when << ": " << said();
    EXPECT_EQ(lines_of(said()).back(), "asked by " + own) << when;
  }

 private:
  std::string log() const { return dir() + "/listener.log"; }
  pid_t listener_ = 0;
};

// portmap opens 127.0.0.0/8 to the bridge with the first hostPort, and never closes it (the class of CVE-2020-8558).
TEST_F(DefaultNetworkTest, NoPodReachesWhatListensOnTheHostsLoopback) {
  listen("5555");
  ASSERT_TRUE(must_create(pod("attacker", {attacker()}), {}));
  expect_loopback_is_out_of_reach("before a port was published");
  ASSERT_TRUE(must_create(pod("web", {publisher(18082)}), {}));
  std::string open;
  std::ifstream(std::string("/proc/sys/net/ipv4/conf/") + kBridge + "/route_localnet") >> open;
  ASSERT_EQ(open, "1") << "portmap no longer opens it: the guard may go";
  expect_loopback_is_out_of_reach("while a port is published");
  EXPECT_EQ(remove("web").status, 0);
  expect_loopback_is_out_of_reach("when that pod is gone");
}

TEST_F(DefaultNetworkTest, ThePublisherItselfReachesItNeither) {
  listen("5555");
  Json main = publisher(18082);
  main["securityContext"] = attacker().at("securityContext");
  ASSERT_TRUE(must_create(pod("attacker", {main}), {}));
  expect_loopback_is_out_of_reach("from the pod that publishes");
}

// Whoever reloads his own rules takes the guard with them; the next pod finds it missing.
TEST_F(DefaultNetworkTest, AGuardThatWasFlushedIsMadeAgain) {
  listen("5555");
  ASSERT_TRUE(must_create(pod("web", {publisher(18082)}), {}));
  for (const char* flush : {"flush ruleset", "flush table ip podrun", "delete table ip podrun"}) {
    run({"sh", "-c", std::string("nft '") + flush + "'"});
    ASSERT_TRUE(must_create(pod("attacker", {attacker()}), {}));
    expect_loopback_is_out_of_reach(flush);
    EXPECT_EQ(podrun({"delete", "attacker", "--force", "--grace-period", "0"}).status, 0);
  }
}

TEST_F(DefaultNetworkTest, TheHostReachesAPublishedPortByLocalhost) {
  ASSERT_TRUE(must_create(pod("web", {publisher(18082)}), {}));
  EXPECT_EQ(run({tests_dir() + "/payload", "ask", "127.0.0.1", "18082"}).out, "hello from web\n");
}

TEST_F(DefaultNetworkTest, PluginsFindTheirProgramsFromCron) {
  remember_world({});
  for (const std::vector<std::string>& path : {std::vector<std::string>{"PATH=/usr/bin:/bin"},
                                               std::vector<std::string>{"PATH="}, std::vector<std::string>{}}) {
    const auto bare = [&](Command command) {
      std::vector<std::string> argv{"env", "-i"};
      argv.insert(argv.end(), path.begin(), path.end());
      argv.insert(argv.end(), command.environment.begin(), command.environment.end());
      argv.insert(argv.end(), command.argv.begin(), command.argv.end());
      command.argv = argv;
      return run(command);
    };
    const Output created = bare(create_command(pod("web", {publisher(18082)}), {}));
    EXPECT_EQ(created.status, 0) << created.err;
    const Output removed = bare(podrun_command({"delete", "web", "--grace-period", "0"}));
    EXPECT_EQ(removed.status, 0) << removed.err;
  }
  expect_world_unchanged();
}

}  // namespace
}  // namespace integration
