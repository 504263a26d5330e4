// Which keys leave a container, and what of the others goes on.
#include "runtime/cli/detach_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podrun::cli {
namespace {

DetachKeys keys(const std::string& text) {
  auto parsed = DetachKeys::parse(text);
  EXPECT_TRUE(parsed) << parsed.error().what;
  return parsed ? *parsed : DetachKeys();
}

// What goes on of it, byte by byte; "!" where it leaves.
std::string keys_typed(DetachKeys keys, const std::string& text) {
  std::string passed;
  for (const char c : text) {
    passed += keys.pass({&c, 1});
    if (keys.are_typed()) return passed + "!";
  }
  return passed + keys.rest();
}

TEST(DetachKeys, AreWrittenAsPodmanAndDockerHaveThem) {
  EXPECT_EQ(keys_typed(keys(kDetachKeys), "\x10\x11"), "!");
  EXPECT_EQ(keys_typed(keys("ctrl-a"), "\x01"), "!");
  EXPECT_EQ(keys_typed(keys("ctrl-Z"), "\x1a"), "!");
  EXPECT_EQ(keys_typed(keys("ctrl-@"), std::string(1, '\0')), "!");
  EXPECT_EQ(keys_typed(keys("ctrl-["), "\x1b"), "!");
  EXPECT_EQ(keys_typed(keys("ctrl-\\,ctrl-],ctrl-^,ctrl-_"), "\x1c\x1d\x1e\x1f"), "!");
  EXPECT_EQ(keys_typed(keys("q"), "aq"), "a!");
  EXPECT_EQ(keys_typed(keys("~,."), "x~."), "x!");
}

TEST(DetachKeys, MayBeNone) {
  EXPECT_FALSE(keys(""));
  EXPECT_EQ(keys_typed(keys(""), "\x10\x11 all"), "\x10\x11 all");
}

TEST(DetachKeys, SayWhichOfThemIsWrong) {
  for (const char* bad : {"ctrl-", "ctrl-1", "ctrl-ab", "ctrl-,", "ab", "a,", ",a", ",", "ctrl-p,,ctrl-q", "alt-x",
                          "ctrl-{", "a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a"}) {
    const auto parsed = DetachKeys::parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().kind, Kind::invalid);
    EXPECT_THAT(parsed.error().what, testing::HasSubstr("expected at most 16 keys joined by commas")) << bad;
  }
}

TEST(DetachKeys, LetEverythingElsePassInItsOrder) {
  EXPECT_EQ(keys_typed(keys("ctrl-p,ctrl-q"), "a\x10z\x11\x10"), "a\x10z\x11\x10");
  EXPECT_EQ(keys_typed(keys("a,a,b"), "aaab!"), "a!");
  EXPECT_EQ(keys_typed(keys("a,b,a,c"), "ababac"), "ab!");
  EXPECT_EQ(keys_typed(keys("a,b"), "aa"), "aa");
}

TEST(DetachKeys, HoldBackOnlyWhatMayBeTheirBeginning) {
  DetachKeys some = keys("ctrl-p,ctrl-q");
  EXPECT_EQ(some.pass("ls\x10"), "ls");
  EXPECT_EQ(some.pass("x"), "\x10x");
  EXPECT_EQ(some.pass("\x10"), "");
  EXPECT_EQ(some.rest(), "\x10");
  EXPECT_EQ(some.pass("bye\x10\x11 not this"), "bye");
  EXPECT_TRUE(some.are_typed());
}

}  // namespace
}  // namespace podrun::cli
