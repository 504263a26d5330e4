#include "runtime/store/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <ostream>

#include "runtime/store/test_records.h"

namespace podrun {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

TEST(Record, SurvivesTheRoundTrip) {
  const PodRecord before = full_record();
  const auto after = record_from_json(to_json(before));
  ASSERT_TRUE(after) << after.error().what;
  EXPECT_EQ(to_json(before), to_json(*after));
  EXPECT_EQ(after->name_space, "team-a");
  EXPECT_EQ(after->state, PodState::deleting);
  EXPECT_EQ(after->pause.start_time, 18'446'744'073'709'551'615U);
  EXPECT_EQ(after->containers.at(0).settings.env.at(1), (std::pair<std::string, std::string>("EQUALS", "a=b=c")));
  EXPECT_EQ(after->containers.at(0).settings.capabilities, 0xa80425fbU);
  EXPECT_FALSE(after->containers.at(0).settings.seccomp);
  EXPECT_EQ(after->networks.at(0).result, full_record().networks.at(0).result);
  EXPECT_EQ(after->timings.at(1).step, "plugin bridge ADD");
}

TEST(Record, EveryFieldIsWritten) {
  // A field that visit() forgets would come back as its default, which no value of full_record() is.
  const json text = json::parse(to_json(full_record()));
  const json defaults = json::parse(to_json(PodRecord{}));
  for (const auto& [key, value] : defaults.items()) {
    if (key == "format") continue;
    EXPECT_NE(text.at(key), value) << key;
  }
  EXPECT_EQ(text.size(), defaults.size());
}

TEST(Record, TextThatIsNoUtf8IsReplacedNotLost) {
  PodRecord record = full_record();
  record.containers.at(0).log_path = "/odd\xff/log";
  EXPECT_TRUE(record_from_json(to_json(record)));
}

struct BadField {
  const char* name;
  std::function<void(json&)> spoil;
  const char* complaint;
};

void PrintTo(const BadField& bad, std::ostream* out) { *out << bad.name; }

class CorruptRecord : public ::testing::TestWithParam<BadField> {};

// Words that another version reads.
TEST(Record, StatesAreWords) {
  for (const auto& [state, word] :
       {std::pair{PodState::creating, "creating"}, {PodState::ready, "ready"}, {PodState::deleting, "deleting"}}) {
    PodRecord record = full_record();
    record.state = state;
    EXPECT_EQ(json::parse(to_json(record)).at("state"), word);
    EXPECT_EQ(record_from_json(to_json(record))->state, state);
  }
}

TEST(Record, OfAPodThatHasNoProcessYetIsRead) {
  PodRecord record = full_record();
  record.shim.pid = 0;
  record.pause.pid = 0;
  record.containers.at(0).process.pid = 0;
  const auto read = record_from_json(to_json(record));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->shim.pid, 0);
}

TEST(Record, OfBeforeThereWereDeadlinesIsRead) {
  json record = json::parse(to_json(full_record()));
  record.erase("deadline");
  const auto read = record_from_json(record.dump());
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->deadline, 0);
}

TEST(Record, OfBeforeNamespacesHadAnIdentityIsRead) {
  json record = json::parse(to_json(full_record()));
  record.erase("netnsIdentity");
  const auto read = record_from_json(record.dump());
  ASSERT_TRUE(read) << read.error().what;
  const base::NetnsIdentity inode_alone{.device = 0, .inode = 4026532000, .cookie = 0, .id = 0};
  EXPECT_EQ(read->netns_identity, inode_alone);
}

