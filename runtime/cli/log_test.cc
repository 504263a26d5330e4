// Reading and printing logs in the CRI format.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <vector>

#include "base/files.h"
#include "cni-invoker/base/tests/temp_dir.h"
#include "runtime/cli/log_file.h"
#include "runtime/cli/log_line.h"
#include "runtime/cli/log_printer.h"

namespace podrun::cli {
namespace {

using ::testing::ElementsAre;

TEST(LogLine, IsTakenApart) {
  LogLine line;
  ASSERT_TRUE(parse_log_line("2016-10-06T00:17:09.669794202Z stdout F  two  spaces", line));
  EXPECT_EQ(line.time, "2016-10-06T00:17:09.669794202Z");
  EXPECT_EQ(line.stream, "stdout");
  EXPECT_FALSE(line.partial);
  EXPECT_EQ(line.text, " two  spaces");
  ASSERT_TRUE(parse_log_line("2016-10-06T00:17:10.113242941Z stderr P part", line));
  EXPECT_TRUE(line.partial);
  ASSERT_TRUE(parse_log_line("2016-10-06T00:17:10.113242941Z stderr P:later-tag part", line));
  EXPECT_TRUE(line.partial);
  ASSERT_TRUE(parse_log_line("2016-10-06T00:17:10.113242941Z stdout F ", line));
  EXPECT_EQ(line.text, "");
}

TEST(LogLine, OtherTextIsNotInTheFormat) {
  LogLine line;
  for (const char* text : {"", "hello", "2016-10-06T00:17:09.669794202Z", "2016-10-06T00:17:09.669794202Z stdin F x",
                           "2016-10-06T00:17:09.669794202Z stdout X x", "2016-10-06T00:17:09.669794202Z stdout F",
                           "yesterday-at-noon-or-so stdout F x", " stdout F x"})
    EXPECT_FALSE(parse_log_line(text, line)) << text;
}

// What the container printed, in records as the shim writes them.
const std::string kLog =
    "2024-01-01T00:00:01.000000000Z stdout F one\n"
    "2024-01-01T00:00:02.000000000Z stdout P tw\n"
    "2024-01-01T00:00:03.000000000Z stdout F o\n"
    "2024-01-01T00:00:04.000000000Z stderr F three\n";

class Logs : public ::testing::Test {
 protected:
  Logs() {
    EXPECT_GE(file_, 0);
    EXPECT_EQ(::pipe2(pipe_, O_CLOEXEC | O_NONBLOCK), 0);
  }
  ~Logs() override {
    ::close(file_);
    ::close(pipe_[0]);
    ::close(pipe_[1]);
  }
  void append(std::string_view text) { EXPECT_TRUE(base::write_all(file_, text, path_)); }

