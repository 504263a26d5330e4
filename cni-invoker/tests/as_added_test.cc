// An interface that is not as its ADD left it, made so again: what a DEL has to find.
#include "as_added.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "private_host.h"

namespace cni {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AsAdded : public ::testing::Test {
 protected:
  void SetUp() override {
    static const std::string kReason = testing::enter_private_host();
    if (!kReason.empty()) GTEST_SKIP() << kReason;
    pod.emplace("pod");
    testing::shell("ip -n pod link add eth0 address 02:00:00:00:00:01 type veth peer name other");
    result.interfaces.resize(2);
    result.interfaces[0].name = "veth1";  // on the host
    result.interfaces[1].name = "eth0";
    result.interfaces[1].mac = "02:00:00:00:00:01";
    result.interfaces[1].sandbox = pod->path();
    result.ips.resize(1);
    result.ips[0].address = "192.0.2.5/24";
    result.ips[0].interface = 1;
  }
  bool put() { return *put_as_added(pod->path(), "eth0", result); }
  static std::string links() { return testing::shell("ip -n pod -br address"); }

  std::optional<testing::Netns> pod;
  NetworkResult result;
};

TEST_F(AsAdded, OneOfAnotherNameGetsItsOwnBack) {
  testing::shell("ip -n pod link set eth0 name mine");
  put();
  EXPECT_THAT(links(), HasSubstr("eth0@"));
  EXPECT_THAT(links(), Not(HasSubstr("mine")));
  EXPECT_THAT(links(), HasSubstr("192.0.2.5/24"));
}

TEST_F(AsAdded, AnAddressThatIsGoneComesBack) {
  put();
  EXPECT_THAT(links(), HasSubstr("192.0.2.5/24"));
}

TEST_F(AsAdded, OneThatIsGoneHasAnotherInItsPlace) {
  testing::shell("ip -n pod link delete eth0");
  EXPECT_TRUE(put());
  EXPECT_THAT(links(), HasSubstr("eth0@"));
}

}  // namespace
}  // namespace cni
