#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "runtime/stream/spdy/connection.h"
#include "runtime/stream/spdy/dictionary.h"

namespace podrun::stream::spdy {
namespace {

using testing::ElementsAre;

// What happened, a line each.
class Recorder : public Mux::User {
 public:
  bool opened(StreamId stream, const Headers& headers) override {
    std::string line = "opened " + std::to_string(stream);
    for (const auto& [name, value] : headers) line += " " + name + "=" + value;
    lines.push_back(line);
    return !refuses;
  }
  void received(StreamId stream, std::string_view bytes) override {
    lines.push_back("received " + std::to_string(stream) + " " + std::string(bytes));
  }
  void finished(StreamId stream) override { lines.push_back("finished " + std::to_string(stream)); }
  void was_reset(StreamId stream) override { lines.push_back("reset " + std::to_string(stream)); }
  void gone() override { lines.push_back("gone"); }

  std::vector<std::string> lines;
  bool refuses = false;
};

// What the server answered, a line each.
class Answers : public FrameReader::Sink {
 public:
  explicit Answers(const std::string& bytes) { EXPECT_TRUE(FrameReader().feed(bytes, *this)); }
  bool control(FrameType type, std::uint8_t, std::string_view payload) override {
    PayloadReader reader(payload);
    std::string line = std::to_string(static_cast<int>(type)) + " " + std::to_string(reader.number32());
    if (type == FrameType::rst_stream || type == FrameType::goaway || type == FrameType::window_update)
      line += " " + std::to_string(reader.number32());
    lines.push_back(line);
    return true;
  }
  bool data(StreamId stream, std::string_view bytes, bool is_last) override {
    lines.push_back("data " + std::to_string(stream) + " " + std::to_string(bytes.size()) + (is_last ? " last" : ""));
    return true;
  }
  std::vector<std::string> lines;
};

std::vector<std::string> answers(Connection& connection) { return Answers(connection.take_output()).lines; }

class SpdyTest : public testing::Test {
 protected:
  std::string syn(StreamId stream, const Headers& headers, std::uint8_t flags = 0) {
    return syn_stream_frame(stream, flags, writer.write(headers));
  }
  Recorder user;
  Connection connection{user, 4};
  HeaderWriter writer;
};

TEST(SpdyDictionaryTest, IsTheOneOfSpdy3) {
  const std::string& dictionary = header_dictionary();
  EXPECT_EQ(dictionary.size(), 1423U);
  EXPECT_EQ(::adler32(1, reinterpret_cast<const Bytef*>(dictionary.data()), static_cast<uInt>(dictionary.size())),
            0xe3c6a7c2U);
}

TEST(SpdyHeadersTest, BlocksOfOneDirectionAreOneStream) {
  HeaderWriter writer;
  HeaderReader reader;
  const Headers headers{{"streamtype", "stdin"}, {"port", "80"}};
  const std::string first = writer.write(headers);
  const std::string second = writer.write(headers);
  EXPECT_LT(second.size(), first.size());
  EXPECT_EQ(reader.read(first), headers);
  EXPECT_EQ(reader.read(second), headers);
  EXPECT_EQ(reader.read(writer.write({})), Headers{});
}

TEST(SpdyHeadersTest, NamesAreComparedInLowerCase) {
  HeaderWriter writer;
  HeaderReader reader;
  EXPECT_EQ(reader.read(writer.write({{"StreamType", "error"}})), (Headers{{"streamtype", "error"}}));
}

TEST(SpdyHeadersTest, RefusesWhatIsDamagedOrGrowsTooLarge) {
  EXPECT_FALSE(HeaderReader().read("\xde\xad\xbe\xef"));
  EXPECT_FALSE(HeaderReader().read(""));
  HeaderWriter writer;
  const std::string bomb = writer.write({{"a", std::string(kMaxHeaderBytes, 'a')}});
  ASSERT_LT(bomb.size(), 4096U);
  EXPECT_FALSE(HeaderReader().read(bomb));
  const std::string whole = HeaderWriter().write({{"name", "value"}});
  EXPECT_FALSE(HeaderReader().read(std::string_view(whole).substr(0, whole.size() - 8)));
  HeaderReader reader;
  EXPECT_FALSE(reader.read("garbage"));
  EXPECT_FALSE(reader.read(whole)) << "a stream that was damaged once cannot be read on";
}

TEST(SpdyHeadersTest, ABlockCutAnywhereIsNoBlock) {
  const std::string whole = HeaderWriter().write({{"streamtype", "stdout"}, {"requestid", "12"}});
  for (std::size_t size = 0; size + 6 < whole.size(); ++size)  // the last bytes are the flush, and say nothing
    EXPECT_FALSE(HeaderReader().read(std::string_view(whole).substr(0, size))) << size;
}

TEST_F(SpdyTest, TellsTheSameHoweverBytesArrive) {
  const std::string bytes =
      syn(1, {{"streamtype", "stdin"}}) + data_frame(1, 0, "abc") + data_frame(1, kFin, "") + ping_frame(1);
  for (const char c : bytes) ASSERT_TRUE(connection.feed(std::string_view(&c, 1)));
  EXPECT_THAT(user.lines,
              ElementsAre("opened 1 streamtype=stdin", "received 1 a", "received 1 b", "received 1 c", "finished 1"));
  EXPECT_THAT(answers(connection), ElementsAre("2 1", "6 1"));
}

TEST_F(SpdyTest, AnswersPingsOfTheClientOnly) {
  ASSERT_TRUE(connection.feed(ping_frame(7) + ping_frame(8)));
  EXPECT_THAT(answers(connection), ElementsAre("6 7"));
}

TEST_F(SpdyTest, PassesOverFramesThatNobodyKnows) {
  ASSERT_TRUE(connection.feed(std::string("\x80\x03\x00\x63\x00\x00\x00\x02xx", 10) + ping_frame(1)));
  EXPECT_THAT(answers(connection), ElementsAre("6 1"));
}

TEST_F(SpdyTest, ClientIdsAreOddAndRise) {
  ASSERT_TRUE(connection.feed(syn(3, {})));
  EXPECT_FALSE(connection.feed(syn(1, {})));
  EXPECT_THAT(answers(connection), ElementsAre("2 3", "7 3 1"));
  EXPECT_FALSE(connection.feed(ping_frame(1))) << "after a goodbye nothing is heard";
  Connection other(user, 4);
  EXPECT_TRUE(other.feed(ping_frame(1)));
  EXPECT_FALSE(other.feed(syn_stream_frame(2, 0, HeaderWriter().write({}))));
}

TEST_F(SpdyTest, EndsAtWhatIsNoSpdy) {
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\n\r\n"),                                // data of a stream nobody opened
        std::string("\x80\x02\x00\x01\x00\x00\x00\x00", 8),                   // another version
        std::string("\x80\x03\x00\x01\x00\x10\x00\x00", 8),                   // a header of 1 MiB
        std::string("\x80\x03\x00\x09\x00\x00\x00\x00", 8),                   // an empty WINDOW_UPDATE
        std::string("\x80\x03\x00\x04\x00\x00\x00\x04\xff\xff\xff\xff", 12),  // more settings than bytes
        syn_reply_frame(1, ""), data_frame(5, 0, "x")}) {
    Connection other(user, 4);
    EXPECT_FALSE(other.feed(bytes));
    EXPECT_THAT(answers(other), ElementsAre("7 0 1"));
  }
}

