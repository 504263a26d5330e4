// Ports and addresses as people type them, and what is listened on for them.
#include "runtime/cli/forward_ports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podrun::cli {
namespace {

using testing::HasSubstr;

std::string said;  // why the last one was not found

std::pair<int, int> parsed_ports(const std::string& text) {
  constexpr const char* kPod = R"({"spec": {
      "initContainers": [{"name": "i", "ports": [{"name": "gone", "containerPort": 1}]},
                         {"name": "s", "restartPolicy": "Always", "ports": [{"name": "side", "containerPort": 15}]}],
      "containers": [{"name": "a"}, {"name": "b", "ports": [{"containerPort": 7},
          {"name": "dns", "containerPort": 53, "protocol": "UDP"}, {"name": "dns", "containerPort": 54},
          {"name": "http", "containerPort": 8080, "protocol": "TCP"}]}]}})";
  const auto asked = parse_forward_port(text);
  if (!asked) return {-1, -1};
  const auto port = find_forward_port(*asked, kPod);
  if (!port) said = port.error().what;
  return port ? std::pair<int, int>(port->local, port->remote) : std::pair(-2, -2);
}

TEST(ForwardPorts, LocalAndRemote) {
  EXPECT_EQ(parsed_ports("8080:80"), std::pair(8080, 80));
  EXPECT_EQ(parsed_ports("80"), std::pair(80, 80));
  EXPECT_EQ(parsed_ports(":80"), std::pair(0, 80));
}

TEST(ForwardPorts, MayHaveANameInThePod) {
  EXPECT_EQ(parsed_ports("80:http"), std::pair(80, 8080));
  EXPECT_EQ(parsed_ports("http"), std::pair(8080, 8080));
  EXPECT_EQ(parsed_ports(":side"), std::pair(0, 15));
  EXPECT_EQ(parsed_ports("dns"), std::pair(54, 54)) << "over TCP";
  EXPECT_EQ(parsed_ports("80:web"), std::pair(-2, -2));
  EXPECT_EQ(said, "the pod has no TCP port named 'web'; there is dns, http, side");
  EXPECT_EQ(parsed_ports("gone"), std::pair(-2, -2)) << "its container has ended";
  const auto nameless = find_forward_port({.local = {}, .remote = "http"}, "{}");
  ASSERT_FALSE(nameless);
  EXPECT_EQ(nameless.error().what, "the pod has no TCP port named 'http'; none has a name");
  EXPECT_EQ(parsed_ports("http:80"), std::pair(-1, -1)) << "this machine's ports have none";
}

TEST(ForwardPorts, AreNumbersThatAPortCanHave) {
  for (const char* wrong :
       {"", ":", "80:", "HTTP", "0", "8080:0", "65536", "70000:80", "80:80:80", " 80", "+80", "-1"}) {
    const auto port = parse_forward_port(wrong);
    ASSERT_FALSE(port) << wrong;
    EXPECT_EQ(port.error().kind, Kind::invalid);
    EXPECT_THAT(port.error().what, HasSubstr("[LOCAL:]REMOTE"));
  }
}

TEST(ForwardPorts, AddressesAreNumbersOrLocalhost) {
  EXPECT_EQ(parse_forward_addresses({"localhost", "0.0.0.0"})->size(), 2U);
  EXPECT_FALSE(parse_forward_addresses({"example.org"}));
}

TEST(ForwardPorts, AFreePortIsTheSameOnBothLoopbackAddresses) {
  const auto listeners = listen_for({{0, 80}}, *parse_forward_addresses({"localhost"}));
  ASSERT_TRUE(listeners) << listeners.error().what;
  ASSERT_GE(listeners->size(), 1U);
  EXPECT_NE(listeners->front().local, 0);
  for (const Listener& one : *listeners) EXPECT_EQ(one.local, listeners->front().local);
  EXPECT_EQ(listeners->front().shown, "127.0.0.1:" + std::to_string(listeners->front().local));
}

TEST(ForwardPorts, APortThatIsTakenIsNamed) {
  const auto address = *parse_forward_addresses({"127.0.0.1"});
  const auto first = listen_for({{0, 80}}, address);
  ASSERT_TRUE(first);
  const std::uint16_t port = first->front().local;
  const auto second = listen_for({{port, 80}}, address);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().what, HasSubstr("127.0.0.1:" + std::to_string(port)));
}

}  // namespace
}  // namespace podrun::cli
