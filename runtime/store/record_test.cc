#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <ostream>

#include "runtime/store/record_json.h"
#include "runtime/store/test_records.h"

namespace podrun {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

TEST(Record, OfAPodSurvivesTheRoundTrip) {
  const PodRecord before = full_record();
  const auto after = pod_from_json(to_json(before));
  ASSERT_TRUE(after) << after.error().what;
  EXPECT_EQ(to_json(before), to_json(*after));
  EXPECT_EQ(after->plan.who.name_space, "team-a");
  EXPECT_EQ(after->plan.host_ports.at(0).host_port, 8080);
  EXPECT_EQ(after->life.state, PodState::deleting);
  EXPECT_EQ(after->life.pause.start_time, 18'446'744'073'709'551'615U);
  EXPECT_EQ(after->life.networks.at(0).result, full_record().life.networks.at(0).result);
  EXPECT_EQ(after->life.timings.at(1).step, "plugin bridge ADD");
}

TEST(Record, OfAContainerSurvivesTheRoundTrip) {
  const ContainerRecord before = full_container();
  const auto after = container_from_json(to_json(before));
  ASSERT_TRUE(after) << after.error().what;
  EXPECT_EQ(to_json(before), to_json(*after));
  EXPECT_EQ(after->plan.key(), "httpd.2");
  EXPECT_EQ(after->plan.process.env.at(1), (std::pair<std::string, std::string>("EQUALS", "a=b=c")));
  EXPECT_EQ(after->plan.process.capabilities, 0xa80425fbU);
  EXPECT_FALSE(after->plan.process.seccomp);
  EXPECT_EQ(after->plan.limits.memory_bytes, 1U << 20U);
  ASSERT_EQ(after->plan.mounts.size(), full_container().plan.mounts.size());
  for (std::size_t i = 0; i < after->plan.mounts.size(); ++i)
    EXPECT_EQ(after->plan.mounts[i].source.index(), full_container().plan.mounts[i].source.index()) << i;
  EXPECT_EQ(std::get<Filesystem>(after->plan.mounts[5].source).options,
            (mounts::Options{{"newinstance", ""}, {"gid", "5"}}));
  EXPECT_EQ(std::get<HostPath>(after->plan.mounts[4].source).attributes, 3U);
}

TEST(Record, ALimitThatIsNotSetStaysSo) {
  const auto after = container_from_json(to_json([] {
    ContainerRecord container = full_container();
    container.plan.limits = {};
    return container;
  }()));
  ASSERT_TRUE(after) << after.error().what;
  EXPECT_FALSE(after->plan.limits.memory_bytes);
}

// A field that visit() forgets would come back as its default, which no value of the full records is.
void expect_every_field(const json& full, const json& defaults, const std::string& path) {
  EXPECT_EQ(full.size(), defaults.size()) << path;
  for (const auto& [key, value] : defaults.items()) {
    if (key == "format") continue;
    if (value.is_object() && !value.empty())
      expect_every_field(full.at(key), value, path + "." + key);
    else
      EXPECT_NE(full.at(key), value) << path << "." << key;
  }
}

TEST(Record, EveryFieldIsWritten) {
  PodRecord of_cri = full_record();  // of others the name has to be one of a file
  of_cri.plan.who.cri = "Q1JJ";
  of_cri.plan.who.cri_key = test_id('d');
  expect_every_field(json::parse(to_json(of_cri)), json::parse(to_json(PodRecord{})), "pod");
  expect_every_field(json::parse(to_json(full_container())), json::parse(to_json(ContainerRecord{})), "container");
  expect_every_field(json::parse(to_json(full_memory())), json::parse(to_json(ProbeMemory{})), "memory");
}

TEST(Record, OfProbesIsReadAsItWasWritten) {
  EXPECT_EQ(probe_memory_from_json(to_json(full_memory())).value(), full_memory());
  EXPECT_FALSE(probe_memory_from_json("{}"));
}

TEST(Record, TextThatIsNoUtf8IsReplacedNotLost) {
  ContainerRecord container = full_container();
  container.plan.log_path = "/odd\xff/log";
  EXPECT_TRUE(container_from_json(to_json(container)));
}

TEST(Record, WhatNobodyKnowsIsPassedOver) {
  json more = json::parse(to_json(full_record()));
  const json unknown{{"state", 5}, {"all", {nullptr, 1.5, -1, true, {{"deep", {json::array()}}}}}};
  more["life"]["moon"] = unknown;
  more["plan"]["who"]["moon"] = {unknown, unknown};
  more["moon"] = "text";
  const auto read = pod_from_json(more.dump());
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(to_json(*read), to_json(full_record()));
}

TEST(Record, OfTwoFieldsOfOneNameTheLaterCounts) {
  std::string text = to_json(full_record());
  text.insert(text.rfind('}'), R"(,"life":)" + json::parse(text).at("life").dump());
  const auto read = pod_from_json(text);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(to_json(*read), to_json(full_record())) << "lists do not grow";
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
    record.life.state = state;
    EXPECT_EQ(json::parse(to_json(record)).at("life").at("state"), word);
    EXPECT_EQ(pod_from_json(to_json(record))->life.state, state);
  }
}

