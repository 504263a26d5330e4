// Clients that say nothing, say nonsense, are slow or vanish: each loses its connection, and nobody else anything.
#include <fcntl.h>

#include "runtime/stream/server_fixture.h"

namespace podrun::stream {
namespace {

using testing::HasSubstr;

class HostileClientTest : public StreamServerTest {
 protected:
  // That the server still does what it is there for.
  void TearDown() override {
    SpdyCall call(TestSpdy::direct(exec_url("echo well")));
    ASSERT_TRUE(call.read_to_end());
    EXPECT_EQ(call.heard(call.out), "well\n");
    EXPECT_TRUE(becomes_quiet());
  }
  int status_for(const std::string& url, const std::string& request) {
    return status_of_answer(TestSocket(url).ask(request));
  }
};

TEST_F(HostileClientTest, ATokenIsGoodOnce) {
  const std::string url = exec_url("true");
  SpdyCall call{TestSpdy::direct(url)};
  ASSERT_TRUE(call.read_to_end());
  TestSocket again(url);
  const std::string answer = again.ask(upgrade_to_spdy(again.path(), {"v4.channel.k8s.io"}));
  EXPECT_EQ(status_of_answer(answer), 404);
  EXPECT_TRUE(again.is_closed_within(kPatience));
}

TEST_F(HostileClientTest, OfTwoWhoComeWithOneTokenOneIsServed) {
  const std::string url = exec_url("true");
  std::atomic<int> served = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&] {
      TestSocket socket(url);
      if (status_of_answer(socket.ask(upgrade_to_spdy(socket.path(), {"v4.channel.k8s.io"}))) == 101) ++served;
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(served, 1);
}

TEST_F(HostileClientTest, TokensAreKnownOrNot) {
  const std::string url = exec_url("true");
  const std::string path = TestSocket(url).path();
  const std::vector<std::string> v4{"v4.channel.k8s.io"};
  EXPECT_EQ(status_for(url, upgrade_to_spdy("/exec/" + std::string(32, '0'), v4)), 404);
  EXPECT_EQ(status_for(url, upgrade_to_spdy("/exec/", v4)), 404);
  EXPECT_EQ(status_for(url, upgrade_to_spdy("/", v4)), 404);
  EXPECT_EQ(status_for(url, upgrade_to_spdy(path + "x", v4)), 404);
  EXPECT_EQ(status_for(url, upgrade_to_spdy("/attach/" + path.substr(6), v4)), 404) << "what it was given for";
  EXPECT_EQ(status_for(url, upgrade_to_spdy(path, v4, "PUT")), 405);
  EXPECT_EQ(status_for(url, upgrade_to_spdy(path, {})), 400);
  EXPECT_EQ(status_for(url, upgrade_to_spdy(path, {"v9.channel.k8s.io"})), 403);
  EXPECT_EQ(status_for(url, "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status_for(url, upgrade_to_spdy(path, v4)), 101) << "asked wrongly it stays";
}

TEST_F(HostileClientTest, OneThatSaysNothingIsClosed) {
  const TestSocket silent(exec_url("true"));
  EXPECT_TRUE(silent.is_closed_within(kPatience));
}

TEST_F(HostileClientTest, OneThatNeverEndsItsRequestIsClosed) {
  const TestSocket slow(exec_url("true"));
  const auto begin = std::chrono::steady_clock::now();
  slow.send("GET /exec/");
  while (!slow.is_closed_within(std::chrono::milliseconds(50)) && std::chrono::steady_clock::now() - begin < kPatience)
    slow.send("a");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience);
}

TEST_F(HostileClientTest, GarbageIsNoRequest) {
  const std::string url = exec_url("true");
  EXPECT_EQ(status_for(url, "\x16\x03\x01\x02\r\n\r\n"), 400);
  EXPECT_EQ(status_for(url, "GET /exec/x HTTP/1.1\r\nA: " + std::string(100'000, 'a') + "\r\n\r\n"), 400);
  EXPECT_EQ(status_for(url, "POST /exec/x HTTP/1.1\r\nContent-Length: 10\r\n\r\n0123456789"), 400);
}

TEST_F(HostileClientTest, OneThatOpensNoStreamsIsClosed) {
  TestSpdy client = TestSpdy::direct(exec_url("true"));
  client.open({{"streamtype", "error"}});
  EXPECT_FALSE(client.read_until([] { return false; }));
  EXPECT_EQ(handler.running, 0);
}

TEST_F(HostileClientTest, StreamsThatNobodyAskedForAreRefused) {
  TestSpdy client = TestSpdy::direct(exec_url("true", {.out = true}));
  const StreamId nonsense = client.open({{"streamtype", "nonsense"}});
  const StreamId unasked = client.open({{"streamtype", "stdin"}});
  const StreamId nothing = client.open({});
  const StreamId error = client.open({{"streamtype", "error"}});
  const StreamId twice = client.open({{"streamtype", "error"}});
  ASSERT_TRUE(client.read_until([&] { return client.heard(twice).is_reset; }));
  EXPECT_TRUE(client.heard(nonsense).is_reset);
  EXPECT_TRUE(client.heard(unasked).is_reset);
  EXPECT_TRUE(client.heard(nothing).is_reset);
  EXPECT_TRUE(client.heard(error).is_answered);
}

TEST_F(HostileClientTest, WhatIsNoSpdyEndsWithAGoodbye) {
  for (const std::string& bytes :
       {std::string("\x80\x03\x00\x01\x00\x00\x00\x0e\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\xde\xad\xbe\xef",
                    22),                                     // headers
        std::string("\x00\x00\x00\x01\x00\xff\xff\xff", 8),  // 16 MiB for nobody
        std::string("\x80\x03\x00\x01\x00\xff\xff\xff", 8),  // a control frame of 16 MiB
        std::string("\x80\x03\x00\x01\x00\x00\x00\x0a\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00", 18),  // an even id
        std::string("\x80\x03\x00\x09\x00\x00\x00\x00", 8)}) {                                        // too short
    TestSpdy client = TestSpdy::direct(exec_url("true"));
    client.send_raw(bytes);
    EXPECT_FALSE(client.read_until([] { return false; }));
    EXPECT_TRUE(client.said_goodbye());
  }
}

TEST_F(HostileClientTest, ABrokenWebSocketIsClosed) {
  const auto ends_with = [](TestWebSocket& client) {
    std::uint16_t code = 0;
    client.receive_channels(code);
    return code;
  };
  {
    TestWebSocket client(exec_url("cat"), "v5.channel.k8s.io");
    client.send(2, std::string("\0unmasked", 9), false);
    EXPECT_EQ(ends_with(client), 1002);
  }
  {
    TestWebSocket client(exec_url("cat"), "v5.channel.k8s.io");
    client.send(2, std::string((1 << 20) + 1, '\0'));
    EXPECT_EQ(ends_with(client), 1009);
  }
  {
    TestWebSocket client(exec_url("cat"), "v5.channel.k8s.io");
    client.send(2, "\xff\x01\x02");
    EXPECT_EQ(ends_with(client), 1002);
  }
  {
    TestWebSocket client(exec_url("cat"), "v4.base64.channel.k8s.io");
    client.send(1, "0!!!!");
    EXPECT_EQ(ends_with(client), 1002);
  }
  {
    TestWebSocket client(exec_url("cat"), "v5.channel.k8s.io");
    client.send(0x0b, "an opcode of nobody's");
    EXPECT_EQ(ends_with(client), 1002);
  }
}

TEST_F(HostileClientTest, ChannelsOfNobodyAreDropped) {
  TestWebSocket client(exec_url("cat"), "v5.channel.k8s.io");
  client.send(2, "\x09what");
  client.send(2, "\x01what");
  client.send(2, "\xff\x09");
  client.send(2, std::string("\0well", 5));
  client.send(2, std::string("\xff\0", 2));
  std::uint16_t code = 0;
  EXPECT_EQ(client.receive_channels(code)[1], "well");
}

TEST_F(HostileClientTest, AWebSocketThatAsksWronglyIsRefused) {
  const std::string url = exec_url("true");
  TestSocket socket(url);
  std::string request = upgrade_to_websocket(socket.path(), "v5.channel.k8s.io");
  request.replace(request.find("Version: 13"), 11, "Version: 12");
  EXPECT_NE(status_of_answer(socket.ask(request)), 101);
  EXPECT_TRUE(socket.is_closed_within(kPatience));
}

TEST_F(HostileClientTest, ThousandsOfPingsAreAnswered) {
  SpdyCall call(TestSpdy::direct(exec_url("cat")));
  for (std::uint32_t i = 0; i < 5000; ++i) call.client.send_raw(spdy::ping_frame(2 * i + 1));
  EXPECT_TRUE(call.client.read_until([&] { return call.client.pings().size() == 5000; }));
  call.client.send(call.in, "", true);
  EXPECT_TRUE(call.read_to_end());
}

TEST_F(HostileClientTest, OneThatReadsNoAnswersIsNotAskedForMore) {
  SpdyCall call(TestSpdy::direct(exec_url("sleep 1000")));
  ASSERT_TRUE(call.client.read_until([&] { return call.client.heard(call.err).is_answered; }));
  std::string pings;
  while (pings.size() < 1U << 20U) pings += spdy::ping_frame(1);
  ::fcntl(call.client.fd(), F_SETFL, O_NONBLOCK);
  std::size_t sent = 0;
  bool is_full = false;
  for (int pauses = 0; !is_full && sent < 256U << 20U;) {
    const std::string_view next = std::string_view(pings).substr(sent % pings.size());
    const ssize_t size = ::send(call.client.fd(), next.data(), next.size(), MSG_NOSIGNAL);
    ASSERT_TRUE(size > 0 || errno == EAGAIN) << "it was read as something else";
    if (size > 0) {
      sent += static_cast<std::size_t>(size);
      pauses = 0;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      is_full = ++pauses > 20;
    }
  }
  EXPECT_TRUE(is_full) << "256 MiB were read, and the answers kept";
}

TEST_F(HostileClientTest, AResetOfOutputIsAClosedPipe) {
  SpdyCall call(TestSpdy::direct(exec_url("yes; echo $? >&2")));
  ASSERT_TRUE(call.client.read_until([&] { return call.heard(call.out).size() > 1000; }));
  call.client.send_raw(spdy::rst_frame(call.out, spdy::ResetStatus::cancel));
  ASSERT_TRUE(call.client.read_to_end(call.error));
  EXPECT_EQ(call.heard(call.err), "141\n") << "128 + SIGPIPE";
}

class CrowdTest : public StreamServerTest {
 protected:
  static Limits few() {
    Limits limits = limits_of_tests();
    limits.connections = 3;
    limits.waiting = 5;
    limits.calls = 1;
    limits.url_life = std::chrono::milliseconds(1500);
    limits.request_time = std::chrono::milliseconds(3000);
    limits.idle_time = std::chrono::milliseconds(1500);
    return limits;
  }
  CrowdTest() : StreamServerTest(few()) {}
};

TEST_F(CrowdTest, ConnectionsAboveTheLimitAreClosedAtOnce) {
  const std::string url = exec_url("true");
  const TestSocket first(url), second(url), third(url);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const TestSocket fourth(url);
  EXPECT_TRUE(fourth.is_closed_within(std::chrono::milliseconds(1500)));
  EXPECT_FALSE(first.is_closed_within(std::chrono::milliseconds(10)));
}

TEST_F(CrowdTest, CallsAboveTheLimitAreToldSo) {
  SpdyCall first(TestSpdy::direct(exec_url("echo ready; cat")));
  ASSERT_TRUE(first.client.read_until([&] { return first.heard(first.out) == "ready\n"; }));
  SpdyCall second(TestSpdy::direct(exec_url("true")));
  ASSERT_TRUE(second.read_to_end());
  EXPECT_THAT(second.heard(second.error), HasSubstr("too many streams are open"));
}

TEST_F(CrowdTest, UrlsAreFewAndGrowOld) {
  std::string oldest;
  for (int i = 0; i < 5; ++i) oldest = exec_url("true");
  const auto sixth = server->url_for(ExecRequest{.container = "c", .command = {"true"}, .streams = {.out = true}});
  ASSERT_FALSE(sixth);
  EXPECT_EQ(sixth.error().kind, Kind::busy);
  std::this_thread::sleep_for(std::chrono::milliseconds(1600));
  TestSocket late(oldest);
  EXPECT_EQ(status_of_answer(late.ask(upgrade_to_spdy(late.path(), {"v4.channel.k8s.io"}))), 404);
}

TEST_F(CrowdTest, OneThatIsIdleForTooLongIsClosed) {
  SpdyCall call(TestSpdy::direct(exec_url("sleep 1000")));
  EXPECT_FALSE(call.read_to_end());
  EXPECT_TRUE(becomes_quiet());
  EXPECT_EQ(handler.killed, 1);
}

TEST(ServerAddressTest, IsLoopback) {
  TestHandler handler;
  for (const char* address :
       {"0.0.0.0:0", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:1x", "[::]:0", "localhost:0", ""}) {
    const auto started = Server::start(address, handler);
    ASSERT_FALSE(started) << address;
    EXPECT_EQ(started.error().kind, Kind::invalid) << address;
  }
}

TEST_F(CrowdTest, AskedForIsSomething) {
  const auto kind_of = [&](const Streams& streams) {
    const auto made = server->url_for(AttachRequest{.container = "c", .streams = streams});
    return made ? Kind::exists : made.error().kind;
  };
  EXPECT_EQ(kind_of({}), Kind::invalid);
  EXPECT_EQ(kind_of({.out = true, .err = true, .tty = true}), Kind::invalid);
  EXPECT_EQ(kind_of({.out = true, .tty = true}), Kind::exists);
  EXPECT_FALSE(server->url_for(ExecRequest{.container = "c", .command = {}, .streams = {.out = true}}));
}

}  // namespace
}  // namespace podrun::stream
