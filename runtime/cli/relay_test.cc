// Bytes on their way: nothing waited for, nothing lost, and ends passed on.
#include "runtime/cli/relay.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "runtime/cli/test_pipe.h"

namespace podrun::cli {
namespace {

// What is there; "EOF" behind it where that is all there will be.
std::string take_all(const Fd& from) {
  std::string taken;
  std::array<char, 4096> block{};
  ssize_t got = 0;
  while ((got = ::read(from.get(), block.data(), block.size())) > 0)
    taken.append(block.data(), static_cast<std::size_t>(got));
  return got == 0 ? taken + "EOF" : taken;
}

// As long as one of its ends is ready.
void run(Relay& relay) {
  for (;;) {
    auto wants = relay.wants();
    if (::poll(wants.data(), wants.size(), 0) <= 0) return;
    relay.move(wants[0], wants[1]);
  }
}

class RelayTest : public testing::Test {
 protected:
  void SetUp() override { ::signal(SIGPIPE, SIG_IGN); }  // as prepare_console() has it told by errno
  Ends in_ = make_pipe();
  Ends out_ = make_pipe();
  Relay relay(std::string at_end = {}) {
    return Relay(std::move(in_.read), Sink::of(std::move(out_.write)), std::move(at_end));
  }
};

TEST_F(RelayTest, CarriesWhatThereIsAndThenTheEnd) {
  Relay one = relay();
  put(in_.write, "some");
  run(one);
  EXPECT_EQ(take_all(out_.read), "some");
  put(in_.write, "more");
  in_.write.reset();
  run(one);
  EXPECT_EQ(take_all(out_.read), "moreEOF");
  EXPECT_FALSE(one.reads());
}

TEST_F(RelayTest, PutsWhatItWasToldBehindTheLastByte) {
  Relay one = relay("\x04");
  put(in_.write, "typed");
  in_.write.reset();
  run(one);
  EXPECT_EQ(take_all(out_.read),
            "typed\x04"
            "EOF");
}

TEST_F(RelayTest, KeepsWhatIsNotTakenYetAndReadsNoMore) {
  ::fcntl(out_.write.get(), F_SETPIPE_SZ, 4096);
  Relay one = relay();
  std::string sent;
  for (int i = 0; i < 40'000; ++i) sent += static_cast<char>('a' + i % 26);
  put(in_.write, sent);
  in_.write.reset();
  run(one);
  EXPECT_TRUE(one.holds());
  EXPECT_EQ(one.wants()[0].fd, -1) << "it holds bytes: none are read";
  std::string got;
  while (!got.ends_with("EOF")) {
    got += take_all(out_.read);
    run(one);
  }
  EXPECT_EQ(got, sent + "EOF");
}

TEST_F(RelayTest, EndsTheWriterWhenTheReaderIsGone) {
  Relay one = relay();
  out_.read.reset();
  put(in_.write, "lost");
  run(one);
  EXPECT_FALSE(one.reads());
  EXPECT_EQ(one.loss(), 0) << "a reader that goes away is no loss";
}

TEST_F(RelayTest, TellsWhatWasLost) {
  Relay one(std::move(in_.read), Sink::of(Fd(::open("/dev/full", O_WRONLY | O_CLOEXEC))));
  put(in_.write, "lost");
  run(one);
  EXPECT_EQ(one.loss(), ENOSPC);
}

TEST_F(RelayTest, TakesNoMoreThanIsThereOnceTheWriterHasEnded) {
  Relay one = relay();
  put(in_.write, "before");
  one.end_after_what_is_there();
  put(in_.write, "after");
  run(one);
  EXPECT_EQ(take_all(out_.read), "beforeEOF");
}

TEST(SinkTest, LeavesTheCallersDescriptionAsItWas) {
  Ends ends = make_pipe();
  ::fcntl(ends.write.get(), F_SETFL, 0);
  const Sink sink = Sink::of_caller(ends.write.get());
  EXPECT_TRUE(sink);
  EXPECT_EQ(::fcntl(ends.write.get(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(sink.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(SinkTest, DoesNotWaitForASocketThatIsFull) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const Fd mine(ends[0]), other(ends[1]);
  Sink sink = Sink::of_caller(mine.get());
  const std::string block(1U << 16U, 'x');
  ssize_t put = 0;
  for (int i = 0; i < 1000 && (put = sink.write(block.data(), block.size(), false)) > 0; ++i) {
  }
  EXPECT_EQ(put, -1);
  EXPECT_EQ(errno, EAGAIN);
}

}  // namespace
}  // namespace podrun::cli
