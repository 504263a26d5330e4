#include "runtime/manifest/env_file.h"

#include <gtest/gtest.h>

namespace podrun::manifest {
namespace {

std::string found(std::string_view text, std::string_view key) {
  const auto value = find_in_env_file(text, key);
  if (!value) return "error: " + value.error().what;
  return *value ? "'" + **value + "'" : "none";
}

TEST(EnvFile, HoldsValuesBetweenSingleQuotes) {
  constexpr std::string_view kText =
      "# made by init\n"
      "\n"
      "  ADDRESS='db:5432'\n"
      "\tPLAIN='$(not) \\n \"expanded\"' # as it stands\n"
      "LINES='one\n  two # no comment\n\nfour'\n"
      "EMPTY=''\n"
      "BLANK= 'never looked at'\n"
      "ADDRESS='the first counts'\n"
      "LAST='no line end'";
  EXPECT_EQ(found(kText, "ADDRESS"), "'db:5432'");
  EXPECT_EQ(found(kText, "PLAIN"), "'$(not) \\n \"expanded\"'");
  EXPECT_EQ(found(kText, "LINES"), "'one\n  two # no comment\n\nfour'");
  EXPECT_EQ(found(kText, "EMPTY"), "''");
  EXPECT_EQ(found(kText, "BLANK"), "''");
  EXPECT_EQ(found(kText, "LAST"), "'no line end'");
  EXPECT_EQ(found(kText, "two"), "none");
  EXPECT_EQ(found("A='1'\r\nB='2'\r\n", "B"), "'2'");
  EXPECT_EQ(found("", "A"), "none");
}

TEST(EnvFile, WhatIsWrongIsToldByItsLine) {
  EXPECT_EQ(found("A='1'\nB=2\n", "B"), "error: line 2 has a value without single quotes around it");
  EXPECT_EQ(found("A=\"1\"\n", "A"), "error: line 1 has a value without single quotes around it");
  EXPECT_EQ(found("A=", "A"), "error: line 1 has a value without single quotes around it");
  EXPECT_EQ(found("export\n", "A"), "error: line 1 has no '='");
  EXPECT_EQ(found("A = '1'\n", "A"), "error: line 1 has no name right before its '='");
  EXPECT_EQ(found("='1'\n", "A"), "error: line 1 has no name right before its '='");
  EXPECT_EQ(found("A='1'2\n", "A"), "error: line 1 has more behind its value");
  EXPECT_EQ(found("X='1'\nA='1\n2\n", "A"), "error: line 2 begins a value that no quote ends");
  EXPECT_EQ(found("A='", "A"), "error: line 1 begins a value that no quote ends");
  EXPECT_EQ(found("A='1'\nB=2\n", "A"), "'1'") << "nobody looks behind what was asked for";
}

}  // namespace
}  // namespace podrun::manifest
