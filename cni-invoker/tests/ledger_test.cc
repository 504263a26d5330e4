// The ledger.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "locks.h"
#include "store_support.h"

namespace cni {
namespace {

using nlohmann::json;
using testing::covers;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kResult;
using testing::mode_of;
using namespace std::chrono_literals;

class LedgerTest : public testing::InvokerTest {
 protected:
  LedgerEntry entry(const std::string& container_id = "pod1") {
    LedgerEntry one;
    one.network = chain;
    one.network.path = "/etc/cni/net.d/x.conflist";
    one.attachment = attachment(container_id);
    one.attachment.args = {{"K", "V"}};
    one.attachment.capability_args.set("x", "1.0");
    one.plugin_dirs = {"/a", "/b \"c"};
    one.owner = "test";
    one.boot_id = "boot";
    one.netns_identity = {.device = 4, .inode = 4026531840, .cookie = 7, .id = 196080};
    one.created_at = ++clock_;
    return one;
  }
  Ledger ledger{dir.path() + "/ledger"};

 private:
  std::int64_t clock_ = 1'700'000'000'000'000'000;
};

TEST_F(LedgerTest, KeepsAllThatADelNeeds) {
  covers("L.1 L.2");
  const LedgerEntry one = entry();
  ASSERT_TRUE(ledger.begin(one));
  auto found = ledger.find("net", "pod1", "eth0");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->state, LedgerEntry::State::adding);
  EXPECT_TRUE((*found)->owed());
  EXPECT_FALSE((*found)->add_failure);
  EXPECT_EQ((*found)->result, "");
  EXPECT_EQ((*found)->network.bytes, chain.bytes);
  EXPECT_EQ((*found)->network.path, one.network.path);
  EXPECT_EQ((*found)->network.plugins.size(), 3U);
  EXPECT_EQ((*found)->attachment.args, one.attachment.args);
  EXPECT_EQ((*found)->attachment.capability_args.dump(), R"({"x":1.0})");
  EXPECT_EQ((*found)->plugin_dirs, one.plugin_dirs);
  EXPECT_EQ((*found)->boot_id, "boot");
  EXPECT_EQ((*found)->netns_identity, one.netns_identity);
  EXPECT_EQ((*found)->created_at, one.created_at);
  EXPECT_EQ(mode_of(dir.path() + "/ledger"), 0700U);
  EXPECT_EQ(mode_of(dir.path() + "/ledger/net@pod1@eth0.json"), 0600U);
}

TEST_F(LedgerTest, KeepsWhatCameOfIt) {
  covers("L.1 L.2");
  LedgerEntry one = entry();
  one.attachment.conventional_args.set("labels", "[1.0]");
  one.result = kResult;
  one.add_failure = LedgerEntry::AddFailure{2, 11};
  one.last_error = "plugin 'two' DEL: \"later\"";
  for (const auto& [state, word] : {std::pair{LedgerEntry::State::adding, "adding"},
                                    {LedgerEntry::State::attached, "attached"},
                                    {LedgerEntry::State::deleting, "deleting"}}) {
    one.state = state;
    ASSERT_TRUE(ledger.save(one));
    EXPECT_THAT(*base::read_file(dir.path() + "/ledger/net@pod1@eth0.json"),
                HasSubstr("\"state\":\"" + std::string(word) + "\""))
        << "others read it";
    const auto found = ledger.find("net", "pod1", "eth0");
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->state, state);
    EXPECT_EQ((*found)->owed(), state != LedgerEntry::State::attached);
    EXPECT_EQ((*found)->owner, "test");
    EXPECT_EQ((*found)->attachment.netns, one.attachment.netns);
    EXPECT_EQ((*found)->attachment.conventional_args.dump(), R"({"labels":[1.0]})");
    EXPECT_EQ((*found)->result, kResult);
    ASSERT_TRUE((*found)->add_failure);
    EXPECT_EQ((*found)->add_failure->plugin, 2U);
    EXPECT_EQ((*found)->add_failure->code, 11U);
    EXPECT_EQ((*found)->last_error, one.last_error);
  }
}

