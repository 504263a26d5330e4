// Both sides of a copy as people type them.
#include "runtime/cli/cp_place.h"

#include <gtest/gtest.h>

namespace podrun::cli {
namespace {

std::string parsed_place(const std::string& text) {
  const auto place = parse_cp_place(text);
  return place ? place->name_space + "|" + place->pod + "|" + place->path : "error";
}

TEST(CpPlace, InAPod) {
  EXPECT_EQ(parsed_place("web:/etc/passwd"), "|web|/etc/passwd");
  EXPECT_EQ(parsed_place("lab/web:etc"), "lab|web|etc");
  EXPECT_EQ(parsed_place("web:/a:b"), "|web|/a:b");
}

TEST(CpPlace, OnThisMachine) {
  EXPECT_EQ(parsed_place("file"), "||file");
  EXPECT_EQ(parsed_place("-"), "||-");
  EXPECT_EQ(parsed_place("/tmp/a:b"), "||/tmp/a:b");
  EXPECT_EQ(parsed_place("./a:b"), "||./a:b");
  EXPECT_EQ(parsed_place("../a:b"), "||../a:b");
}

TEST(CpPlace, Neither) {
  for (const char* wrong : {"", ":", ":/etc", "web:", "lab/:/etc", "a/b/c:/d"})
    EXPECT_EQ(parsed_place(wrong), "error") << wrong;
}

}  // namespace
}  // namespace podrun::cli
