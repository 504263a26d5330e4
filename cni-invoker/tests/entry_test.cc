// Names and parts of the entries in cache and ledger.
#include "entry.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "cni/base/files.h"
#include "store_support.h"

namespace cni {
namespace {

using testing::covers;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::mode_of;

TEST(EntryName, IsSpelledAsLongAsItFits) {
  covers("A11.01 A11.08");
  EXPECT_EQ(*entry_name("net", "pod", "eth0", "-"), "net-pod-eth0");
  EXPECT_EQ(*entry_name("net", "pod", "eth0", "@"), "net@pod@eth0");
  const std::string longest(240 - std::string("net--eth0").size(), 'x');
  EXPECT_EQ(*entry_name("net", longest, "eth0", "-"), "net-" + longest + "-eth0");
  EXPECT_THAT(*entry_name("net", longest + "x", "eth0", "-"), ::testing::MatchesRegex("hash-[0-9a-f]{32}"));
}

// Entries of another version of the library are found by it.
TEST(EntryName, HashesStayWhatTheyAre) {
  covers("A11.08");
  EXPECT_EQ(*entry_name("net", std::string(300, 'x'), "eth0", "-"), "hash-cdb51eea949e4df761012c43c8969a20");
  EXPECT_NE(*entry_name("net", std::string(300, 'y'), "eth0", "-"), "hash-cdb51eea949e4df761012c43c8969a20");
}

TEST(EntryName, HoldsNothingThatLeadsElsewhere) {
  covers("A11.08");
  const std::string nul("a\0b", 3);
  for (const std::string& bad : {std::string(), std::string("a/b"), std::string("/"), nul}) {
    EXPECT_FALSE(entry_name(bad, "pod", "eth0", "-")) << bad;
    EXPECT_FALSE(entry_name("net", bad, "eth0", "-")) << bad;
    EXPECT_FALSE(entry_name("net", "pod", bad, "-")) << bad;
  }
}

TEST(EntryDir, IsMadeForItsOwnerAlone) {
  const testing::TempDir temp;
  const std::string deep = temp.path() + "/a/b";
  ASSERT_TRUE(make_entry_dir(deep));
  EXPECT_EQ(mode_of(deep), 0700U);
  ASSERT_TRUE(make_entry_dir(deep));
  temp.write("file", "");
  EXPECT_FALSE(make_entry_dir(temp.path() + "/file/x"));

  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(temp.path());
  EXPECT_TRUE(make_entry_dir("relative"));
  EXPECT_TRUE(make_entry_dir("./also/so"));
  std::filesystem::current_path(before);
  EXPECT_EQ(mode_of(temp.path() + "/relative"), 0700U);
  EXPECT_EQ(mode_of(temp.path() + "/also/so"), 0700U);
}

TEST(EntryNetwork, IsTheSameWhenReadAgain) {
  covers("A12.04 L.2");
  for (const bool flag : {true, false}) {
    const std::string text = flag ? "true" : "false";
    const auto before =
        parse_network_list(R"({"cniVersion":"0.4.0","name":"net","disableCheck":)" + text + R"(,"disableGC":)" + text +
                               R"(,"plugins":[{"type":"a","x":1.0,"prevResult":{}},{"type":"b"}]})",
                           "net.conflist");
    ASSERT_TRUE(before);
    ASSERT_EQ(before->warnings.size(), 1U);
    const auto after = network_from_json(network_json(*before));
    ASSERT_TRUE(after) << after.error().what;
    EXPECT_EQ(after->name, "net");
    EXPECT_EQ(after->version, before->version);
    EXPECT_EQ(after->disable_check, flag);
    EXPECT_EQ(after->disable_gc, flag);
    ASSERT_EQ(after->plugins.size(), 2U);
    EXPECT_EQ(after->plugins[0].object.dump(), before->plugins[0].object.dump());
    EXPECT_THAT(after->warnings, IsEmpty()) << "told when the file was loaded";
    EXPECT_EQ(after->bytes, "") << "the file's, not ours";
  }
  EXPECT_THAT(network_from_json("{}").error().what, ::testing::StartsWith("network:1:1: "));
  EXPECT_FALSE(network_from_json(R"({"name":"net","plugins":[]})"));
}

TEST(EntryArgs, ArePairsInTheirOrder) {
  covers("A11.06 A14.03");
  const std::vector<std::pair<std::string, std::string>> args = {{"Z", "1"}, {"A", "\"quoted\"\n"}, {"Z", "2"}};
  EXPECT_EQ(args_json({}), "[]");
  EXPECT_EQ(args_json({{"K", "V"}}), R"([["K","V"]])");
  EXPECT_EQ(*args_from_json(args_json(args)), args);
  EXPECT_THAT(*args_from_json("null"), IsEmpty());
  EXPECT_THAT(*args_from_json("[]"), IsEmpty());
  for (const char* bad : {"{}", "[1]", R"([["a"]])", R"([["a","b","c"]])", R"([["a",1]])", R"([[1,"b"]])"})
    EXPECT_FALSE(args_from_json(bad)) << bad;
}

TEST(EntryKeys, TheExactSpellingComesFirstThenAny) {
  covers("A11.02");
  const JsonObject object =
      *JsonObject::parse(R"({"IFNAME":"other","ifName":"eth0","Netns":null,"Config":1,"args":"x"})");
  EXPECT_EQ(*text_of(object, "ifName"), "eth0");
  EXPECT_EQ(*text_of(object, "IfName"), "other") << "the first of those in another case";
  EXPECT_EQ(*text_of(object, "netns"), "") << "null is none";
  EXPECT_EQ(*text_of(object, "missing"), "");
  EXPECT_THAT(text_of(object, "config").error().what, HasSubstr("'config'"));
  EXPECT_EQ(find_any_case(object, "ifNames"), nullptr);
  EXPECT_TRUE(object_of(object, "netns")->empty());
  EXPECT_TRUE(object_of(object, "missing")->empty());
  EXPECT_THAT(object_of(object, "args").error().what, HasSubstr("'args'"));
}

}  // namespace
}  // namespace cni
