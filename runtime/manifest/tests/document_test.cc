// Texts into trees: what YAML scalars become, how errors name their place, and what hostile texts may not do.
#include "runtime/manifest/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podrun::manifest {
namespace {

std::string read_text(std::string_view text) {
  const Result<std::vector<Json>> documents = read_documents(text);
  if (!documents) return documents.error().what;
  std::string all;
  for (const Json& document : *documents) all += (all.empty() ? "" : " ") + document.dump();
  return all;
}

struct DocumentCase {
  std::string text;
  std::string expected;
};

void check_all(const std::vector<DocumentCase>& cases) {
  for (const DocumentCase& c : cases) EXPECT_EQ(read_text(c.text), c.expected) << c.text.substr(0, 200);
}

std::string repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Document, PlainScalarsAreTypedAsKubectlDoes) {
  check_all({
      {"[1, -1, +1, 0, -0]", "[1,-1,1,0,0]"},
      {"[0755, 0o17, 0x1F, 0b101, 1_000]", "[493,15,31,5,1000]"},
      {"[089, 0x, 0xg, 1__, _1]", R"([89.0,"0x","0xg",1,"_1"])"},
      {"[18446744073709551615, 18446744073709551616]", "[18446744073709551615,1.8446744073709552e+19]"},
      {"[-9223372036854775808, -9223372036854775809]", "[-9223372036854775808,-9.223372036854776e+18]"},
      {"[1.5, .5, 1., 1e3, -1.5E-2, +2.5, 1e999, '.']", R"([1.5,0.5,1.0,1000.0,-0.015,2.5,"1e999","."])"},
      {"[true, True, TRUE, yes, Yes, on, y, Y]", "[true,true,true,true,true,true,true,true]"},
      {"[false, False, no, NO, off, n, N]", "[false,false,false,false,false,false,false]"},
      {"[tRUE, yEs, oN]", R"(["tRUE","yEs","oN"])"},
      {"[~, null, Null, NULL, ]", "[null,null,null,null]"},
      {"[2026-01-02, 12:30:45, infinity, nan, e3, -, +]", R"(["2026-01-02","12:30:45","infinity","nan","e3","-","+"])"},
      {"[.inf]", "line 1, column 2: '.inf' is no number that JSON can hold"},
  });
}

TEST(Document, QuotesAndTagsDecide) {
  check_all({
      {R"(["1", 'yes', "null", ""])", R"(["1","yes","null",""])"},
      {"[!!str 1, !!str yes, !!int 7, !!float 7, !!bool on, !!null ~]", R"(["1","yes",7,7,true,null])"},
      {"a: |\n  1\nb: >\n  x\n  y\n", R"({"a":"1\n","b":"x y\n"})"},
      {"[!!int x]", "line 1, column 2: 'x' is no '!!int'"},
      {"[!!binary aGk=]", "line 1, column 2: 'aGk=' is no '!!binary'"},
      {"[!mine x]", "line 1, column 2: tag '!mine' means nothing in a manifest"},
      {"!!set {a, b}", "line 1, column 1: tag 'tag:yaml.org,2002:set' means nothing in a manifest"},
  });
}

TEST(Document, KeysBecomeStrings) {
  check_all({
      {"{80: a, yes: b, 1.5: c, 'k': d}", R"({"80":"a","true":"b","1.5":"c","k":"d"})"},
      {"? [a]\n: b\n", "line 1, column 3: a key must be a string"},
      {"~: b\n", "line 1, column 1: a key must be a string"},
      {"a: 1\nb: 2\na: 3\n", "line 3, column 1: key 'a' is given twice"},
      {"1: a\n\"1\": b\n", "line 2, column 1: key '1' is given twice"},
  });
}

