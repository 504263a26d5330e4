#include "cni/json.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "support.h"

namespace cni {
namespace {

using testing::covers;
using ::testing::HasSubstr;

TEST(Json, KeepsEveryNumberAndUnknownKeyAsWritten) {
  covers("A1.15");
  const auto object = JsonObject::parse(R"( { "big" : 12345678901234567890123, "float":1.0, "exp":1E+2, "neg":-0,
      "x": {"y" : [ 1.50 , "é\u00e9\n" ] } } )");
  ASSERT_TRUE(object) << object.error().what;
  EXPECT_EQ(object->dump(),
            R"({"big":12345678901234567890123,"float":1.0,"exp":1E+2,"neg":-0,"x":{"y":[1.50,"é\u00e9\n"]}})");
}

TEST(Json, OfDuplicateKeysTheLastStaysAtEveryDepth) {
  covers("A1.15");
  EXPECT_EQ(JsonObject::parse(R"({"a":1,"b":{"c":1,"c":2},"a":[{"d":1,"\u0064":3}]})")->dump(),
            R"({"a":[{"d":3}],"b":{"c":2}})");
}

TEST(Json, RefusesWhatIsNoSingleDocument) {
  covers("A1.17");
  for (const char* text :
       {"", " ", "{", "{}{}", "{} x", "{\"a\":}", "[1,]", "\xEF\xBB\xBF{}", "{'a':1}", "\"\x01\"", "NaN"})
    EXPECT_FALSE(check_json(text)) << text;
  for (const char* text : {"{}", "[]", "null", " 1 ", "\"x\"", "{\"a\":[{}]}"}) EXPECT_TRUE(check_json(text)) << text;
}

TEST(Json, TakesNumbersThatNoDoubleHolds) {
  covers("A1.18");
  const std::string long_one(400, '9');
  for (const std::string& number : {std::string("1e400"), std::string("-1.5E+99999"), long_one, "-" + long_one,
                                    long_one + ".5", long_one + "e10", std::string("1e-400")}) {
    const std::string text = R"({"n\n":)" + number + R"(,"x":["1e400","\"1e400\\",)" + number + "]}";
    const auto object = JsonObject::parse(text);
    ASSERT_TRUE(object) << object.error().what;
    EXPECT_EQ(object->dump(), text);
  }
  for (const std::string& bad :
       {std::string("1.e400"), std::string("01e400"), "0" + long_one, std::string("1e400x"), std::string("+1e400"),
        std::string("1e4e400"), std::string("-"), std::string("--1e400"), long_one + ".5.5", long_one + "-5"})
    EXPECT_FALSE(check_json("[" + bad + "]")) << bad;
  std::size_t offset = 0;
  EXPECT_FALSE(check_json(R"({"a": 1e400, oops})", &offset));
  EXPECT_EQ(offset, 13U);
}

// Expected is what Go 1.26's encoding/json makes of them.
TEST(Json, WhatIsNoUtf8BecomesTheReplacementCharacter) {
  covers("A1.19");
  const std::string r = "\xEF\xBF\xBD";
  for (const auto& [text, expected] : std::initializer_list<std::pair<std::string, std::string>>{
           {"a\xFFz", "a" + r + "z"},
           {"\xC3", r},                          // cut off
           {"\xC3\x28", r + "("},                // not gone on with
           {"\xC0\xAF", r + r},                  // longer than it must be
           {"\xE0\x80\xAF", r + r + r},          // likewise
           {"\xED\xA0\x80", r + r + r},          // half of a pair
           {"\xF4\x90\x80\x80", r + r + r + r},  // beyond U+10FFFF
           {"\xE2\x82", r + r},                  //
           {"\xE2\x82\xAC \xF0\x9F\x98\x80", "\xE2\x82\xAC \xF0\x9F\x98\x80"},
           // The first and the last of each length, and beside the halves of pairs.
           {"\xC2\x80 \xDF\xBF", "\xC2\x80 \xDF\xBF"},
           {"\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF",
            "\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF"},
           {"\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF", "\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"},
           {"\xC1\xBF", r + r},
           {"\xE0\x9F\xBF", r + r + r},
           {"\xF0\x8F\xBF\xBF", r + r + r + r},
           {"\xF5\x80\x80\x80", r + r + r + r},
           {"\xE2\x82\x28", r + r + "("},
           {"\xF0\x9F\x98\x28", r + r + r + "("},
           {"\x80\xBF", r + r},
           {"\\ud800\\udc00 \\udbff\\udfff", "\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"},
           {"\\ud7ff \\ue000", "\xED\x9F\xBF \xEE\x80\x80"},
           {"\\udc00\\udc00", r + r},
           {"\\ud800\\ud800", r + r},
           {"\\udbff\\ue000", r + "\xEE\x80\x80"},
           {"\\ud83d\\ude00", "\xF0\x9F\x98\x80"},
           {"\\ud83d", r},
           {"\\ud83dx", r + "x"},
           {"\\ude00\\ud83d", r + r},
           {"\\ud83d\\u0041", r + "A"},
           {"\\ud83d\\ud83d\\ude00", r + "\xF0\x9F\x98\x80"},
           {"\\\\ud83d", "\\ud83d"},
       }) {
    const std::string json = "\"" + text + "\"";
    EXPECT_TRUE(check_json(json)) << text;
    EXPECT_EQ(json_string(json).value_or("none"), expected) << text;
    const auto object = JsonObject::parse("{" + json + ":" + json + "}");
    ASSERT_TRUE(object) << text;
    EXPECT_EQ(object->members()[0].key, expected) << text;
    EXPECT_EQ(json_string(object->members()[0].value).value_or("none"), expected) << text;
    EXPECT_TRUE(nlohmann::json::accept(object->dump())) << "whoever reads it next is stricter: " << text;
  }
  std::size_t offset = 0;
  EXPECT_FALSE(check_json("{\"a\": \"\xFF\\ud83d\", oops}", &offset));
  EXPECT_EQ(offset, 17U) << "of the text as it is";
  EXPECT_FALSE(check_json("{\"a\":\xFF}"));
  EXPECT_FALSE(check_json("\"\\ud8"));
}