TEST(Record, OfAPodThatHasNoProcessYetIsRead) {
  PodRecord record = full_record();
  record.life.shim.pid = record.life.pause.pid = 0;
  ContainerRecord container = full_container();
  container.life.process.pid = 0;
  EXPECT_TRUE(pod_from_json(to_json(record)));
  EXPECT_TRUE(container_from_json(to_json(container)));
}

TEST_P(CorruptRecord, NamesTheField) {
  json both{{"pod", json::parse(to_json(full_record()))}, {"container", json::parse(to_json(full_container()))}};
  const json before = both;
  GetParam().spoil(both);
  const auto pod = pod_from_json(both["pod"].dump());
  const auto container = container_from_json(both["container"].dump());
  EXPECT_EQ(static_cast<bool>(pod), both["pod"] == before["pod"]);
  EXPECT_EQ(static_cast<bool>(container), both["container"] == before["container"]);
  ASSERT_NE(static_cast<bool>(pod), static_cast<bool>(container));
  const Error& error = pod ? container.error() : pod.error();
  EXPECT_EQ(error.kind, Kind::corrupt);
  EXPECT_THAT(error.what, HasSubstr(GetParam().complaint));
}

void in_pod(json& both, const char* path, const json& value) { both["pod"][json::json_pointer(path)] = value; }
void in_container(json& both, const char* path, const json& value) {
  both["container"][json::json_pointer(path)] = value;
}

