// Pods on real CNI plugins: bridge, host-local, portmap, firewall, bandwidth.
#include <gmock/gmock.h>

#include <fstream>

#include "cni-invoker/tests/covers.h"
#include "integration/test_host.h"

namespace integration {
namespace {

using cni::testing::covers;
using testing::HasSubstr;
using testing::Not;

// A conflist of the bridge plugin with leases of its own.
std::string bridge_list(const std::string& name, const std::string& subnet, const std::string& more_plugins = "") {
  return R"({"cniVersion":"1.0.0","name":")" + name + R"(","plugins":[{"type":"bridge","bridge":"br-)" + name +
         R"(","isGateway":true,"ipMasq":true,"ipam":{"type":"host-local","ranges":[[{"subnet":")" + subnet +
         R"("}]],"routes":[{"dst":"0.0.0.0/0"}]}})" + more_plugins + "]}";
}

class CniTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    static_cast<void>(can_run({need::default_network()}));
  }

  void configure(const std::string& file, const std::string& text) const {
    std::ofstream(cni_conf_dir() + "/" + file) << text;
  }

  static Json server() { return container("server", {"/bin/payload", "serve", "8080"}); }
  std::string ip_of(const std::string& name) const {
    const auto ips = pod_ips(name);
    return ips.empty() ? "" : ips.front();
  }
  static std::string ask(const std::string& address, const std::string& port) {
    return run({tests_dir() + "/payload", "ask", address, port}).out;
  }
};

TEST_F(CniTest, TheHostReachesAPodByItsAddressOnTheNetworkPodrunBrings) {
  remember_world({});
  ASSERT_TRUE(must_create(pod("web", {server()}), {}));
  ASSERT_NE(ip_of("web"), "");
  EXPECT_EQ(ask(ip_of("web"), "8080"), "hello from web\n");
  EXPECT_EQ(remove("web").status, 0);
  expect_world_unchanged();
}

TEST_F(CniTest, TheHostReachesAPodThroughAHostPort) {
  remember_world({});
  run({"ip", "addr", "add", "198.51.100.1/32", "dev", "lo"});
  Json one = server();
  one["ports"] = {{{"containerPort", 8080}, {"hostPort", 18080}}};
  ASSERT_TRUE(must_create(pod("web", {one}), {}));
  EXPECT_EQ(ask("198.51.100.1", "18080"), "hello from web\n");
  EXPECT_EQ(remove("web").status, 0);
  run({"ip", "addr", "del", "198.51.100.1/32", "dev", "lo"});
  expect_world_unchanged();
}

TEST_F(CniTest, RefusesAHostPortThatAnotherPodHas) {
  Json one = server();
  one["ports"] = {{{"containerPort", 8080}, {"hostPort", 18081}}};
  ASSERT_TRUE(must_create(pod("first", {one}), {}));
  const Output second = create(pod("second", {one}), {});
  EXPECT_NE(second.status, 0);
  EXPECT_THAT(second.err, HasSubstr("18081"));
  EXPECT_NE(podrun({"get", "second"}).status, 0);
}

TEST_F(CniTest, PodsReachEachOther) {
  ASSERT_TRUE(must_create(pod("web", {server()}), {}));
  ASSERT_TRUE(must_create(pod("client", {container("main", {"/bin/payload", "ask", ip_of("web"), "8080"})}), {}));
  EXPECT_TRUE(eventually([&] { return logs("client", "main") == "hello from web\n"; })) << logs("client", "main");
}

TEST_F(CniTest, APodIsHeardThroughAForwardDropPolicy) {
  ASSERT_EQ(run({"iptables", "-P", "FORWARD", "DROP"}).status, 0);
  ASSERT_TRUE(must_create(pod("web", {server()}), {}));
  ASSERT_TRUE(must_create(pod("client", {container("main", {"/bin/payload", "ask", ip_of("web"), "8080"})}), {}));
  EXPECT_TRUE(eventually([&] { return logs("client", "main") == "hello from web\n"; })) << logs("client", "main");
}

TEST_F(CniTest, TakesTheFirstNetworkByNameOfItsFile) {
  covers("A1.05 B5");
  configure("20-second.conflist", bridge_list("second", "10.202.0.0/24"));
  configure("10-first.conflist", bridge_list("first", "10.201.0.0/24"));
  ASSERT_TRUE(must_create(pod("web", {server()}), {}));
  EXPECT_THAT(ip_of("web"), testing::StartsWith("10.201.0."));
  EXPECT_EQ(pod_networks("web").at(0).at("network"), "first");
}

TEST_F(CniTest, TakesTheNetworkItIsTold) {
  configure("20-second.conflist", bridge_list("second", "10.202.0.0/24"));
  configure("10-first.conflist", bridge_list("first", "10.201.0.0/24"));
  ASSERT_TRUE(must_create(pod("web", {server()}), {"--network", "second"}));
  EXPECT_THAT(ip_of("web"), testing::StartsWith("10.202.0."));
}

TEST_F(CniTest, DeletesAsItWasAddedThoughTheConfigurationIsGone) {
  covers("A12.04 B7");
  configure("10-first.conflist", bridge_list("first", "10.201.0.0/24"));
  remember_world({});
  ASSERT_TRUE(must_create(pod("web", {server()}), {}));
  ASSERT_EQ(run({"rm", cni_conf_dir() + "/10-first.conflist"}).status, 0);
  const Output removed = remove("web");
  EXPECT_EQ(removed.status, 0) << removed.err;
  expect_world_unchanged();
}

TEST_F(CniTest, LimitsBandwidthAsTheAnnotationSays) {
  covers("A13.00");
  if (!can_run({need::plugin("bandwidth")})) return;
  configure("10-first.conflist",
            bridge_list("first", "10.201.0.0/24", R"(,{"type":"bandwidth","capabilities":{"bandwidth":true}})"));
  Json manifest = pod("web", {server()});
  manifest["metadata"]["annotations"] = {{"kubernetes.io/ingress-bandwidth", "10M"}};
  ASSERT_TRUE(must_create(manifest, {}));
  EXPECT_THAT(run({"tc", "qdisc", "show"}).out, HasSubstr("tbf"));
}

TEST_F(CniTest, LeavesTheResultWhereOtherToolsLookForIt) {
  covers("A11.01 B12");
  ASSERT_TRUE(must_create(pod("web", {server()}), {}));
  const std::string id = pod_id("web");
  const Output found = run({"sh", "-c", "cat /var/lib/cni/results/*" + id + "*"});
  EXPECT_THAT(found.out, testing::AllOf(HasSubstr(ip_of("web")), HasSubstr("\"kind\"")));
  EXPECT_EQ(remove("web").status, 0);
  EXPECT_EQ(run({"sh", "-c", "ls /var/lib/cni/results | grep -c " + id}).out, "0\n");
}

TEST_F(CniTest, HasOnlyLoWithoutANetwork) {
  ASSERT_TRUE(must_create(pod("web", {server()})));
  const Output links = run({"ip", "netns", "exec", "web", "ip", "-o", "link"});
  EXPECT_EQ(lines_of(links.out).size(), 1U) << links.out;
}

}  // namespace
}  // namespace integration
