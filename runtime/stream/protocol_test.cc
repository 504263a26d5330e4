// What is pure: requests and what is negotiated, channel messages, status, sizes, tokens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/stream/channel_messages.h"
#include "runtime/stream/negotiate.h"
#include "runtime/stream/resize.h"
#include "runtime/stream/status.h"
#include "runtime/stream/test_client.h"
#include "runtime/stream/tokens.h"

namespace podrun::stream {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

HttpRequest request_of(const std::string& text) {
  const ParsedRequest parsed = parse_request(text);
  EXPECT_EQ(parsed.state, ParsedRequest::State::complete) << text;
  EXPECT_EQ(parsed.size, text.size());
  return parsed.request;
}

TEST(RequestTest, IsReadHoweverItArrives) {
  const std::string text = upgrade_to_spdy("/exec/abc", {"v5.channel.k8s.io", "v4.channel.k8s.io"});
  for (std::size_t size = 0; size < text.size(); ++size)
    ASSERT_EQ(parse_request(std::string_view(text).substr(0, size)).state, ParsedRequest::State::incomplete) << size;
  const ParsedRequest parsed = parse_request(text + "\x80\x03");
  ASSERT_EQ(parsed.state, ParsedRequest::State::complete);
  EXPECT_EQ(parsed.size, text.size()) << "what follows is SPDY";
  EXPECT_EQ(parsed.request.method, "POST");
  EXPECT_EQ(parsed.request.target, "/exec/abc");
  EXPECT_THAT(parsed.request.list("x-stream-protocol-version"), ElementsAre("v5.channel.k8s.io", "v4.channel.k8s.io"));
}

TEST(RequestTest, RefusesGarbageBodiesAndLongHeaders) {
  const auto state_of = [](const std::string& text) { return parse_request(text).state; };
  EXPECT_EQ(state_of("garbage\r\n\r\n"), ParsedRequest::State::wrong);
  EXPECT_EQ(state_of("GET / HTTP/1.0\r\n\r\n"), ParsedRequest::State::wrong);
  EXPECT_EQ(state_of("POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n"), ParsedRequest::State::wrong);
  EXPECT_EQ(state_of("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), ParsedRequest::State::wrong);
  EXPECT_EQ(state_of("GET / HTTP/1.1\r\nA: " + std::string(kMaxRequestHeader, 'a')), ParsedRequest::State::wrong);
  EXPECT_EQ(state_of(std::string(kMaxRequestHeader, '\n')), ParsedRequest::State::wrong);
}

TEST(PathTest, SaysWhatForAndByWhichToken) {
  EXPECT_EQ(parse_path("/exec/abc")->token, "abc");
  EXPECT_EQ(parse_path("/attach/abc?x=y")->token, "abc");
  EXPECT_EQ(parse_path("/portforward/abc")->purpose, Purpose::port_forward);
  for (const char* other : {"/", "", "/exec", "/cri/exec/abc", "*", "//exec/abc"})
    EXPECT_FALSE(parse_path(other)) << other;
}

TEST(NegotiateTest, SpdyTakesTheNewestThatBothKnow) {
  const auto negotiated = negotiate(
      request_of(upgrade_to_spdy("/", {"v5.channel.k8s.io", "v3.channel.k8s.io", "v4.channel.k8s.io"})), Purpose::exec);
  ASSERT_TRUE(negotiated.protocol);
  EXPECT_EQ(negotiated.protocol->name, "v4.channel.k8s.io");
  EXPECT_EQ(negotiated.protocol->version, 4);
  EXPECT_EQ(negotiated.protocol->carrier, Protocol::Carrier::spdy);
  EXPECT_THAT(switch_to_spdy(*negotiated.protocol),
              HasSubstr("\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n"));
}

TEST(NegotiateTest, SaysWhatIsKnownWhereNothingIsCommon) {
  const auto none = negotiate(request_of(upgrade_to_spdy("/", {})), Purpose::exec);
  EXPECT_EQ(none.refusal.status, 400);
  const auto other = negotiate(request_of(upgrade_to_spdy("/", {"v9.channel.k8s.io"})), Purpose::exec);
  EXPECT_FALSE(other.protocol);
  EXPECT_EQ(other.refusal.status, 403);
  EXPECT_THAT(answer_of(other.refusal), HasSubstr("X-Accepted-Stream-Protocol-Versions: v4.channel.k8s.io\r\n"));
  EXPECT_EQ(negotiate(request_of(upgrade_to_websocket("/", "v9.channel.k8s.io")), Purpose::exec).refusal.status, 403);
  EXPECT_EQ(negotiate(request_of(upgrade_to_websocket("/", "", "POST")), Purpose::exec).refusal.status, 405);
  EXPECT_EQ(negotiate(request_of("GET / HTTP/1.1\r\n\r\n"), Purpose::exec).refusal.status, 400);
  EXPECT_EQ(negotiate(request_of("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"), Purpose::exec).refusal.status, 400);
}

TEST(NegotiateTest, WebSocketKnowsV5AndTheTunnel) {
  const auto call =
      negotiate(request_of(upgrade_to_websocket("/", "v4.channel.k8s.io, v5.channel.k8s.io")), Purpose::attach);
  ASSERT_TRUE(call.protocol);
  EXPECT_EQ(call.protocol->version, 5);
  EXPECT_TRUE(call.protocol->form.has_close);
  const auto forward =
      negotiate(request_of(upgrade_to_websocket("/", "SPDY/3.1+portforward.k8s.io")), Purpose::port_forward);
  ASSERT_TRUE(forward.protocol);
  EXPECT_EQ(forward.protocol->carrier, Protocol::Carrier::tunnel);
  const auto oldest = negotiate(request_of(upgrade_to_websocket("/", "")), Purpose::exec);
  ASSERT_TRUE(oldest.protocol);
  EXPECT_EQ(oldest.protocol->version, 1);
}

class ChannelTest : public testing::Test, public ChannelReader::Sink {
 protected:
  void data(unsigned channel, std::string_view bytes) override {
    lines.push_back(std::to_string(channel) + " " + std::string(bytes));
  }
  void closed(unsigned channel) override { lines.push_back("closed " + std::to_string(channel)); }
  std::vector<std::string> lines;
};

TEST_F(ChannelTest, BinaryIsPassedOnAsItComes) {
  ChannelReader reader({});
  EXPECT_TRUE(reader.feed(std::string("\0ab", 3), false, *this));
  EXPECT_TRUE(reader.feed("c", true, *this));
  EXPECT_TRUE(reader.feed("\x04", false, *this));
  EXPECT_TRUE(reader.feed("{}", true, *this));
  EXPECT_TRUE(reader.feed("", true, *this));
  EXPECT_THAT(lines, ElementsAre("0 ab", "0 c", "4 {}"));
}

TEST_F(ChannelTest, OnlyV5ClosesChannels) {
  ChannelReader v5({.has_close = true});
  EXPECT_TRUE(v5.feed(std::string("\xff\0", 2), true, *this));
  EXPECT_TRUE(v5.feed("\xff", false, *this));
  EXPECT_TRUE(v5.feed("\x02", true, *this));
  EXPECT_FALSE(ChannelReader({.has_close = true}).feed("\xff\x01\x02", true, *this));
  EXPECT_FALSE(ChannelReader({.has_close = true}).feed("\xff", true, *this));
  EXPECT_TRUE(ChannelReader({}).feed("\xff\x01", true, *this));
  EXPECT_THAT(lines, ElementsAre("closed 0", "closed 2", "255 \x01"));
}

TEST_F(ChannelTest, Base64IsReadWhole) {
  const ChannelForm base64{.is_base64 = true};
  ChannelReader reader(base64);
  const std::string message = channel_message(base64, 1, "hello");
  EXPECT_EQ(message, "1aGVsbG8=");
  EXPECT_TRUE(reader.feed(message.substr(0, 4), false, *this));
  EXPECT_TRUE(reader.feed(message.substr(4), true, *this));
  EXPECT_TRUE(reader.feed("", true, *this)) << "an empty message, and not the one before once more";
  EXPECT_FALSE(reader.feed("1a!", true, *this));
  EXPECT_FALSE(reader.feed("1aGVsbG8", true, *this)) << "cut";
  EXPECT_FALSE(reader.feed("xaGVsbG8=", true, *this)) << "no channel";
  EXPECT_FALSE(reader.feed(std::string(kMaxChannelMessage + 1, '0'), false, *this));
  EXPECT_THAT(lines, ElementsAre("1 hello"));
}

TEST(StatusTest, TellsExitCodesAndErrors) {
  EXPECT_EQ(status_of(0, StatusForm::json), R"({"metadata":{},"status":"Success"})");
  EXPECT_EQ(
      status_of(7, StatusForm::json),
      R"({"metadata":{},"status":"Failure","message":"command terminated with exit code 7","reason":"NonZeroExitCode",)"
      R"("details":{"causes":[{"reason":"ExitCode","message":"7"}]}})");
  EXPECT_EQ(status_of(Error{.what = "no \xff such"}, StatusForm::json),
            "{\"metadata\":{},\"status\":\"Failure\",\"message\":\"no \xef\xbf\xbd "
            "such\",\"reason\":\"InternalError\",\"code\":500}");
  EXPECT_EQ(status_of(0, StatusForm::text), "");
  EXPECT_EQ(status_of(Error{.what = "gone"}, StatusForm::text), "gone");
}

TEST(ResizeTest, ReadsObjectsCutAnywhere) {
  const std::string text = "{\"Width\":80,\"Height\":24}\n{\"Width\":132,\"Height\":50}";
  ResizeReader reader;
  std::string sizes;
  for (const char c : text)
    for (const TerminalSize& size : reader.feed(std::string_view(&c, 1)))
      sizes += std::to_string(size.columns) + "x" + std::to_string(size.rows) + " ";
  EXPECT_EQ(sizes, "80x24 132x50 ");
}

TEST(ResizeTest, PassesOverWhatIsNoSize) {
  for (const char* text : {"garbage", "{}", "{\"Width\":0,\"Height\":24}", "{\"Width\":65536,\"Height\":24}",
                           "{\"Width\":-1,\"Height\":2}", "{\"Width\":\"80\",\"Height\":24}", "}}}}", "{\"Width\":80"})
    EXPECT_THAT(ResizeReader().feed(text), IsEmpty()) << text;
  ResizeReader reader;
  EXPECT_THAT(reader.feed("{" + std::string(100'000, ' ')), IsEmpty());
  EXPECT_EQ(reader.feed("{\"Width\":80,\"Height\":24}").size(), 1U) << "and goes on";
}

TEST(TokensTest, AreGoodOnceAndForAMinute) {
  Tokens tokens(3, std::chrono::minutes(1));
  const Tokens::Time now{};
  const std::string first = *tokens.issue(ExecRequest{.container = "a", .command = {"x"}, .streams = {}}, now);
  const std::string second = *tokens.issue(ExecRequest{.container = "b", .command = {"x"}, .streams = {}}, now);
  EXPECT_EQ(first.size(), 32U);
  EXPECT_NE(first, second);
  EXPECT_TRUE(tokens.find(first, now));
  EXPECT_EQ(std::get<ExecRequest>(*tokens.take(first, now)).container, "a");
  EXPECT_FALSE(tokens.take(first, now));
  EXPECT_FALSE(tokens.find(second, now + std::chrono::minutes(1)));
  EXPECT_FALSE(tokens.find("", now));
}

TEST(TokensTest, AreNoMoreThanTheyMay) {
  Tokens tokens(2, std::chrono::minutes(1));
  const Tokens::Time now{};
  ASSERT_TRUE(tokens.issue(PortForwardRequest{}, now));
  ASSERT_TRUE(tokens.issue(PortForwardRequest{}, now));
  const auto third = tokens.issue(PortForwardRequest{}, now);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().kind, Kind::busy);
  EXPECT_TRUE(tokens.issue(PortForwardRequest{}, now + std::chrono::minutes(1))) << "old ones make room";
}

}  // namespace
}  // namespace podrun::stream