INSTANTIATE_TEST_SUITE_P(
    Record, CorruptRecord,
    ::testing::Values(
        BadField{"MissingFormat", [](json& r) { r["pod"].erase("format"); }, "format: missing"},
        BadField{"NewerFormat", [](json& r) { in_pod(r, "/format", 3); }, "format: 3, this podrun reads 2"},
        BadField{"MissingField", [](json& r) { r["pod"]["plan"].erase("cgroupPath"); }, "plan.cgroupPath: missing"},
        BadField{"MissingDeepField", [](json& r) { r["container"]["plan"]["process"].erase("uid"); },
                 "plan.process.uid: missing"},
        BadField{"NumberForText", [](json& r) { in_pod(r, "/plan/who/name", 3); },
                 "plan.who.name: expected a string, found number"},
        BadField{"TextForNumber", [](json& r) { in_pod(r, "/life/pause/pid", "1"); },
                 "life.pause.pid: expected a whole number"},
        BadField{"Fraction", [](json& r) { in_pod(r, "/life/pause/pid", 1.5); },
                 "life.pause.pid: expected a whole number"},
        BadField{"PidTooLarge", [](json& r) { in_pod(r, "/life/pause/pid", 1LL << 40); },
                 "life.pause.pid: number out of range"},
        BadField{"NegativeUnsigned", [](json& r) { in_pod(r, "/life/idBase", -1); },
                 "life.idBase: number out of range"},
        BadField{"NegativePid", [](json& r) { in_pod(r, "/life/shim/pid", -1); }, "negative pid"},
        BadField{"NegativeContainerPid", [](json& r) { in_container(r, "/life/process/pid", -9); }, "negative pid"},
        BadField{"NumberForFlag", [](json& r) { in_pod(r, "/plan/namespaces/hostUsers", 1); },
                 "plan.namespaces.hostUsers: expected true or false"},
        BadField{"UnknownState", [](json& r) { in_pod(r, "/life/state", "happy"); },
                 "life.state: 'happy' is none of its words"},
        BadField{"ObjectForArray", [](json& r) { in_container(r, "/plan/mounts", json::object()); },
                 "plan.mounts: expected an array"},
        BadField{"TextForRecord", [](json& r) { in_container(r, "/plan/mounts/0", "x"); },
                 "plan.mounts[0]: expected an object"},
        BadField{"UnknownSource",
                 [](json& r) {
                   in_container(r, "/plan/mounts/0/source", {{"moon", json::object()}});
                 },
                 "plan.mounts[0].source: no such source: 'moon'"},
        BadField{"TwoSources",
                 [](json& r) {
                   in_container(r, "/plan/mounts/0/source", {{"dev", json::object()}, {"rootfs", json::object()}});
                 },
                 "plan.mounts[0].source: expected an object of one member"},
        BadField{"SourceLacksAField",
                 [](json& r) {
                   in_container(r, "/plan/mounts/0/source", {{"podMount", json::object()}});
                 },
                 "plan.mounts[0].source.podMount.path: missing"},
        BadField{"TextForALimit", [](json& r) { in_container(r, "/plan/limits/pids", "many"); },
                 "plan.limits.pids: expected a whole number"},
        BadField{"ArrayForMap", [](json& r) { in_pod(r, "/plan/who/labels", json::array()); },
                 "plan.who.labels: expected an object"},
        BadField{"VariableWithoutEquals", [](json& r) { in_container(r, "/plan/process/env", {"A"}); },
                 "plan.process.env[0]: expected NAME=VALUE"},
        BadField{"NullForText", [](json& r) { in_pod(r, "/plan/who/name", nullptr); },
                 "plan.who.name: expected a string, found null"},
        BadField{"ObjectForNumber",
                 [](json& r) {
                   in_pod(r, "/life/shim/pid", {{"pid", 1}});
                 },
                 "life.shim.pid: expected a whole number, found object"},
        BadField{"ShortId", [](json& r) { in_pod(r, "/plan/who/id", "abc"); }, "id: expected 64 hex digits"},
        BadField{"ClimbingId", [](json& r) { in_pod(r, "/plan/who/id", "../" + std::string(61, 'a')); },
                 "id: expected 64 hex digits"},
        BadField{"ClimbingName", [](json& r) { in_pod(r, "/plan/who/name", "../x"); }, "name: no name of a pod"},
        BadField{"ClimbingContainer", [](json& r) { in_container(r, "/plan/name", "a/../b"); },
                 "no name of a container"}),
    [](const auto& bad) { return bad.param.name; });

TEST(CorruptRecordText, SaysWhatKindOfValueItHasFound) {
  for (const auto& [value, kind] : std::vector<std::pair<json, std::string>>{{nullptr, "null"},
                                                                             {true, "boolean"},
                                                                             {1, "number"},
                                                                             {-1, "number"},
                                                                             {1.5, "number"},
                                                                             {"text", "string"},
                                                                             {json::array(), "array"}}) {
    json record = json::parse(to_json(full_record()));
    record["plan"]["who"] = value;
    EXPECT_THAT(pod_from_json(record.dump()).error().what,
                ::testing::EndsWith("plan.who: expected an object, found " + kind));
  }
}

TEST(CorruptRecordText, SaysWhatIsWrongInAFewWords) {
  EXPECT_THAT(pod_from_json("{").error().what,
              ::testing::StartsWith("read the record: parse error at line 1, column 2"));
  EXPECT_THAT(pod_from_json("[]").error().what, HasSubstr("expected an object, found array"));
  const std::string what = pod_from_json("\"" + std::string(1000, 'x')).error().what;
  EXPECT_GT(what.size(), 100U);
  EXPECT_LT(what.size(), 250U);
}

TEST(CorruptRecordText, IsRefusedWhateverItIs) {
  const std::string good = to_json(full_record());
  for (std::size_t length = 0; length < good.size(); length += 7) {
    const auto read = pod_from_json(good.substr(0, length));
    ASSERT_FALSE(read) << length;
    EXPECT_EQ(read.error().kind, Kind::corrupt);
  }
  for (const std::string& text : {std::string("null"), std::string("[]"), std::string("\0\0\0", 3), std::string("{}"),
                                  std::string(100'000, '['), "\"" + std::string(100'000, 'x'), good + good}) {
    const auto read = pod_from_json(text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, Kind::corrupt);
    EXPECT_LT(read.error().what.size(), 400U);
  }
}

}  // namespace
}  // namespace podrun
