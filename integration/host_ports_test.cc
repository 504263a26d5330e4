// Ports of the host that a process of the host has: refused before anything is made, and nothing else is.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "integration/test_host.h"

namespace integration {
namespace {

using testing::HasSubstr;

constexpr int kPort = 18083;

sockaddr_in6 address(const std::string& ip, int port) {
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET6, ((ip.find(':') == std::string::npos ? "::ffff:" : "") + ip).c_str(), &to.sin6_addr);
  return to;
}

// A socket of this process.
class Holder {
 public:
  Holder(int type, const std::string& ip, bool listens = true, bool only_v6 = false, int port = kPort)
      : port_(port), socket_(::socket(AF_INET6, type | SOCK_CLOEXEC, 0)) {
    const int only = only_v6 ? 1 : 0;
    ::setsockopt(socket_, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    const sockaddr_in6 to = address(ip, port_);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0) << ip;
    if (type == SOCK_STREAM && listens) {
      EXPECT_EQ(::listen(socket_, 1), 0);
    }
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() { ::close(socket_); }

  // A connection of it that this end closes first, and so has to remember.
  void leave_a_connection_ending() const {
    const int client = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in6 to = address("127.0.0.1", port_);
    EXPECT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    const int server = ::accept(socket_, nullptr, nullptr);
    ::shutdown(server, SHUT_WR);
    char byte = 0;
    EXPECT_EQ(::read(client, &byte, 1), 0);
    ::close(client);
    EXPECT_EQ(::read(server, &byte, 1), 0);
    ::close(server);
  }

 private:
  int port_;
  int socket_;
};

class HostPortsTest : public PodrunTest {
 protected:
  void SetUp() override {
    PodrunTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    static_cast<void>(can_run({need::default_network()}));
  }

  static Json publisher(const std::string& protocol = "TCP", const std::string& host_ip = "", int port = kPort) {
    Json main = container("main", {"/bin/payload", "sleep"});
    main["ports"] = {{{"containerPort", 8080}, {"hostPort", port}, {"protocol", protocol}}};
    if (!host_ip.empty()) main["ports"][0]["hostIP"] = host_ip;
    return pod("web", {main});
  }
  // One line, before anything is made.
  void expect_refused(const Json& manifest, const std::string& who) {
    before_ = look_at_world(scope());  // with the socket that holds the port
    const Output refused = create(manifest, {});
    EXPECT_EQ(refused.status, 7) << refused.err;
    EXPECT_EQ(lines_of(refused.err).size(), 1U) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("publish host port " + std::to_string(kPort) + "/"));
    EXPECT_THAT(refused.err, HasSubstr(who));
    expect_world_unchanged();
  }
  void expect_made(const Json& manifest) {
    const Output made = create(manifest, {});
    EXPECT_EQ(made.status, 0) << made.err;
    if (made.status == 0) {
      EXPECT_EQ(remove("web").status, 0);
    }
  }
};

TEST_F(HostPortsTest, WhatAProcessOfTheHostListensOnIsRefusedWithItsName) {
  remember_world({});
  const std::string me = "process " + std::to_string(::getpid()) + " (";
  for (const char* ip : {"0.0.0.0", "::", "127.0.0.1"}) {
    const Holder tcp(SOCK_STREAM, ip);
    expect_refused(publisher(), me);
    expect_refused(publisher("TCP", "127.0.0.1"), me);
    const Holder udp(SOCK_DGRAM, ip);
    expect_refused(publisher("UDP"), me);
  }
  {
    const Holder six(SOCK_STREAM, "::1");
    expect_refused(publisher("TCP", "::1"), me);
    expect_refused(publisher("TCP", "0:0:0:0:0:0:0:1"), me);
    expect_refused(publisher(), me);  // every address of the host
  }
  const Holder bound(SOCK_STREAM, "127.0.0.1", false);
  expect_refused(publisher(), "a process of the host");
}

TEST_F(HostPortsTest, NothingElseIsRefused) {
  {
    const Holder udp(SOCK_DGRAM, "::");
    expect_made(publisher("TCP"));
  }
  {
    const Holder tcp(SOCK_STREAM, "127.0.0.2");
    expect_made(publisher("UDP"));
    expect_made(publisher("TCP", "127.0.0.1"));
  }
  {
    const Holder six(SOCK_STREAM, "::", true, true);
    expect_made(publisher("TCP", "0.0.0.0"));
    expect_made(publisher("TCP", "127.0.0.1"));
  }
  constexpr int kOther = kPort + 1;  // taken for a minute
  { Holder(SOCK_STREAM, "::", true, false, kOther).leave_a_connection_ending(); }
  ASSERT_THAT(run({"cat", "/proc/net/tcp6"}).out, HasSubstr(" 06 ")) << "nothing is in TIME_WAIT";
  expect_made(publisher("TCP", "", kOther));
}

// Its own server is to have the port.
TEST_F(HostPortsTest, APodOnTheHostsNetworkBindsItsPortItself) {
  constexpr int kServed = kPort + 2;  // its connections keep it a while from who does not say SO_REUSEADDR
  Json manifest = pod("web", {container("main", {"/bin/payload", "serve", std::to_string(kServed)})});
  manifest["spec"]["hostNetwork"] = true;
  manifest["spec"]["containers"][0]["ports"] = {{{"containerPort", kServed}}};
  ASSERT_TRUE(must_create(manifest, {}));
  EXPECT_EQ(run({tests_dir() + "/payload", "ask", "127.0.0.1", std::to_string(kServed)}).out.substr(0, 6), "hello ");
  Json other = publisher("TCP", "", kServed);
  other["metadata"]["name"] = "other";
  EXPECT_EQ(create(other, {}).status, 7);
}

TEST_F(HostPortsTest, WithoutANetworkNothingIsPublishedAndNothingRefused) {
  const Holder tcp(SOCK_STREAM, "::");
  const Output made = create(publisher(), {"--network", "none"});
  EXPECT_EQ(made.status, 0) << made.err;
}

TEST_F(HostPortsTest, TwoSpellingsOfAnAddressAreOneAddress) {
  ASSERT_TRUE(must_create(publisher("TCP", "::1"), {}));
  Json other = publisher("TCP", "0:0:0:0:0:0:0:1");
  other["metadata"]["name"] = "other";
  const Output refused = create(other, {});
  EXPECT_EQ(refused.status, 7);
  EXPECT_THAT(refused.err, HasSubstr("pod 'web'"));
}

}  // namespace
}  // namespace integration