TEST_P(CorruptRecord, NamesTheField) {
  json record = json::parse(to_json(full_record()));
  GetParam().spoil(record);
  const auto read = record_from_json(record.dump());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, Kind::corrupt);
  EXPECT_THAT(read.error().what, HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    Record, CorruptRecord,
    ::testing::Values(
        BadField{"MissingFormat", [](json& r) { r.erase("format"); }, "format: missing"},
        BadField{"NewerFormat", [](json& r) { r["format"] = 2; }, "format: 2, this podrun reads 1"},
        BadField{"MissingField", [](json& r) { r.erase("cgroupPath"); }, "cgroupPath: missing"},
        BadField{"MissingDeepField", [](json& r) { r["containers"][0]["settings"].erase("uid"); },
                 "containers[0].settings.uid: missing"},
        BadField{"NumberForText", [](json& r) { r["name"] = 3; }, "name: expected a string, found number"},
        BadField{"TextForNumber", [](json& r) { r["pause"]["pid"] = "1"; }, "pause.pid: expected a whole number"},
        BadField{"Fraction", [](json& r) { r["pause"]["pid"] = 1.5; }, "pause.pid: expected a whole number"},
        BadField{"PidTooLarge", [](json& r) { r["pause"]["pid"] = 1LL << 40; }, "pause.pid: number out of range"},
        BadField{"NegativeUnsigned", [](json& r) { r["idBase"] = -1; }, "idBase: number out of range"},
        BadField{"NegativePid", [](json& r) { r["shim"]["pid"] = -1; }, "negative pid"},
        BadField{"NegativeContainerPid", [](json& r) { r["containers"][0]["process"]["pid"] = -9; }, "negative pid"},
        BadField{"NumberForFlag", [](json& r) { r["hostUsers"] = 1; }, "hostUsers: expected true or false"},
        BadField{"UnknownState", [](json& r) { r["state"] = "happy"; }, "state: no such state"},
        BadField{"ObjectForArray", [](json& r) { r["containers"] = json::object(); }, "containers: expected an array"},
        BadField{"TextForRecord", [](json& r) { r["containers"][0] = "x"; }, "containers[0]: expected an object"},
        BadField{"ArrayForMap", [](json& r) { r["labels"] = json::array(); }, "labels: expected an object"},
        BadField{"VariableWithoutEquals", [](json& r) { r["containers"][0]["settings"]["env"] = {"A"}; },
                 "containers[0].settings.env[0]: expected NAME=VALUE"},
        BadField{"ShortId", [](json& r) { r["id"] = "abc"; }, "id: expected 64 hex digits"},
        BadField{"ClimbingId", [](json& r) { r["id"] = "../" + std::string(61, 'a'); }, "id: expected 64 hex digits"},
        BadField{"ClimbingName", [](json& r) { r["name"] = "../x"; }, "name: no name of a pod"},
        BadField{"ClimbingContainer", [](json& r) { r["containers"][0]["name"] = "a/../b"; }, "no name of a container"},
        BadField{"SameContainerTwice", [](json& r) { r["containers"].push_back(r["containers"][0]); }, "twice"}),
    [](const auto& bad) { return bad.param.name; });

TEST(CorruptRecordText, SaysWhatIsWrongInAFewWords) {
  EXPECT_THAT(record_from_json("{").error().what,
              ::testing::StartsWith("read the record: parse error at line 1, column 2"));
  EXPECT_THAT(record_from_json("[]").error().what, HasSubstr("expected an object, found array"));
  const std::string what = record_from_json("\"" + std::string(1000, 'x')).error().what;
  EXPECT_GT(what.size(), 100U);
  EXPECT_LT(what.size(), 250U);
}

TEST(CorruptRecordText, IsRefusedWhateverItIs) {
  const std::string good = to_json(full_record());
  for (std::size_t length = 0; length < good.size(); length += 7) {
    const auto read = record_from_json(good.substr(0, length));
    ASSERT_FALSE(read) << length;
    EXPECT_EQ(read.error().kind, Kind::corrupt);
  }
  for (const std::string& text : {std::string("null"), std::string("[]"), std::string("\0\0\0", 3), std::string("{}"),
                                  std::string(100'000, '['), "\"" + std::string(100'000, 'x'), good + good}) {
    const auto read = record_from_json(text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, Kind::corrupt);
    EXPECT_LT(read.error().what.size(), 400U);
  }
}

}  // namespace
}  // namespace podrun
