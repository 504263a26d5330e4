// An interface that is not as its ADD left it, made so again: what a DEL has to find.
#include "as_added.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "private_host.h"

namespace cni {
namespace {

using ::testing::AllOf;
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
  // True: with another interface in its place.
  bool put() {
    const auto stands_in = put_as_added(pod->path(), "eth0", result);
    EXPECT_TRUE(stands_in) << stands_in.error().what;
    return stands_in && *stands_in;
  }
  void has(const std::vector<std::string>& addresses) {
    result.ips.resize(addresses.size());
    for (std::size_t i = 0; i < addresses.size(); ++i) result.ips[i] = {addresses[i], {}, 1};
  }
  static std::string links() { return testing::shell("ip -n pod -br address"); }

  std::optional<testing::Netns> pod;
  NetworkResult result;
};

TEST_F(AsAdded, OneOfAnotherNameGetsItsOwnBack) {
  for (const char* mac : {"02:00:00:00:00:0a", "02:00:00:00:00:0A"}) {  // as one plugin writes it, or another
    testing::shell("ip -n pod link set eth0 address 02:00:00:00:00:0a name mine up");
    result.interfaces[1].mac = mac;
    EXPECT_FALSE(put());
    EXPECT_THAT(links(), HasSubstr("eth0@"));
    EXPECT_THAT(links(), Not(HasSubstr("mine")));
    EXPECT_THAT(links(), HasSubstr("192.0.2.5/24"));
  }
}

TEST_F(AsAdded, AnAddressThatIsGoneComesBack) {
  EXPECT_FALSE(put());
  EXPECT_THAT(links(), HasSubstr("192.0.2.5/24"));
}

TEST_F(AsAdded, AddressesOfBothFamiliesAreThereAndUsableAtOnce) {
  testing::shell("ip -n pod link set eth0 up; ip -n pod link set other up");
  has({"192.0.2.5/24", "::ffff:198.51.100.7/120", "2001:db8::5/64"});
  put();
  EXPECT_THAT(links(), AllOf(HasSubstr("192.0.2.5/24"), HasSubstr("198.51.100.7/24"), HasSubstr("2001:db8::5/64")));
  EXPECT_THAT(testing::shell("ip -n pod -o address show dev eth0 scope global"), Not(HasSubstr("tentative")));
}

TEST_F(AsAdded, AddressesOfStrangersGoAndItsOwnStay) {
  // The later ones are secondary to the first of their subnet, with which the kernel removes them, its own included.
  for (const char* address : {"192.0.2.200/24", "192.0.2.5/24", "198.51.100.1/24", "198.51.100.2/24", "2001:db8::9/64"})
    testing::shell("ip -n pod address add " + std::string(address) + " dev eth0");
  EXPECT_FALSE(put());
  const std::string now = links();
  EXPECT_THAT(now, HasSubstr("192.0.2.5/24"));
  for (const char* foreign : {"192.0.2.200", "198.51.100", "2001:db8"}) EXPECT_THAT(now, Not(HasSubstr(foreign)));
}

TEST_F(AsAdded, WhatIsAsItWasIsNotTouched) {
  testing::shell("ip -n pod address add 192.0.2.5 peer 192.0.2.1/24 dev eth0; ip -n pod link set eth0 up");
  testing::shell("ip -n pod link set other up");  // so that there is a link-local address, the kernel's
  testing::shell("ip -n pod address add 192.0.2.5/24 dev other");
  const std::string before = links();
  EXPECT_THAT(before, HasSubstr("fe80::"));
  EXPECT_FALSE(put());
  EXPECT_EQ(links(), before);
}

TEST_F(AsAdded, OneThatIsGoneHasAnotherInItsPlace) {
  testing::shell("ip -n pod link delete eth0");
  EXPECT_TRUE(put());
  EXPECT_THAT(links(), AllOf(HasSubstr("eth0@"), HasSubstr("192.0.2.5/24")));
}

TEST_F(AsAdded, WithoutAnEndOnTheHostNothingTakesItsPlace) {  // a macvlan, say: it is gone and nothing is left of it
  testing::shell("ip -n pod link delete eth0");
  result.interfaces[0].sandbox = pod->path();
  EXPECT_FALSE(put());
  EXPECT_THAT(links(), Not(HasSubstr("eth0")));
}

TEST_F(AsAdded, WhatIsNotItsOwnIsNotPutThere) {
  result.interfaces[0].name = "eth0";  // on the host, by the same name
  result.interfaces.push_back(result.interfaces[1]);
  result.interfaces[2].name = "eth1";
  has({"192.0.2.5/24", "198.51.100.1/24", "198.51.100.2/24", "198.51.100.3/24"});
  result.ips[1].interface = 0;
  result.ips[2].interface = 2;
  result.ips[3].interface = std::nullopt;  // as a plugin that names no interface means it
  put();
  EXPECT_THAT(links(), AllOf(HasSubstr("192.0.2.5/24"), Not(HasSubstr("198.51.100.1/")),
                             Not(HasSubstr("198.51.100.2/")), HasSubstr("198.51.100.3/24")));
}

TEST_F(AsAdded, AnAddWithoutAddressesLeftNothingToPut) {
  testing::shell("ip -n pod link set eth0 name mine");
  has({});
  EXPECT_FALSE(put());
  EXPECT_THAT(links(), HasSubstr("mine@"));
}

}  // namespace
}  // namespace cni
