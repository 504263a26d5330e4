// Both sides of a copy as people type them.
#include "runtime/cli/cp_place.h"

#include <gtest/gtest.h>

namespace podrun::cli {
namespace {

std::string parsed(const std::string& text) {
  const auto place = parse_cp_place(text);
  return place ? place->name_space + "|" + place->pod + "|" + place->path : "error";
}

TEST(CpPlace, InAPod) {
  EXPECT_EQ(parsed("web:/etc/passwd"), "|web|/etc/passwd");
  EXPECT_EQ(parsed("lab/web:etc"), "lab|web|etc");
  EXPECT_EQ(parsed("web:/a:b"), "|web|/a:b");
}

TEST(CpPlace, OnThisMachine) {
  EXPECT_EQ(parsed("file"), "||file");
  EXPECT_EQ(parsed("-"), "||-");
  EXPECT_EQ(parsed("/tmp/a:b"), "||/tmp/a:b");
  EXPECT_EQ(parsed("./a:b"), "||./a:b");
  EXPECT_EQ(parsed("../a:b"), "||../a:b");
}

TEST(CpPlace, Neither) {
  for (const char* wrong : {"", ":", ":/etc", "web:", "lab/:/etc", "a/b/c:/d"})
    EXPECT_EQ(parsed(wrong), "error") << wrong;
}

}  // namespace
}  // namespace podrun::cli