TEST(Document, AliasesAndMergeKeysAreExpanded) {
  check_all({
      {"a: &x {k: 1}\nb: *x\n", R"({"a":{"k":1},"b":{"k":1}})"},
      {"a: &x name\n*x : 1\n", R"({"a":"name","name":1})"},
      {"a: &x {k: 1, l: 2}\nb:\n  k: 3\n  <<: *x\n", R"({"a":{"k":1,"l":2},"b":{"k":3,"l":2}})"},
      {"a: &x {k: 1}\nb: {<<: *x, k: 3}\n", R"({"a":{"k":1},"b":{"k":3}})"},
      {"a: &x {k: 1}\nc: &y {k: 2, l: 2}\nb: {<<: [*x, *y]}\n", R"({"a":{"k":1},"c":{"k":2,"l":2},"b":{"k":1,"l":2}})"},
      {"a: {<<: 1}\n", "line 1, column 4: the merge key '<<' takes an object or a list of objects"},
      {"a: {<<: [1]}\n", "line 1, column 4: the merge key '<<' takes an object or a list of objects"},
      {"&x [*x]\n", "line 1, column 5: an alias inside of what it stands for"},
      {"a: *nowhere\n", "line 1, column 4: the referenced anchor is not defined"},
  });
}

TEST(Document, EmptyOnesDoNotCount) {
  check_all({
      {"", ""},
      {"# nothing\n", ""},
      {"---\n---\na: 1\n---\n# nothing\n", R"({"a":1})"},
      {"a: 1\n---\nb: 2\n...\n---\nc: 3", R"({"a":1} {"b":2} {"c":3})"},
      {R"({"a": 1}{"b": 2} )"
       "\n{\"c\": 3}\n",
       R"({"a":1} {"b":2} {"c":3})"},
      {"{\"a\": 1}\n---\n{\"b\": 2}\n", R"({"a":1} {"b":2})"},
      {"\xef\xbb\xbf"
       "a: 1\n",
       R"({"a":1})"},
      {"\xef\xbb\xbf {\"a\": 1}", R"({"a":1})"},
  });
}

TEST(Document, ErrorsNameLineAndColumn) {
  check_all({
      {"a: b: c\n", "line 1, column 5: illegal map value"},
      {"a: 1\nb: [1,\n", "line 3, column 1: end of sequence flow not found"},
      {"a:\n\t- 1\n", "line 2, column 1: a tab, where YAML is indented by spaces alone"},
      {"a:\n  b: 1\n \tc: 2\n", "line 3, column 2: a tab, where YAML is indented by spaces alone"},
      {"a:\n  b: \t{c: 1,\n\td: 2}\n", R"({"a":{"b":{"c":1,"d":2}}})"},
      {"a: {b: 1,\n\tb: 2}\n", "line 2, column 2: key 'b' is given twice"},
      {R"({"a": [1, 2, "b": 1})", "line 1, column 17: syntax error while parsing array - unexpected ':'; expected ']'"},
      {"{\n  \"a\": 1\n  \"b\": 2\n}",
       "line 3, column 5: syntax error while parsing object - unexpected string literal; "
       "expected '}'"},
      {"{\"a\": 1,\n \"a\": 2}", "line 2, column 5: key 'a' is given twice"},
      {"{a: 1,\n b: [{a: 1, a: 2}]}", "line 2, column 13: key 'a' is given twice"},
      {"{ # YAML\n\"a\": 1, a: 2}", "line 2, column 9: key 'a' is given twice"},
      {"{\"a\": 1} {",
       "line 1, column 11: syntax error while parsing object key - unexpected end of input; expected string literal"},
      {"a: 1\n}\n", "line 2, column 1: illegal flow end"},
      {"[a],\n", "line 1, column 4: nothing may stand here"},  // without end in yaml-cpp
      {"---\n# nothing\n---\n\"a\": b\n---\n, c", "line 6, column 1: nothing may stand here"},
      {"{\"a\": 1},",
       "line 1, column 9: syntax error while parsing value - unexpected ','; expected '[', '{', or a literal"},
      {"a: \xff\n", "line 1, column 4: not UTF-8"},
      {std::string("a: 1\nb: \0\n", 10), "line 2, column 4: a NUL byte"},
  });
}

