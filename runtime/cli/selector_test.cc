#include "runtime/cli/selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podrun::cli {
namespace {

using ::testing::HasSubstr;

bool matches(std::string_view selector, const std::map<std::string, std::string>& labels) {
  const auto parsed = Selector::parse(selector);
  EXPECT_TRUE(parsed) << selector;
  return parsed && parsed->matches(labels);
}

const std::map<std::string, std::string> kWeb{{"app", "web"}, {"env", "prod"}, {"example.org/tier", "front"}};

TEST(Selector, EmptySelectsEverything) {
  EXPECT_TRUE(matches("", {}));
  EXPECT_TRUE(matches("  ", kWeb));
}

TEST(Selector, Equality) {
  EXPECT_TRUE(matches("app=web", kWeb));
  EXPECT_TRUE(matches("app == web", kWeb));
  EXPECT_FALSE(matches("app=db", kWeb));
  EXPECT_FALSE(matches("app=web", {}));
  EXPECT_TRUE(matches("example.org/tier=front", kWeb));
  EXPECT_TRUE(matches("empty=", {{"empty", ""}}));
  EXPECT_FALSE(matches("empty=", {}));
}

TEST(Selector, InequalityHoldsForWhatHasNoSuchKey) {
  EXPECT_TRUE(matches("app!=db", kWeb));
  EXPECT_FALSE(matches("app != web", kWeb));
  EXPECT_TRUE(matches("app!=web", {}));
}

TEST(Selector, Sets) {
  EXPECT_TRUE(matches("env in (test, prod)", kWeb));
  EXPECT_FALSE(matches("env in (test)", kWeb));
  EXPECT_FALSE(matches("env in (test)", {}));
  EXPECT_TRUE(matches("env notin (test,dev)", kWeb));
  EXPECT_FALSE(matches("env notin(prod)", kWeb));
  EXPECT_TRUE(matches("env notin (prod)", {}));
}

TEST(Selector, Existence) {
  EXPECT_TRUE(matches("app", kWeb));
  EXPECT_FALSE(matches("app", {}));
  EXPECT_TRUE(matches("!gone", kWeb));
  EXPECT_FALSE(matches("!app", kWeb));
  EXPECT_TRUE(matches("in", {{"in", "x"}}));
}

TEST(Selector, AllPartsMustHold) {
  EXPECT_TRUE(matches("app=web,env in (prod,test),!gone", kWeb));
  EXPECT_FALSE(matches("app=web,env=test", kWeb));
}

TEST(Selector, WhatCannotBeReadIsQuoted) {
  for (const char* bad : {",", "=web", "app=web,", "app in", "app in (a", "app in a", "app of (a)", "app=web env=prod",
                          "app=a b", "!", "!=x", "app>1", "app=ü", "!!app", "app=(a)"}) {
    const auto parsed = Selector::parse(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().kind, Kind::invalid);
    EXPECT_THAT(parsed.error().what, HasSubstr("'" + std::string(bad) + "'"));
  }
}

}  // namespace
}  // namespace podrun::cli
