#include "runtime/shim/log_pump.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/files.h"

namespace podrun::shim {
namespace {

using testing::ElementsAre;

class LogPumpTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(dir_.data()), nullptr);
    std::array<int, 2> out{}, err{};
    ASSERT_EQ(::pipe2(out.data(), O_CLOEXEC | O_NONBLOCK), 0);
    ASSERT_EQ(::pipe2(err.data(), O_CLOEXEC | O_NONBLOCK), 0);
    out_.reset(out[1]);
    err_.reset(err[1]);
    auto log = Log::open(base::open_file(dir_, O_PATH | O_DIRECTORY).value(), "web.log", {});
    ASSERT_TRUE(log);
    pump_.emplace(std::move(*log), Fd(out[0]), Fd(err[0]));
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  static void say(const Fd& stream, std::string_view text) {
    ASSERT_EQ(::write(stream.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  // Every record without its time, which must have the CRI's form.
  std::vector<std::string> records() {
    const std::string text = *base::read_file(dir_ + "/web.log");
    std::vector<std::string> found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_THAT(line.substr(0, 31), testing::MatchesRegex("....-..-..T..:..:..\\..........Z ")) << line;
      found.push_back(line.substr(31));
    }
    return found;
  }

  std::string dir_ = testing::TempDir() + "podrun-pump-XXXXXX";
  Fd out_, err_;
  std::optional<LogPump> pump_;
};

TEST_F(LogPumpTest, ARecordForEachLineOfEachStream) {
  say(out_, "one\ntwo\n");
  say(err_, "three\n");
  pump_->pump();
  EXPECT_THAT(records(), ElementsAre("stdout F one", "stdout F two", "stderr F three"));
}

TEST_F(LogPumpTest, ALineWithoutItsEndIsPartialUntilTheEndComes) {
  say(out_, "par");
  pump_->pump();
  say(out_, "tial\n");
  pump_->pump();
  EXPECT_THAT(records(), ElementsAre("stdout P par", "stdout F tial"));
}

TEST_F(LogPumpTest, EmptyLinesAreRecordsToo) {
  say(out_, "\n\nx\n");
  pump_->pump();
  EXPECT_THAT(records(), ElementsAre("stdout F ", "stdout F ", "stdout F x"));
}

TEST_F(LogPumpTest, ManyLinesInOneReadAllArrive) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "x\n";
  say(out_, text);
  pump_->pump();
  EXPECT_EQ(records().size(), 5000U);
}

TEST_F(LogPumpTest, AStreamAtItsEndIsClosedAndTheOtherGoesOn) {
  out_.reset();
  pump_->pump();
  EXPECT_EQ(pump_->out(), -1);
  say(err_, "still\n");
  pump_->pump();
  EXPECT_THAT(records(), ElementsAre("stderr F still"));
}

TEST_F(LogPumpTest, NothingThereIsNoRecordAndNoWait) {
  pump_->pump();
  EXPECT_TRUE(records().empty());
}

TEST_F(LogPumpTest, ALineOfWhichTheRestWasLostIsNotGluedToTheNext) {
  say(out_, "begun");
  pump_->pump();
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const rlimit full{1, old.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &full);
  say(out_, " and lost\n");
  pump_->pump();
  ::setrlimit(RLIMIT_FSIZE, &old);
  say(out_, "next\n");
  pump_->pump();
  EXPECT_THAT(records(), ElementsAre("stdout P begun", "stdout F ", "stdout F next"));
}

}  // namespace
}  // namespace podrun::shim