TEST_F(SpdyTest, DataForNobodyIsSeenByItsHead) {
  std::string head = data_frame(1, kFin, "");
  head[5] = head[6] = head[7] = '\xff';
  EXPECT_FALSE(connection.feed(head));
}

TEST_F(SpdyTest, AHugeDataFrameTakesNoMemory) {
  ASSERT_TRUE(connection.feed(syn(1, {})));
  std::string head = data_frame(1, kFin, "");
  head[5] = head[6] = head[7] = '\xff';
  ASSERT_TRUE(connection.feed(head));
  EXPECT_TRUE(connection.feed("abc"));
  EXPECT_EQ(user.lines.back(), "received 1 abc");
}

TEST_F(SpdyTest, OpensNoMoreStreamsThanItMay) {
  for (StreamId id = 1; id < 9; id += 2) ASSERT_TRUE(connection.feed(syn(id, {})));
  connection.take_output();
  ASSERT_TRUE(connection.feed(syn(9, {})));
  EXPECT_THAT(answers(connection), ElementsAre("3 9 3"));
  ASSERT_TRUE(connection.feed(data_frame(1, kFin, "")));
  connection.finish(1);
  connection.take_output();
  ASSERT_TRUE(connection.feed(syn(11, {}))) << "one that both have ended makes room";
  EXPECT_THAT(answers(connection), ElementsAre("2 11"));
}