TEST(Document, NothingButUtf8) {
  for (const std::string bad : {"\x80", "\xc0\x80", "\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                                "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xe2\x28\xa1"})
    EXPECT_EQ(read_text("ab: " + bad), "line 1, column 5: not UTF-8") << testing::PrintToString(bad);
  for (const std::string good : {"é", "€", "\U0001F600", "\ud7ff", "\uffff", "\U0010FFFF"})
    EXPECT_EQ(read_text("[\"" + good + "\"]"), "[\"" + good + "\"]");
}

TEST(Document, NoNulInsideStrings) {
  check_all({
      {R"(a: "x\0y")", "line 1, column 4: a string holds a NUL byte"},
      {R"("x\x00y": 1)", "line 1, column 1: a key holds a NUL byte"},
      {R"({"a": "x\u0000y"})", "line 1, column 17: a string holds a NUL byte"},
      {R"({"x\u0000y": 1})", "line 1, column 12: a key holds a NUL byte"},
  });
}

TEST(Document, JsonStringsMayHoldSurrogatePairs) {
  check_all({{R"({"a": "\ud83d\ude00"})", "{\"a\":\"\U0001F600\"}"}});
  EXPECT_EQ(read_text(R"({"a": "\ud83d"})").substr(0, 17), "line 1, column 14");
}

TEST(Document, SizeAndDepthAreBounded) {
  EXPECT_EQ(read_text(std::string(kMaxTextBytes + 1, 'a')), "is larger than 1 MiB");
  EXPECT_EQ(read_text(std::string(kMaxTextBytes, 'a')).size(), kMaxTextBytes + 2);

  const int most = static_cast<int>(kMaxDepth);
  EXPECT_EQ(read_text(repeat("[", most) + repeat("]", most)), repeat("[", most) + repeat("]", most));
  EXPECT_EQ(read_text(repeat("[", most + 1) + repeat("]", most + 1)), "line 1, column 33: nested more than 32 deep");
  EXPECT_EQ(read_text(repeat("{\"a\":", most + 1)), "line 1, column 162: nested more than 32 deep");
  EXPECT_EQ(read_text(repeat("[", 50'000)).find("line 1, column "), 0U);
  EXPECT_EQ(read_text(repeat("- ", 50'000)), "line 1, column 65: nested more than 32 deep");
  EXPECT_EQ(read_text(repeat("{\"a\":", 20'000)), "line 1, column 162: nested more than 32 deep");

  EXPECT_EQ(read_text("[" + repeat("1,", 200'000) + "]"), "line 1, column 200000: more than 100000 values");
  EXPECT_EQ(read_text("{\"a\":[" + repeat("1,", 200'000) + "1]}"), "line 1, column 200005: more than 100000 values");
}

TEST(Document, MembersOfOneObjectAreBounded) {
  std::string yaml;
  for (int i = 0; i < 5000; ++i) yaml += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(read_text(yaml), "line 4097, column 1: more than 4096 keys in one object");
}

TEST(Document, AliasBombsAreDefused) {
  std::string values = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    values += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + repeat(", " + before, 9) + "]\n";
  }
  EXPECT_EQ(read_text(values).substr(0, 7), "line 5,");
  EXPECT_THAT(read_text(values), testing::HasSubstr("more than 100000 values"));

  const std::string large = "a: &a " + std::string(500'000, 'x') + "\nb: [*a, *a, *a]\n";
  EXPECT_EQ(read_text(large), "line 2, column 5: aliases expand to more than 1 MiB");

  std::string deep = "a0: &a0 [x]\n";
  for (int i = 1; i < 40; ++i)
    deep += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  EXPECT_THAT(read_text(deep), testing::HasSubstr("nested more than 32 deep"));
}

}  // namespace
}  // namespace podrun::manifest
