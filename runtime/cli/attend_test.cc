// podrun while it attends something: until it ends, or somebody asks to leave.
#include "runtime/cli/attend.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

#include "runtime/cli/test_pipe.h"

namespace podrun::cli {
namespace {

std::string take_once(const Fd& from) {
  std::array<char, 4096> block{};
  const ssize_t got = ::read(from.get(), block.data(), block.size());
  return {block.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

class AttendTest : public testing::Test {
 protected:
  AttendTest() {
    attended_.end = life_.read.get();
    attended_.take_signal = [](int signal) { return signal == SIGCHLD; };
    attended_.streams.out = Relay(std::move(said_.read), Sink::of(std::move(out_.write)));
  }
  void give_stdin(DetachKeys keys = {}) {
    attended_.streams.in = Relay(std::move(typed_.read), Sink::of(std::move(in_.write)), "", std::move(keys));
  }
  Left attend() {
    const auto left = cli::attend(attended_, signals_);
    EXPECT_TRUE(left) << left.error().what;
    return left ? *left : Left{};
  }

  Signals signals_ = Signals::take().value();
  Ends life_ = make_pipe();  // closed, it has ended
  Ends said_ = make_pipe(), out_ = make_pipe(), typed_ = make_pipe(), in_ = make_pipe();
  Attended attended_;
};

TEST_F(AttendTest, EndsOnceAllThatWasSaidIsPassedOn) {
  put(said_.write, "its last words");
  life_.write.reset();
  const Left left = attend();
  EXPECT_FALSE(left.by_keys);
  EXPECT_EQ(left.by_signal, 0);
  EXPECT_EQ(take_once(out_.read), "its last words") << "although others could still write";
}

TEST_F(AttendTest, IsLeftByASignal) {
  ::raise(SIGTERM);
  EXPECT_EQ(attend().by_signal, SIGTERM);
}

TEST_F(AttendTest, PassesSignalsOnWhereTheyAreSeenTo) {
  int passed = 0;
  attended_.take_signal = [&](int signal) {
    passed = signal;
    life_.write.reset();
    return true;
  };
  ::raise(SIGINT);
  EXPECT_EQ(attend().by_signal, 0);
  EXPECT_EQ(passed, SIGINT);
}

TEST_F(AttendTest, IsLeftByItsKeysAndByNoOthers) {
  give_stdin(DetachKeys::parse("a,b").value());
  put(typed_.write, "xaxab and more");
  EXPECT_TRUE(attend().by_keys);
  EXPECT_EQ(take_once(in_.read), "xax");
}

TEST_F(AttendTest, TellsOnceThatNothingMoreIsTyped) {
  give_stdin();
  int told = 0;
  attended_.input_has_ended = [&] {
    ++told;
    EXPECT_EQ(take_once(in_.read), "all");
    life_.write.reset();
  };
  put(typed_.write, "all");
  typed_.write.reset();
  attend();
  EXPECT_EQ(told, 1);
}

TEST_F(AttendTest, SaysWhatIsLost) {
  attended_.streams.err = Relay(std::move(typed_.read), Sink::of(Fd(::open("/dev/full", O_WRONLY | O_CLOEXEC))));
  put(typed_.write, "lost");
  life_.write.reset();
  const auto left = cli::attend(attended_, signals_);
  ASSERT_FALSE(left);
  EXPECT_EQ(left.error().what, "write 'stderr': No space left on device");
}

}  // namespace
}  // namespace podrun::cli