  std::vector<std::string> records(LogFile& log) {
    std::vector<std::string> all;
    EXPECT_TRUE(log.read([&](std::string_view record) { all.emplace_back(record); }));
    return all;
  }
  std::string tail(std::uint64_t lines) {
    auto log = LogFile::open(path_);
    EXPECT_TRUE(log && log->seek_tail(lines));
    std::string text;
    for (const std::string& record : records(*log)) text += record + "\n";
    return text;
  }
  std::string printed(const std::string& text, LogStyle style) {
    print(text, std::move(style), pipe_[1]);
    return what_came(pipe_[0]);
  }
  // On a terminal that makes nothing of what it is given.
  std::string printed_on_a_terminal(const std::string& text, LogStyle style = {}) {
    int master = -1, slave = -1;
    termios raw{};
    EXPECT_EQ(::openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
    EXPECT_EQ(::tcgetattr(slave, &raw), 0);
    ::cfmakeraw(&raw);
    EXPECT_EQ(::tcsetattr(slave, TCSANOW, &raw), 0);
    print(text, std::move(style), slave);
    std::string came = what_came(master);
    ::close(master);
    ::close(slave);
    return came;
  }
  static void print(const std::string& text, LogStyle style, int fd) {
    Output out(fd);
    LogPrinter printer(out, std::move(style));
    std::string_view rest = text;
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      printer.print(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    printer.end_line();
    EXPECT_TRUE(out.flush());
  }
  static std::string what_came(int fd) {
    std::string got(65536, '\0');
    const ssize_t size = ::read(fd, got.data(), got.size());
    got.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return got;
  }

  const base::TempDir dir_;
  const std::string path_ = dir_ / "log";
  int file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  int pipe_[2] = {-1, -1};
};

TEST_F(Logs, PrintsBothStreamsWithPartsJoined) { EXPECT_EQ(printed(kLog, {}), "one\ntwo\nthree\n"); }

TEST_F(Logs, PutsTheTimeBeforeEachLineOnce) {
  EXPECT_EQ(printed(kLog, {.timestamps = true, .since = ""}),
            "2024-01-01T00:00:01.000000000Z one\n2024-01-01T00:00:02.000000000Z two\n"
            "2024-01-01T00:00:04.000000000Z three\n");
}

TEST_F(Logs, LeavesOutWhatIsOlder) {
  EXPECT_EQ(printed(kLog, {.timestamps = false, .since = "2024-01-01T00:00:04.000000000Z"}), "three\n");
}

// Of "one\ntwo\nthree\n". Whatever comes behind a line that was cut begins on one of its own.
TEST_F(Logs, PrintsNoMoreThanSoManyBytes) {
  EXPECT_EQ(printed(kLog, {.most = 14}), "one\ntwo\nthree\n");
  EXPECT_EQ(printed(kLog, {.most = 13}), "one\ntwo\nthree\n");
  EXPECT_EQ(printed(kLog, {.most = 9}), "one\ntwo\nt\n");
  EXPECT_EQ(printed(kLog, {.most = 6}), "one\ntw\n") << "within a line of two records";
  EXPECT_EQ(printed(kLog, {.most = 4}), "one\n");
  EXPECT_EQ(printed("garbage\n" + kLog, {.most = 3}), "gar\n");
  EXPECT_EQ(printed(kLog, {.prefix = "[web] ", .most = 6}), "[web] one\n[web] tw\n") << "prefixes are ours";
  EXPECT_EQ(printed(kLog, {.timestamps = true, .most = 33}), "2024-01-01T00:00:01.000000000Z on\n");
}

TEST_F(Logs, PrintsWhatIsInNoFormatAsItIs) { EXPECT_EQ(printed("garbage\n" + kLog, {}), "garbage\none\ntwo\nthree\n"); }

std::string logged(const std::string& text, char tag = 'F') {
  return std::string("2024-01-01T00:00:01.000000000Z stdout ") + tag + " " + text + "\n";
}

TEST_F(Logs, ATerminalsLinesEndAsOthersOnATerminal) {
  const std::string log = logged("one\r") + logged("tw\r", 'P') + logged("o\r") + logged("\r");
  EXPECT_EQ(printed_on_a_terminal(log), "one\ntw\\x0do\n\n");
  EXPECT_EQ(printed(log, {}), "one\r\ntw\ro\r\n\r\n") << "byte for byte";
}

TEST_F(Logs, ColoursReachATerminalAndEndWithTheirLine) {
  const std::string red = "\x1b[1;31m", off = "\x1b[0m";
  EXPECT_EQ(printed_on_a_terminal(logged(red + "red" + off + " not")), red + "red" + off + " not\n");
  EXPECT_EQ(printed_on_a_terminal(logged("\x1b[mnot")), "\x1b[mnot\n");
  EXPECT_EQ(printed_on_a_terminal(logged(red + "red") + logged("not")), red + "red" + off + "\nnot\n");
  EXPECT_EQ(printed_on_a_terminal(logged(red + "r", 'P') + logged("ed")), red + "red" + off + "\n");
  EXPECT_EQ(printed_on_a_terminal(logged(red + "r", 'P')), red + "r" + off + "\n");
  EXPECT_EQ(printed(logged(red + "red"), {}), red + "red\n");
}

TEST_F(Logs, NoOtherSequenceReachesATerminal) {
  const std::string shown =
      printed_on_a_terminal(logged("\x1b[2J\x1b[31\x1b[>4;1m\x1b[?1m\x1b]0;mine\a\x1bm\u009b31m\x1b["));
  EXPECT_EQ(shown.find('\x1b'), std::string::npos) << shown;
  EXPECT_EQ(shown, "\\x1b[2J\\x1b[31\\x1b[>4;1m\\x1b[?1m\\x1b]0;mine\\x07\\x1bm\\u009b31m\\x1b[\n");
}

TEST_F(Logs, HandsOverWholeRecordsWhileTheFileGrows) {
  append("first\nsec");
  auto log = LogFile::open(path_);
  ASSERT_TRUE(log);
  EXPECT_THAT(records(*log), ElementsAre("first"));
  append("ond\nthird");
  EXPECT_THAT(records(*log), ElementsAre("second"));
  EXPECT_THAT(records(*log), ElementsAre());
  append("\n");
  EXPECT_THAT(records(*log), ElementsAre("third"));
}

TEST_F(Logs, TailCountsLinesNotRecords) {
  append(kLog);
  EXPECT_EQ(tail(0), "");
  EXPECT_EQ(tail(1), kLog.substr(kLog.find("2024-01-01T00:00:04")));
  EXPECT_EQ(tail(2), kLog.substr(kLog.find("2024-01-01T00:00:02")));
  EXPECT_EQ(tail(3), kLog);
  EXPECT_EQ(tail(100), kLog);
}

TEST_F(Logs, TailOfAnEmptyLogIsEmpty) { EXPECT_EQ(tail(5), ""); }

TEST_F(Logs, TailWorksAcrossBlocks) {
  std::string expected;
  for (int i = 0; i < 3000; ++i) {
    const std::string record =
        "2024-01-01T00:00:01.000000000Z stdout F line " + std::to_string(i) + std::string(40, 'x') + "\n";
    append(record);
    if (i >= 500) expected += record;
  }
  EXPECT_EQ(tail(2500), expected);
}

TEST_F(Logs, ARecordWithoutEndFillsNoMemory) {
  append(std::string(3U << 20U, 'x'));
  auto log = LogFile::open(path_);
  ASSERT_TRUE(log);
  for (const std::string& record : records(*log)) EXPECT_LE(record.size(), (1U << 20U) + (64U << 10U));
  EXPECT_LE(tail(1).size(), (2U << 20U));
}

// As the shim does it: older files get a higher number, and a new one has the name.
class RenewedLogs : public Logs {
 protected:
  ~RenewedLogs() override {
    for (int number = 1; number <= 9; ++number) ::unlink(older(number).c_str());
  }
  std::string older(int number) const { return path_ + "." + std::to_string(number); }
  void renew(int files = 9) {
    for (int number = files - 1; number > 1; --number) ::rename(older(number - 1).c_str(), older(number).c_str());
    ::rename(path_.c_str(), older(1).c_str());
    ::close(file_);
    file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    EXPECT_GE(file_, 0);
  }
};

TEST_F(RenewedLogs, AreReadAsIfTheyWereOne) {
  for (const char* text : {"one\ntwo\n", "three\n", "four\n"}) {
    append(text);
    renew();
  }
  append("five\n");
  auto log = LogFile::open(path_);
  ASSERT_TRUE(log);
  EXPECT_THAT(records(*log), ElementsAre("one", "two", "three", "four", "five"));
}

TEST_F(RenewedLogs, AreFollowedWithoutLosingOrDoubling) {
  append("one\n");
  auto log = LogFile::open(path_);
  ASSERT_TRUE(log);
  EXPECT_THAT(records(*log), ElementsAre("one"));
  append("two\n");
  renew();
  append("three\n");
  renew();
  renew();
  append("four\nfi");
  EXPECT_THAT(records(*log), ElementsAre("two", "three", "four"));
  append("ve\n");
  EXPECT_THAT(records(*log), ElementsAre("five"));
  EXPECT_THAT(records(*log), ElementsAre());
}

TEST_F(RenewedLogs, GoOnWithTheOldestWhenTheReaderWasTooSlow) {
  append("one\n");
  auto log = LogFile::open(path_);
  ASSERT_TRUE(log);
  for (const char* text : {"two\n", "three\n", "four\n"}) {
    append(text);
    renew(3);
  }
  append("five\n");
  EXPECT_THAT(records(*log), ElementsAre("one", "two", "three", "four", "five"));  // what was open is read to its end
  for (const char* text : {"six\n", "seven\n", "eight\n", "nine\n"}) {
    append(text);
    renew(3);
  }
  EXPECT_THAT(records(*log), ElementsAre("six", "eight", "nine"));  // the file of seven is gone
}

TEST_F(RenewedLogs, ATailGoesBackIntoOlderOnes) {
  for (const char* text : {"one", "two", "three"}) {
    append("2024-01-01T00:00:01.000000000Z stdout F " + std::string(text) + "\n");
    renew();
  }
  append("2024-01-01T00:00:01.000000000Z stdout P fo\n");
  renew();
  append("2024-01-01T00:00:01.000000000Z stdout F ur\n");
  EXPECT_EQ(printed(tail(0), {}), "");
  EXPECT_EQ(printed(tail(1), {}), "four\n");
  EXPECT_EQ(printed(tail(3), {}), "two\nthree\nfour\n");
  EXPECT_EQ(printed(tail(9), {}), "one\ntwo\nthree\nfour\n");
}

TEST_F(RenewedLogs, WhatIsTornAtTheEndOfOneIsARecordOfItsOwn) {
  append("one\ntw");
  renew();
  append("three\n");
  auto log = LogFile::open(path_);
  ASSERT_TRUE(log);
  EXPECT_THAT(records(*log), ElementsAre("one", "tw", "three"));
}

TEST_F(RenewedLogs, CanBeRemovedWhileTheyAreFollowed) {
  append("one\n");
  auto log = LogFile::open(path_);
  ASSERT_TRUE(log);
  append("two\n");
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  EXPECT_THAT(records(*log), ElementsAre("one", "two"));
}

TEST_F(Logs, ALinkInPlaceOfTheLogIsNotFollowed) {
  ASSERT_EQ(::unlink(path_.c_str()), 0);
  ASSERT_EQ(::symlink("/etc/passwd", path_.c_str()), 0);
  EXPECT_FALSE(LogFile::open(path_));
}

}  // namespace
}  // namespace podrun::cli
