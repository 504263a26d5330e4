// What a container without any capability may do in the pod's own network, as under podman, docker and containerd.
#include <gmock/gmock.h>

#include <fstream>

#include "integration/test_host.h"

namespace integration {
namespace {

class UnprivilegedNetworkTest : public PodrunTest, public testing::WithParamInterface<bool> {
 protected:
  static Json user_pod(const std::vector<std::string>& command) {
    Json main = container("main", command);
    main["securityContext"] = {{"runAsUser", 1000}, {"runAsGroup", 65535}, {"capabilities", {{"drop", {"ALL"}}}}};
    Json manifest = pod("web", {main});
    manifest["spec"]["hostUsers"] = GetParam();
    return manifest;
  }
  static std::string sysctl(const std::string& name) {
    std::string text;
    std::getline(std::ifstream("/proc/sys/net/ipv4/" + name), text);
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(WithHostUsers, UnprivilegedNetworkTest, testing::Bool());

TEST_P(UnprivilegedNetworkTest, PingsAndServesPortsBelow1024) {
  const std::string pings = sysctl("ping_group_range");
  const std::string ports = sysctl("ip_unprivileged_port_start");
  ASSERT_TRUE(must_create(user_pod({"/bin/payload", "serve", "80"})));
  const Output pong = exec("web", {"/bin/payload", "ping", "127.0.0.1"});
  EXPECT_EQ(pong.out, "pong\n") << pong.err;
  EXPECT_EQ(exec("web", {"/bin/payload", "ask", "127.0.0.1", "80"}).out, "hello from web\n");
  EXPECT_EQ(sysctl("ping_group_range"), pings) << "the host's own is as it was";
  EXPECT_EQ(sysctl("ip_unprivileged_port_start"), ports);
}

TEST_P(UnprivilegedNetworkTest, TheHostsNetworkIsLeftAsItIs) {
  if (!GetParam()) return;  // hostNetwork implies it
  const std::string pings = sysctl("ping_group_range");
  const std::string ports = sysctl("ip_unprivileged_port_start");
  Json manifest = user_pod({"/bin/payload", "sleep"});
  manifest["spec"]["hostNetwork"] = true;
  ASSERT_TRUE(must_create(manifest));
  EXPECT_EQ(sysctl("ping_group_range"), pings);
  EXPECT_EQ(sysctl("ip_unprivileged_port_start"), ports);
}

}  // namespace
}  // namespace integration