TEST_F(LedgerTest, AnEntryThatIsNotWholeIsTold) {
  covers("L.5");
  ASSERT_TRUE(ledger.save(entry()));
  const std::string path = dir.path() + "/ledger/net@pod1@eth0.json";
  const json whole = json::parse(testing::read(path));
  const auto told = [&](const std::string& key, const json& value) {
    json spoiled = whole;
    if (value.is_null())
      spoiled.erase(key);
    else
      spoiled[key] = value;
    dir.write("ledger/net@pod1@eth0.json", spoiled.dump());
    const auto found = ledger.find("net", "pod1", "eth0");
    EXPECT_FALSE(found) << key;
    EXPECT_EQ(found.error().kind, Kind::corrupt) << key;
    return found.error().what;
  };
  const std::string begin = "read ledger entry '" + path + "': ";
  EXPECT_EQ(told("format", 2), begin + "not an entry of format 1");
  EXPECT_EQ(told("format", nullptr), begin + "not an entry of format 1");
  EXPECT_EQ(told("state", "asleep"), begin + "'state': unknown");
  EXPECT_EQ(told("network", nullptr), begin + "'network' is missing");
  for (const char* key : {"state", "owner", "containerId", "ifName", "netns", "bootId", "createdAt", "cniArgs",
                          "capabilityArgs", "args", "pluginDirs", "config", "path", "addFailure", "lastError"})
    EXPECT_THAT(told(key, 1.5), ::testing::StartsWith(begin));
  for (const char* key : {"containerId", "ifName"})
    EXPECT_THAT(told(key, "another"), HasSubstr("is of another attachment")) << key;
  json other = whole["network"];
  other["name"] = "another";
  EXPECT_THAT(told("network", other), HasSubstr("is of another attachment"));
}

TEST_F(LedgerTest, TheResultMakesItAttached) {
  covers("L.1");
  LedgerEntry one = entry();
  one.result = kResult;
  ASSERT_TRUE(ledger.begin(one));
  const std::string intent = testing::read(dir.path() + "/ledger/net@pod1@eth0.json");
  ASSERT_TRUE(ledger.complete(one));
  EXPECT_THAT(testing::read(dir.path() + "/ledger/net@pod1@eth0.json"), ::testing::StartsWith(intent + "\n"))
      << "the flushed intent was rewritten";
  EXPECT_FALSE((*ledger.find("net", "pod1", "eth0"))->owed());
  ASSERT_TRUE(ledger.remove("net", "pod1", "eth0"));
  EXPECT_FALSE(ledger.find("net", "pod1", "eth0")->has_value());
  EXPECT_TRUE(std::filesystem::is_empty(dir.path() + "/ledger"));
}

TEST_F(LedgerTest, TheResultSoFarIsForTheDelOnly) {
  covers("L.1");
  LedgerEntry one = entry();
  ASSERT_TRUE(ledger.begin(one));
  one.result = R"({"cniVersion":"1.0.0"})";
  ASSERT_TRUE(ledger.progress(one));
  auto found = *ledger.find("net", "pod1", "eth0");
  EXPECT_EQ(found->state, LedgerEntry::State::adding);
  EXPECT_EQ(found->result, one.result);
  one.result = kResult;
  ASSERT_TRUE(ledger.complete(one));
  found = *ledger.find("net", "pod1", "eth0");
  EXPECT_EQ(found->state, LedgerEntry::State::attached);
  EXPECT_EQ(json::parse(found->result), json::parse(kResult));
}

TEST_F(LedgerTest, WhatWasSeenIsNoResult) {
  LedgerEntry one = entry();
  ASSERT_TRUE(ledger.begin(one));
  one.seen = R"({"cniVersion":"1.1.0"})";
  ASSERT_TRUE(ledger.note_seen(one));
  for (const char* how : {"in a line behind", "in the entry itself"}) {
    const auto found = *ledger.find("net", "pod1", "eth0");
    EXPECT_EQ(found->seen, one.seen) << how;
    EXPECT_EQ(found->result, "") << how;
    EXPECT_TRUE(found->owed()) << how;
    ASSERT_TRUE(ledger.save(*found));
  }
}

TEST_F(LedgerTest, AResultThatAPowerCutSpoiledIsNone) {
  covers("L.1");
  LedgerEntry one = entry();
  ASSERT_TRUE(ledger.begin(one));
  one.result = kResult;
  const std::string intent = testing::read(dir.path() + "/ledger/net@pod1@eth0.json");
  for (const char* spoiled : {"", "{", "{}", R"({"result":{"cniVersion":"1.0.0"})", R"("result")", "null"}) {
    dir.write("ledger/net@pod1@eth0.json", intent + "\n" + spoiled);
    const auto found = ledger.find("net", "pod1", "eth0");
    ASSERT_TRUE(found && *found) << spoiled;
    EXPECT_TRUE((*found)->owed()) << spoiled;
    EXPECT_EQ((*found)->result, "") << spoiled;
    ASSERT_TRUE(ledger.complete(one)) << spoiled;  // a full disk cut it short, and has room again
    EXPECT_FALSE((*ledger.find("net", "pod1", "eth0"))->owed()) << spoiled;
  }
}