TEST(Json, RefusesDeepNesting) {
  covers("A1.17");
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_THAT(check_json(deep).error().what, HasSubstr("levels deep"));
  EXPECT_FALSE(JsonObject::parse("{\"a\":" + deep + "}"));
  EXPECT_TRUE(check_json(std::string(99, '[') + std::string(99, ']')));
}

TEST(Json, TellsLineAndColumn) {
  std::size_t offset = 0;
  const auto error = check_json("{\n  \"a\": 1,\n  \"b\": oops\n}", &offset).error();
  EXPECT_THAT(error.what, ::testing::StartsWith("line 3, column 8: syntax error"));
  EXPECT_EQ(offset, 19U);
  EXPECT_THAT(JsonObject::parse("\n []").error().what,
              ::testing::StartsWith("line 2, column 2: expected a JSON object"));
}

TEST(Json, MembersKnowTheirPlaceInTheText) {
  const std::string text = R"({ "a" : [ 1, {"b": 2} ] })";
  const auto object = JsonObject::parse(text);
  const auto& member = object->members()[0];
  EXPECT_EQ(text.substr(member.offset, member.length), R"([ 1, {"b": 2} ])");
  const auto elements = parse_json_array(text.substr(member.offset, member.length));
  ASSERT_EQ(elements->size(), 2U);
  EXPECT_EQ((*elements)[1].value, R"({"b":2})");
  EXPECT_EQ(text.substr(member.offset + (*elements)[1].offset, (*elements)[1].length), R"({"b": 2})");
}

TEST(Json, ElementsOfOneCharacterAndOfNone) {
  covers("A1.15");
  const std::string text = R"({"a":[1,2,"",[],{}],"":{"b":3,"c":4},"d":[[]],"e":[],"f":{},"g":0})";
  EXPECT_EQ(JsonObject::parse(text)->dump(), text);
  EXPECT_EQ(JsonObject::parse(" {\n} ")->dump(), "{}");
  EXPECT_THAT(*parse_json_array("[ ]"), ::testing::IsEmpty());
}

TEST(Json, SaysWhereATextThatEndsTooSoonEnds) {
  std::size_t offset = 99;
  EXPECT_FALSE(check_json("", &offset));
  EXPECT_EQ(offset, 0U);
  EXPECT_FALSE(check_json("{\"a\":", &offset));
  EXPECT_GE(offset, 4U);
  EXPECT_TRUE(check_json("{}", &offset));
  EXPECT_EQ(offset, 0U);
}

TEST(Json, SetAndErase) {
  JsonObject object;
  object.set("a", "1");
  object.set("a", "2");
  object.set("b", json_text("q\"\n"));
  EXPECT_EQ(object.dump(), R"({"a":2,"b":"q\"\n"})");
  EXPECT_EQ(*json_string(*object.find("b")), "q\"\n");
  object.erase("a");
  EXPECT_EQ(object.find("a"), nullptr);
  EXPECT_FALSE(json_string("1"));
  EXPECT_EQ(json_text("\xff"), "\"\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace cni
