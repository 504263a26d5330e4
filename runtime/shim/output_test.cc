#include "runtime/shim/output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "base/files.h"
#include "cni-invoker/base/tests/temp_dir.h"
#include "runtime/shim/test_full_disk.h"

namespace podrun::shim {
namespace {

using testing::ElementsAre;

std::string missing(int bytes, const std::string& stream) {
  return stream + " F [podrun: " + std::to_string(bytes) + " bytes of " + stream +
         " are missing here: the log could not be written, as on a full disk]";
}

class OutputTest : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> out{}, err{};
    ASSERT_EQ(::pipe2(out.data(), O_CLOEXEC | O_NONBLOCK), 0);
    ASSERT_EQ(::pipe2(err.data(), O_CLOEXEC | O_NONBLOCK), 0);
    out_.reset(out[1]);
    err_.reset(err[1]);
    auto log = Log::open(base::open_file(dir_, O_PATH | O_DIRECTORY).value(), "web.log", {});
    ASSERT_TRUE(log);
    output_.emplace(std::move(*log), Fd(out[0]), Fd(err[0]));
  }

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

  const base::TempDir temp_;
  const std::string dir_ = temp_.path();
  Fd out_, err_;
  std::optional<Output> output_;
};

TEST_F(OutputTest, ARecordForEachLineOfEachStream) {
  say(out_, "one\ntwo\n");
  say(err_, "three\n");
  output_->pump();
  EXPECT_THAT(records(), ElementsAre("stdout F one", "stdout F two", "stderr F three"));
}

TEST_F(OutputTest, ALineWithoutItsEndIsPartialUntilTheEndComes) {
  say(out_, "par");
  output_->pump();
  say(out_, "tial\n");
  output_->pump();
  EXPECT_THAT(records(), ElementsAre("stdout P par", "stdout F tial"));
}

TEST_F(OutputTest, EmptyLinesAreRecordsToo) {
  say(out_, "\n\nx\n");
  output_->pump();
  EXPECT_THAT(records(), ElementsAre("stdout F ", "stdout F ", "stdout F x"));
}

TEST_F(OutputTest, ManyLinesInOneReadAllArrive) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "x\n";
  say(out_, text);
  output_->pump();
  EXPECT_EQ(records().size(), 5000U);
}

TEST_F(OutputTest, AStreamAtItsEndIsClosedAndTheOtherGoesOn) {
  out_.reset();
  output_->pump();
  EXPECT_EQ(output_->reads_stdout(), false);
  say(err_, "still\n");
  output_->pump();
  EXPECT_THAT(records(), ElementsAre("stderr F still"));
}

TEST_F(OutputTest, NothingThereIsNoRecordAndNoWait) {
  output_->pump();
  EXPECT_TRUE(records().empty());
}

TEST_F(OutputTest, ALineOfWhichTheRestWasLostIsNotGluedToTheNext) {
  say(out_, "begun");
  output_->pump();
  {
    const FullAt full(1);
    say(out_, " and lost\n");
    output_->pump();
  }
  say(out_, "next\n");
  output_->pump();
  EXPECT_THAT(records(), ElementsAre("stdout P begun", "stdout F ", missing(10, "stdout"), "stdout F next"));
}

TEST_F(OutputTest, WhatIsLostIsCountedAndTold) {
  say(out_, "one\n");
  output_->pump();
  {
    const FullAt full(base::read_file(dir_ + "/web.log")->size() + 100);
    say(out_, "two\nthree\n" + std::string(100, 'x') + "\nfour\n");
    output_->pump();
    say(out_, "five\n");
    say(err_, "six\n");
    output_->pump();
    EXPECT_THAT(records(), ElementsAre("stdout F one", "stdout F two", "stdout F three")) << "no room to tell either";
  }
  say(out_, "seven\n");
  output_->pump();
  EXPECT_THAT(records(),
              ElementsAre("stdout F one", "stdout F two", "stdout F three", missing(111, "stdout"), "stdout F seven"));
  output_->drain();
  EXPECT_EQ(records().back(), missing(4, "stderr")) << "at the end at the latest";
}

class ReadersTest : public OutputTest {
 protected:
  struct Ends {
    Fd reads, writes;
  };
  static Ends make() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    return {Fd(ends[0]), Fd(ends[1])};
  }
  // What is there; "end" once nobody writes any more.
  static std::string read(const Fd& from) {
    std::string all;
    std::array<char, 65536> buffer;
    for (ssize_t got; (got = ::read(from.get(), buffer.data(), buffer.size())) >= 0;) {
      if (got == 0) return all + "end";
      all.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
};

TEST_F(ReadersTest, GetWhatComesFromNowOn) {
  say(out_, "before\n");
  output_->pump();
  Ends out = make(), err = make();
  output_->attach(1, std::move(out.writes), std::move(err.writes));
  say(out_, "after\n");
  say(err_, "other\n");
  output_->pump();
  EXPECT_EQ(read(out.reads), "after\n");
  EXPECT_EQ(read(err.reads), "other\n");
  output_->detach(1);
  EXPECT_EQ(read(out.reads), "end");
  EXPECT_EQ(records().size(), 3U);
}

TEST_F(ReadersTest, OneThatIsFullHoldsUpTheStreamAndLosesNothing) {
  Ends out = make();
  output_->attach(1, std::move(out.writes), Fd());
  const std::string line(4095, 'x');
  int said = 0;
  for (; said < 40 && ::write(out_.get(), (line + "\n").data(), 4096) == 4096; ++said) output_->pump();
  std::vector<pollfd> wants;
  output_->add_wants(wants);
  ASSERT_EQ(wants.size(), 2U);
  EXPECT_EQ(wants[0].events, POLLOUT) << "the reader, and not the stream";
  std::string got;
  for (int i = 0; i < 100; ++i) {
    got += read(out.reads);
    output_->pump();
  }
  EXPECT_EQ(got.size(), static_cast<std::size_t>(said) * 4096);
  EXPECT_EQ(records().size(), static_cast<std::size_t>(said));
}

TEST_F(ReadersTest, OneThatWentAwayHoldsUpNobody) {
  ::signal(SIGPIPE, SIG_IGN);
  Ends out = make();
  output_->attach(1, std::move(out.writes), Fd());
  out.reads.reset();
  say(out_, "still\n");
  output_->pump();
  EXPECT_THAT(records(), ElementsAre("stdout F still"));
}

TEST_F(ReadersTest, AfterTheEndTheLogIsWholeAtOnceAndASlowReaderGetsTheRest) {
  Ends out = make();
  output_->attach(1, std::move(out.writes), Fd());
  const std::string line(4095, 'x');
  int said = 0;
  for (; said < 20; ++said) {
    say(out_, line + "\n");
    output_->pump();
  }
  out_.reset();
  err_.reset();
  output_->drain();
  EXPECT_EQ(records().size(), static_cast<std::size_t>(said));
  EXPECT_FALSE(output_->is_delivered());
  std::string got;
  while (!output_->is_delivered()) {
    got += read(out.reads);
    output_->pump();
  }
  got += read(out.reads);
  EXPECT_EQ(got.size(), static_cast<std::size_t>(said) * 4096 + 3) << "and the end";
}

}  // namespace
}  // namespace podrun::shim