// What a caller gives as JSON may be written on several lines; what is in strings is none of the ledger's business.
TEST_F(LedgerTest, LinesOfACallerAreNoLinesOfTheLedger) {
  covers("L.2");
  LedgerEntry one = entry();
  one.attachment.capability_args.set("ports", "[\n1,\n2]");
  one.attachment.conventional_args.set("note", R"("a\nb")");
  ASSERT_TRUE(ledger.begin(one));
  one.result = "{\n\"cniVersion\": \"1.0.0\"}";
  ASSERT_TRUE(ledger.complete(one));
  const auto found = ledger.find("net", "pod1", "eth0");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->state, LedgerEntry::State::attached);
  EXPECT_EQ(json::parse((*found)->result), json::parse(one.result));
  EXPECT_EQ(*(*found)->attachment.capability_args.find("ports"), "[1,2]");
  EXPECT_EQ(*(*found)->attachment.conventional_args.find("note"), R"("a\nb")");
}

// As podruns wrote it whose results lay in a file beside: what they attached is not owed a DEL.
TEST_F(LedgerTest, AResultBesideIsReadAndGoesWithItsEntry) {
  covers("L.1");
  const LedgerEntry one = entry();
  ASSERT_TRUE(ledger.begin(one));
  const std::string at = std::to_string(one.created_at);
  const auto beside = [&](const std::string& text) {
    dir.write("ledger/net@pod1@eth0.result", text);
    return **ledger.find("net", "pod1", "eth0");
  };
  EXPECT_FALSE(beside(R"({"createdAt":)" + at + R"(,"result":{"a":1}})").owed());
  EXPECT_EQ(beside(R"({"createdAt":)" + at + R"(,"result":{"a":1}})").result, R"({"a":1})");
  EXPECT_TRUE(beside(R"({"createdAt":)" + at + R"(,"interim":true,"result":{"a":1}})").owed());
  EXPECT_TRUE(beside(R"({"createdAt":1,"result":{"a":1}})").owed()) << "an older ADD's";
  EXPECT_TRUE(beside("{").owed());
  ASSERT_TRUE(ledger.remove("net", "pod1", "eth0"));
  EXPECT_TRUE(std::filesystem::is_empty(dir.path() + "/ledger"));
}

// Only an entry that is there can come to a result.
TEST_F(LedgerTest, AResultOfNoEntryIsAnError) {
  covers("L.1");
  LedgerEntry one = entry();
  one.result = kResult;
  std::filesystem::create_directory(dir.path() + "/ledger");
  EXPECT_EQ(ledger.complete(one).error().kind, Kind::not_found);
  EXPECT_EQ(ledger.progress(one).error().kind, Kind::not_found);
  EXPECT_TRUE(std::filesystem::is_empty(dir.path() + "/ledger"));
}

TEST_F(LedgerTest, ListsOldestFirstAndTellsOfTheBroken) {
  covers("L.5");
  for (const char* container : {"z", "a"}) {
    LedgerEntry one = entry(container);
    ASSERT_TRUE(ledger.save(one));
  }
  const std::string broken = dir.write("ledger/net@b@eth0.json", "{");
  dir.write("ledger/net@c@eth0.json.tmp.12345678", "{");
  dir.write("ledger/net@d@eth0.json", R"({"format":2})");
  std::vector<std::string> unreadable;
  const auto entries = ledger.list(&unreadable);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[0].attachment.container_id, "z");
  EXPECT_EQ(unreadable.size(), 2U);
  EXPECT_EQ(unreadable[0], broken);
  EXPECT_EQ(ledger.list()->size(), 2U) << "who does not ask is not told";
  EXPECT_EQ(ledger.of_container("a")->size(), 1U);
  EXPECT_EQ(ledger.find("net", "b", "eth0").error().kind, Kind::corrupt);
  EXPECT_THAT(*Ledger(dir.path() + "/none").list(), IsEmpty());
  EXPECT_FALSE(Ledger(broken).list()) << "a file in place of the directory is not told as no entries";
}

// Names of entries tell most of them apart, and those too long to be spelled have to be read.
TEST_F(LedgerTest, ThoseOfAContainerAreFoundUnderLongNamesToo) {
  covers("L.5");
  const std::string longest(240, 'x');
  for (const std::string& container : {longest, longest + "y", std::string("a"), std::string("aa")})
    ASSERT_TRUE(ledger.save(entry(container)));
  LedgerEntry second = entry("a");
  second.attachment.ifname = "eth1";
  ASSERT_TRUE(ledger.save(second));
  EXPECT_EQ(ledger.of_container(longest)->size(), 1U);
  EXPECT_EQ(ledger.of_container("a")->size(), 2U);
  EXPECT_EQ(ledger.of_container("x")->size(), 0U);
}

TEST_F(LedgerTest, HostileNamesAreRefused) {
  LedgerEntry one = entry("../../x");
  EXPECT_FALSE(ledger.save(one));
  EXPECT_FALSE(ledger.begin(one));
  EXPECT_FALSE(ledger.find("net", "../../x", "eth0"));
  EXPECT_FALSE(ledger.remove("net", "a/b", "eth0"));
}

}  // namespace
}  // namespace cni
