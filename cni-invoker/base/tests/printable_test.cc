// Nothing that a terminal would obey gets through.
#include "cni/base/printable.h"

#include <gtest/gtest.h>

namespace cni::base {
namespace {

TEST(Printable, LeavesText) {
  for (const char* text : {"", "plain\n\ttext", "Grüße, 世界, 🎉", "e\u0301", "שלום"}) EXPECT_EQ(printable(text), text);
}

TEST(Printable, EscapesControls) {
  EXPECT_EQ(printable("\x1b[31mred\a\b\r\x7f"), "\\x1b[31mred\\x07\\x08\\x0d\\x7f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\u0080\u009b31m\u009f\u00a0"), "\\u0080\\u009b31m\\u009f\u00a0");  // the last is a space
  EXPECT_EQ(printable("\u2028\u2029"), "\\u2028\\u2029");
}

TEST(Printable, EscapesWhatTurnsTheDirection) {
  EXPECT_EQ(printable("\u202ax\u202ey\u2066z\u2069"), "\\u202ax\\u202ey\\u2066z\\u2069");
  EXPECT_EQ(printable("\u200e\u200f\u061c"), "\\u200e\\u200f\\u061c");
}

// XML has no place for them.
TEST(Printable, EscapesWhatIsNoCharacter) { EXPECT_EQ(printable("\ufffe\uffff\ufdd0"), "\\ufffe\\uffff\\ufdd0"); }

// A terminal that does not know UTF-8 takes these for C1 controls; one that does may join them with what follows.
TEST(Printable, EscapesBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("\x9b\x33"), "\\x9b3");
  EXPECT_EQ(printable("\xc2"), "\\xc2");
  EXPECT_EQ(printable("\xc1\x9b"), "\\xc1\\x9b");           // an overlong ESC
  EXPECT_EQ(printable("\xe0\x80\x9b"), "\\xe0\\x80\\x9b");  // and a longer one
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
  EXPECT_EQ(printable("\xff"), "\\xff");
}

TEST(Printable, EndsWithAWholeCharacterOrWhatStandsForOne) {
  EXPECT_EQ(printable("abc", 2), "ab");
  EXPECT_EQ(printable("a\u00e9\u00e9", 4), "a\u00e9");
  EXPECT_EQ(printable("a\x1b\x1b", 6), "a\\x1b");
  EXPECT_EQ(printable("\u202e!", 5), "") << "what has no room ends it";
  EXPECT_EQ(printable("abc", 0), "");
}

}  // namespace
}  // namespace cni::base