TEST_F(SpdyTest, RefusesWhatTheUserRefuses) {
  user.refuses = true;
  ASSERT_TRUE(connection.feed(syn(1, {})));
  EXPECT_THAT(answers(connection), ElementsAre("3 1 3"));
  ASSERT_TRUE(connection.feed(data_frame(1, 0, "late")));
  EXPECT_THAT(user.lines, ElementsAre("opened 1"));
}

TEST_F(SpdyTest, DataAfterTheLastIsAnError) {
  ASSERT_TRUE(connection.feed(syn(1, {}, kFin) + data_frame(1, 0, "more")));
  EXPECT_THAT(user.lines, ElementsAre("opened 1", "finished 1", "reset 1"));
  EXPECT_THAT(answers(connection), ElementsAre("2 1", "3 1 1"));
}

TEST_F(SpdyTest, AResetIsHeardOnce) {
  ASSERT_TRUE(connection.feed(syn(1, {}) + rst_frame(1, ResetStatus::cancel) + rst_frame(1, ResetStatus::cancel)));
  EXPECT_THAT(user.lines, ElementsAre("opened 1", "reset 1"));
  EXPECT_FALSE(connection.is_open_for_sending(1));
}

TEST_F(SpdyTest, WindowsCountOnceTheClientSpeaksOfThem) {
  ASSERT_TRUE(connection.feed(syn(1, {})));
  ASSERT_TRUE(connection.feed(syn(3, {})));
  EXPECT_EQ(connection.may_send(1, 1'000'000), 1'000'000U);
  connection.send(1, std::string(1000, 'x'));
  ASSERT_TRUE(connection.feed(settings_frame({{kInitialWindowSize, 3000}})));
  EXPECT_EQ(connection.may_send(1, 1'000'000), 2000U) << "what was sent before counts";
  EXPECT_EQ(connection.may_send(3, 1'000'000), 3000U);
  connection.send(1, std::string(2000, 'x'));
  EXPECT_EQ(connection.may_send(1, 1), 0U);
  ASSERT_TRUE(connection.feed(window_update_frame(1, 500)));
  EXPECT_EQ(connection.may_send(1, 1'000'000), 500U);
  ASSERT_TRUE(connection.feed(settings_frame({{kInitialWindowSize, 100}})));
  EXPECT_EQ(connection.may_send(1, 1'000'000), 0U) << "a window may be below nothing";
}

TEST_F(SpdyTest, TheSessionHasAWindowToo) {
  ASSERT_TRUE(connection.feed(syn(1, {}) + settings_frame({{kInitialWindowSize, 1 << 20}})));
  EXPECT_EQ(connection.may_send(1, 1'000'000), 64U << 10U);
  ASSERT_TRUE(connection.feed(window_update_frame(0, 1000)));
  EXPECT_EQ(connection.may_send(1, 1'000'000), (64U << 10U) + 1000);
  EXPECT_FALSE(connection.feed(window_update_frame(0, 0x7fffffff))) << "above 2^31 - 1";
}

TEST_F(SpdyTest, AWindowTooLargeEndsItsStream) {
  ASSERT_TRUE(connection.feed(syn(1, {}) + window_update_frame(1, 0x7fffffff)));
  EXPECT_THAT(answers(connection), ElementsAre("2 1", "3 1 7"));
  EXPECT_EQ(user.lines.back(), "reset 1");
}

TEST_F(SpdyTest, GivesWindowsBack) {
  ASSERT_TRUE(connection.feed(syn(1, {})));
  connection.take_output();
  connection.consumed(1, 10'000);
  EXPECT_FALSE(connection.has_output());
  connection.consumed(1, 10'000);
  EXPECT_THAT(answers(connection), ElementsAre("9 0 20000", "9 1 20000"));
}

}  // namespace
}  // namespace podrun::stream::spdy
