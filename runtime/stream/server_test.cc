// Whole ways: a client, the server, a command.
#include "runtime/stream/echo_port.h"
#include "runtime/stream/server_fixture.h"

namespace podrun::stream {
namespace {

using testing::HasSubstr;

class ExecStreamTest : public StreamServerTest {};

TEST_F(ExecStreamTest, SpdyCarriesEachStreamAndTheExitCode) {
  SpdyCall call(TestSpdy::direct(exec_url("cat; echo oops >&2; exit 7"), {"v5.channel.k8s.io", "v4.channel.k8s.io"}));
  EXPECT_THAT(call.client.answer(), HasSubstr("X-Stream-Protocol-Version: v4.channel.k8s.io\r\n"));
  call.client.send(call.in, "hel");
  call.client.send(call.in, "lo");
  call.client.send(call.in, "", true);
  ASSERT_TRUE(call.read_to_end());
  EXPECT_EQ(call.heard(call.out), "hello");
  EXPECT_EQ(call.heard(call.err), "oops\n");
  EXPECT_THAT(call.heard(call.error), HasSubstr(R"("causes":[{"reason":"ExitCode","message":"7"}])"));
}

TEST_F(ExecStreamTest, SpdyMovesMegabytesBothWays) {
  const std::string bytes = pattern(5'000'000);
  SpdyCall call(TestSpdy::direct(exec_url("cat")));
  std::thread typing([&] {
    for (std::size_t at = 0; at < bytes.size(); at += 40'000)
      call.client.send_raw(spdy::data_frame(call.in, 0, std::string_view(bytes).substr(at, 40'000)));
    call.client.send_raw(spdy::data_frame(call.in, spdy::kFin, ""));
  });
  EXPECT_TRUE(call.read_to_end());
  typing.join();
  EXPECT_TRUE(call.heard(call.out) == bytes) << call.heard(call.out).size();
  EXPECT_EQ(call.heard(call.error), kSuccess);
  EXPECT_GT(call.client.heard(call.in).window_updates, 0U);
}

TEST_F(ExecStreamTest, AnErrorHasItsText) {
  const std::string failing = url(ExecRequest{.container = "c", .command = {"fail"}, .streams = {.out = true}});
  SpdyCall call(TestSpdy::direct(failing), {.out = true});
  ASSERT_TRUE(call.read_to_end());
  EXPECT_THAT(call.heard(call.error), HasSubstr(R"("message":"it cannot be executed","reason":"InternalError")"));
}

TEST_F(ExecStreamTest, OldVersionsSayItInText) {
  SpdyCall call(TestSpdy::direct(exec_url("exit 3"), {"v2.channel.k8s.io"}));
  ASSERT_TRUE(call.read_to_end());
  EXPECT_EQ(call.heard(call.error), "command terminated with exit code 3");
  SpdyCall well(TestSpdy::direct(exec_url("exit 0"), {"channel.k8s.io"}));
  ASSERT_TRUE(well.read_to_end());
  EXPECT_EQ(well.heard(well.error), "");
}

TEST_F(ExecStreamTest, WhatIsLeftBehindHoldsUpNothing) {
  SpdyCall call(TestSpdy::direct(exec_url("(sleep 60; echo late) & echo done; exit 0")));
  const auto before = std::chrono::steady_clock::now();
  ASSERT_TRUE(call.read_to_end());
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(30));
  EXPECT_EQ(call.heard(call.out), "done\n");
  EXPECT_EQ(call.heard(call.error), kSuccess);
}

TEST_F(ExecStreamTest, AWindowIsKeptTo) {
  SpdyCall call(TestSpdy::direct(exec_url("head -c 300000 /dev/zero")));
  // Before any output: from now on this client has windows.
  call.client.send_raw(spdy::settings_frame({{spdy::kInitialWindowSize, 0}}));
  call.client.send_raw(spdy::window_update_frame(call.error, 10'000));
  EXPECT_FALSE(
      call.client.read_until([&] { return call.client.heard(call.out).is_finished; }, std::chrono::milliseconds(700)));
  EXPECT_LE(call.heard(call.out).size(), 64U << 10U) << "sent before the client spoke of windows";
  const std::size_t before = call.heard(call.out).size();
  call.client.send_raw(spdy::window_update_frame(0, 1 << 20));
  call.client.send_raw(spdy::window_update_frame(call.out, static_cast<std::uint32_t>(before + 100)));
  call.client.send_raw(spdy::window_update_frame(call.out, 300'000));
  ASSERT_TRUE(call.read_to_end());
  EXPECT_EQ(call.heard(call.out).size(), 300'000U);
  EXPECT_EQ(call.heard(call.error), kSuccess);
}

TEST_F(ExecStreamTest, TheTerminalHasItsSizes) {
  const std::string tty =
      url(ExecRequest{.container = "c", .command = {"sizes"}, .streams = {.in = true, .out = true, .tty = true}});
  SpdyCall call(TestSpdy::direct(tty), {.in = true, .out = true, .tty = true});
  call.client.send(call.resize, "{\"Width\":80,\"Hei");
  call.client.send(call.resize, "ght\":24}{\"Width\":99,\"Height\":30}");
  ASSERT_TRUE(call.read_to_end());
  EXPECT_EQ(call.heard(call.out), "80x24\n99x30\n");
}

TEST_F(ExecStreamTest, WebSocketV5HasAnEndOfInput) {
  TestWebSocket client(exec_url("cat; echo oops >&2; exit 7"), "v5.channel.k8s.io");
  EXPECT_THAT(client.answer(), HasSubstr("Sec-WebSocket-Protocol: v5.channel.k8s.io\r\n"));
  client.send(2, std::string("\0hello", 6));
  client.send(2, std::string("\xff\0", 2));
  std::uint16_t code = 0;
  auto channels = client.receive_channels(code);
  EXPECT_EQ(code, 1000);
  EXPECT_EQ(channels[1], "hello");
  EXPECT_EQ(channels[2], "oops\n");
  EXPECT_THAT(channels[3], HasSubstr(R"("message":"7")"));
}

TEST_F(ExecStreamTest, WebSocketV4EndsWithTheCommand) {
  TestWebSocket client(exec_url("read line; echo \"$line\""), "v4.channel.k8s.io");
  const auto first = client.receive();
  EXPECT_EQ(first.bytes, "\x01") << "an empty message on the lowest output channel";
  client.send_part(2, std::string("\0hel", 4), false);
  client.send_part(0, "lo\n", true);
  std::uint16_t code = 0;
  auto channels = client.receive_channels(code);
  EXPECT_EQ(code, 1000);
  EXPECT_EQ(channels[1], "hello\n");
  EXPECT_EQ(channels[3], kSuccess);
}

TEST_F(ExecStreamTest, WebSocketSpeaksBase64) {
  TestWebSocket client(exec_url("head -c 5"), "v4.base64.channel.k8s.io");
  client.send(1, "0aGVsbG8=");
  std::uint16_t code = 0;
  auto channels = client.receive_channels(code);
  EXPECT_EQ(channels['1'], "aGVsbG8=");
  EXPECT_EQ(code, 1000);
}

TEST_F(ExecStreamTest, WebSocketMovesMegabytesAndAnswersPings) {
  const std::string bytes = pattern(3'000'000);
  TestWebSocket client(exec_url("cat"), "v5.channel.k8s.io");
  std::thread typing([&] {
    for (std::size_t at = 0; at < bytes.size(); at += 30'000)
      client.send(2, std::string(1, '\0') + bytes.substr(at, 30'000));
    client.send(9, "are you there");
    client.send(2, std::string("\xff\0", 2));
  });
  std::string out;
  bool has_pong = false;
  for (auto message = client.receive(); message.opcode != 8 && message.opcode != 0; message = client.receive()) {
    if (message.opcode == 10) has_pong = message.bytes == "are you there";
    if (message.opcode == 2 && message.bytes.front() == 1) out += message.bytes.substr(1);
  }
  typing.join();
  EXPECT_TRUE(out == bytes) << out.size();
  EXPECT_TRUE(has_pong);
}

TEST_F(ExecStreamTest, AClientThatGoesEndsTheCommand) {
  {
    SpdyCall call(TestSpdy::direct(exec_url("echo ready; sleep 1000")));
    ASSERT_TRUE(call.client.read_until([&] { return call.heard(call.out) == "ready\n"; }));
  }
  EXPECT_TRUE(becomes_quiet());
  EXPECT_EQ(handler.killed, 1);
  {
    TestWebSocket client(exec_url("echo ready; sleep 1000"), "v4.channel.k8s.io");
    while (client.receive().bytes != "\x01ready\n") continue;
  }
  EXPECT_TRUE(becomes_quiet());
  EXPECT_EQ(handler.killed, 2);
}

TEST_F(ExecStreamTest, AClientThatGoesIsSeenWhileTheCommandReadsNothing) {
  {
    SpdyCall call(TestSpdy::direct(exec_url("sleep 1000")));
    // More than is taken (Inlet::kFull, and a pipe), and less than the kernel keeps besides: behind what finds no room
    // there its end does not come to us.
    for (int i = 0; i < 34; ++i) call.client.send(call.in, std::string(10'000, 'x'));
    ASSERT_TRUE(call.client.read_until([&] { return call.client.heard(call.err).is_answered; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_TRUE(becomes_quiet());
  EXPECT_EQ(handler.killed, 1);
}

TEST_F(ExecStreamTest, ASlowClientSlowsNobodyElse) {
  SpdyCall slow(TestSpdy::direct(exec_url("yes")));  // and reads nothing
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  SpdyCall quick(TestSpdy::direct(exec_url("head -c 1000000 /dev/zero")));
  ASSERT_TRUE(quick.read_to_end());
  EXPECT_EQ(quick.heard(quick.out).size(), 1'000'000U);
}

TEST_F(ExecStreamTest, AttachIsLikeExecWithoutAnExitCode) {
  SpdyCall call(TestSpdy::direct(
      url(AttachRequest{.container = "c", .streams = {.in = true, .out = true, .err = true, .tty = false}})));
  call.client.send(call.in, "echo", true);
  ASSERT_TRUE(call.read_to_end());
  EXPECT_EQ(call.heard(call.out), "hello\necho");
  EXPECT_EQ(call.heard(call.error), kSuccess);
}

TEST_F(ExecStreamTest, TheServerEndsItsClients) {
  SpdyCall call(TestSpdy::direct(exec_url("echo ready; sleep 1000")));
  ASSERT_TRUE(call.client.read_until([&] { return call.heard(call.out) == "ready\n"; }));
  server.reset();
  EXPECT_EQ(handler.running, 0);
  EXPECT_FALSE(call.read_to_end());
}

class ForwardStreamTest : public StreamServerTest {
 protected:
  struct Pair {
    StreamId error, data;
  };
  static Pair open(TestSpdy& client, std::uint16_t port, const std::string& request) {
    Headers headers{{"port", std::to_string(port)}, {"streamtype", "error"}};
    if (!request.empty()) headers["requestid"] = request;
    const StreamId error = client.open(headers, true);
    headers["streamtype"] = "data";
    return {error, client.open(headers)};
  }
  void echoes(TestSpdy client) {
    const EchoPort echo;
    std::vector<Pair> pairs;
    for (int i = 0; i < 20; ++i) {
      pairs.push_back(open(client, echo.port, std::to_string(i)));
      client.send(pairs.back().data, pattern(20'000) + std::to_string(i), true);
    }
    for (int i = 0; i < 20; ++i) {
      const Pair& pair = pairs[static_cast<std::size_t>(i)];
      ASSERT_TRUE(client.read_to_end(pair.data)) << i;
      ASSERT_TRUE(client.read_to_end(pair.error)) << i;
      EXPECT_TRUE(client.heard(pair.data).bytes == pattern(20'000) + std::to_string(i)) << i;
      EXPECT_EQ(client.heard(pair.error).bytes, "") << i;
    }
  }
};

TEST_F(ForwardStreamTest, ManyConnectionsOverOne) { echoes(TestSpdy::direct(forward_url(), {"portforward.k8s.io"})); }

TEST_F(ForwardStreamTest, ThroughTheTunnelToo) { echoes(TestSpdy::tunnelled(forward_url())); }

TEST_F(ForwardStreamTest, ARefusedConnectionLeavesTheOthers) {
  const EchoPort echo;
  std::uint16_t nobody = 0;
  { nobody = EchoPort().port; }
  TestSpdy client = TestSpdy::direct(forward_url(), {"portforward.k8s.io"});
  const Pair lives = open(client, echo.port, "1");
  client.send(lives.data, "before ");
  const Pair refused = open(client, nobody, "2");
  ASSERT_TRUE(client.read_to_end(refused.error));
  EXPECT_THAT(client.heard(refused.error).bytes, HasSubstr("connect to port"));
  ASSERT_TRUE(client.read_to_end(refused.data));
  EXPECT_TRUE(client.heard(refused.data).is_reset);
  client.send(lives.data, "after", true);
  ASSERT_TRUE(client.read_to_end(lives.data));
  EXPECT_EQ(client.heard(lives.data).bytes, "before after");
}

// client-go does so once the pod's side is done, and then reads the error stream to its end.
TEST_F(ForwardStreamTest, AConnectionThatTheClientResetsHasItsErrorStreamEnded) {
  const EchoPort echo;
  TestSpdy client = TestSpdy::direct(forward_url(), {"portforward.k8s.io"});
  const Pair pair = open(client, echo.port, "1");
  client.send(pair.data, "hello");
  ASSERT_TRUE(client.read_until([&] { return client.heard(pair.data).bytes == "hello"; }));
  client.send_raw(std::string("\x80\x03\x00\x03\x00\x00\x00\x08\x00\x00\x00", 11) + static_cast<char>(pair.data) +
                  std::string("\x00\x00\x00\x05", 4));
  ASSERT_TRUE(client.read_to_end(pair.error));
  EXPECT_TRUE(client.heard(pair.error).is_finished);
  EXPECT_EQ(client.heard(pair.error).bytes, "");
}

TEST_F(ForwardStreamTest, OldClientsNameNoRequest) {
  const EchoPort echo;
  TestSpdy client = TestSpdy::direct(forward_url(), {"portforward.k8s.io"});
  const Pair pair = open(client, echo.port, "");
  client.send(pair.data, "hello", true);
  ASSERT_TRUE(client.read_to_end(pair.data));
  EXPECT_EQ(client.heard(pair.data).bytes, "hello");
}

TEST_F(ForwardStreamTest, OneThatTakesNothingHoldsUpTheOthersForAWhileOnly) {
  const Fd listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));  // nobody accepts, so nobody reads
  ASSERT_EQ(::listen(listening.get(), 1), 0);
  sockaddr_in name{};
  socklen_t size = sizeof(name);
  ::getsockname(listening.get(), reinterpret_cast<sockaddr*>(&name), &size);
  const EchoPort echo;
  TestSpdy client = TestSpdy::direct(forward_url(), {"portforward.k8s.io"});
  const Pair full = open(client, ntohs(name.sin_port), "full");
  const Pair other = open(client, echo.port, "other");
  std::thread typing([&] {
    for (int i = 0; i < 1000; ++i) client.send(full.data, std::string(32'000, 'x'));
    client.send(other.data, "hello", true);
  });
  ASSERT_TRUE(client.read_to_end(other.data));
  EXPECT_EQ(client.heard(other.data).bytes, "hello");
  EXPECT_TRUE(client.heard(full.data).is_reset);
  EXPECT_THAT(client.heard(full.error).bytes, HasSubstr("taken no data"));
  typing.join();
}

TEST_F(ForwardStreamTest, WebSocketV4SaysThePortsFirst) {
  const EchoPort echo;
  TestWebSocket client(url(PortForwardRequest{.pod = "p", .ports = {echo.port}}), "v4.channel.k8s.io");
  const std::string port{static_cast<char>(echo.port & 0xffU), static_cast<char>(echo.port >> 8U)};
  EXPECT_EQ(client.receive().bytes, std::string(1, '\0') + port);
  EXPECT_EQ(client.receive().bytes, "\x01" + port);
  client.send(2, std::string("\0hello", 6));
  EXPECT_EQ(client.receive().bytes, std::string("\0hello", 6));
}

}  // namespace
}  // namespace podrun::stream
