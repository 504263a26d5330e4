#include "runtime/kernel/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <thread>

namespace podrun {
namespace {

constexpr std::chrono::milliseconds kSoon{5000};

class ChannelTest : public testing::Test {
 protected:
  void SetUp() override {
    auto pair = Channel::pair();
    ASSERT_TRUE(pair);
    std::tie(ours_, theirs_) = std::move(*pair);
  }
  Channel ours_, theirs_;
};

TEST_F(ChannelTest, CarriesTypeBodyAndDescriptors) {
  const Fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(ours_.send(7, "hello", {file.get(), file.get()}));
  const auto message = theirs_.receive(kSoon);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->type, 7U);
  EXPECT_EQ(message->body, "hello");
  ASSERT_EQ(message->fds.size(), 2U);
  struct stat sent {
  }, received{};
  ASSERT_EQ(::fstat(file.get(), &sent), 0);
  ASSERT_EQ(::fstat(message->fds[1].get(), &received), 0);
  EXPECT_EQ(sent.st_rdev, received.st_rdev);
  EXPECT_TRUE(::fcntl(message->fds[0].get(), F_GETFD) & FD_CLOEXEC);
}

TEST_F(ChannelTest, ABodyLongerThanAPacketArrivesWholeAndTheNextMessageAfterIt) {
  std::string body(1'000'000, 'x');
  body.back() = 'y';
  std::thread sender([&] {
    EXPECT_TRUE(ours_.send(1, body));
    EXPECT_TRUE(ours_.send(2, ""));
  });
  const auto message = theirs_.receive(kSoon);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->body, body);
  const auto next = theirs_.receive(kSoon);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->type, 2U);
  sender.join();
}

TEST_F(ChannelTest, APeerThatIsGoneIsNotFoundToReaderAndWriter) {
  theirs_.close();
  const auto sent = ours_.send(1, "x");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind, Kind::not_found);
  const auto received = ours_.receive(kSoon);
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().kind, Kind::not_found);
}

TEST_F(ChannelTest, NothingIsATimeout) {
  const auto received = ours_.receive(std::chrono::milliseconds(1));
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().kind, Kind::timeout);
}

TEST_F(ChannelTest, APeerThatDoesNotKeepToTheFormIsRefused) {
  ASSERT_EQ(::send(ours_.fd(), "abc", 3, 0), 3);
  const auto shorter = theirs_.receive(kSoon);
  ASSERT_FALSE(shorter);
  EXPECT_EQ(shorter.error().kind, Kind::corrupt);
}

TEST_F(ChannelTest, ALengthThatIsNotTheBodysIsRefused) {
  const std::uint32_t header[2] = {1, 100};
  ASSERT_EQ(::send(ours_.fd(), header, sizeof(header), 0), static_cast<ssize_t>(sizeof(header)));
  const auto received = theirs_.receive(kSoon);
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().kind, Kind::corrupt);
}

TEST_F(ChannelTest, ABodyBeyondTheLimitIsNotSent) {
  const auto sent = ours_.send(1, std::string((16U << 20U) + 1, 'x'));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind, Kind::invalid);
}

}  // namespace
}  // namespace podrun
