// Recordings as JSON, and back; and what is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/packet/test_recordings.h"

namespace podrun::packet {
namespace {

using testing::HasSubstr;

constexpr const char* kNames[] = {"hostport-bridged", "hostport-detour", "hostport-routed",
                                  "outside-hostport", "dropped",         "pod-outside",
                                  "udp-refused-v6",   "local-hostport",  "nobody"};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(RecordingJson, ThereAndBack) {
  for (const char* name : kNames) {
    const Recording read = recording_of(name);
    EXPECT_TRUE(to_json(read) + "\n" == recording_text(name)) << name;
    EXPECT_FALSE(read.sightings.empty()) << name;
  }
}

TEST(RecordingJson, AlsoWhatIsZeroWhereANewOneHasAnotherNumber) {
  Recording recording;
  recording.spaces.resize(1);
  recording.spaces[0].links.resize(1);
  recording.spaces[0].links[0].peer_space = 0;
  recording.to_space = 0;
  const auto read = recording_from_json(to_json(recording));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->to_space, 0);
  EXPECT_EQ(read->spaces.at(0).links.at(0).peer_space, 0);
}

TEST(RecordingJson, EndsOfAVethFindEachOther) {
  const Recording recording = recording_of("hostport-bridged");
  int ends = 0;
  for (std::size_t space = 0; space < recording.spaces.size(); ++space)
    for (const Link& link : recording.spaces[space].links) {
      if (link.kind != "veth") continue;
      ++ends;
      const Link* other = find_link(recording, link.peer_space, link.peer);
      ASSERT_NE(other, nullptr) << link.name;
      EXPECT_EQ(other->peer_space, static_cast<int>(space)) << link.name;
      EXPECT_EQ(other->peer, link.index) << link.name;
    }
  EXPECT_EQ(ends, 6);
}

TEST(RecordingJson, WhatIsNoneSaysWhere) {
  const std::string good = recording_text("hostport-bridged");
  ASSERT_FALSE(good.empty());
  const struct {
    std::string text;
    const char* why;
  } cases[] = {
      {"", "it is no JSON object"},
      {"[]", "it is no JSON object"},
      {good.substr(0, good.size() / 2), "it is no JSON object"},
      {replaced(good, "\"format\": 1", "\"format\": 2"), "format: expected 1"},
      {replaced(good, "\"fromSpace\": 1", "\"fromSpace\": \"1\""), "fromSpace: expected a whole number"},
      {replaced(good, "\"fromSpace\": 1", "\"fromSpace\": 99"), "a namespace is named that is not in it"},
      {replaced(good, "\"fromSpace\": 1", "\"fromSpace\": -1"), "a namespace is named that is not in it"},
      {replaced(good, "\"direction\": \"out\"", "\"direction\": \"up\""), "].direction: expected another word"},
      {replaced(good, "\"10.63.0.3\"", "\"10.63.0\""), "expected an address and a port"},
      {replaced(good, "\"tcpFlags\": 2", "\"tcpFlags\": 256"), "tcpFlags: expected a whole number in its range"},
      {replaced(good, "\"up\": true", "\"up\": 1"), "].up: expected true or false"},
      {replaced(good, "\"name\": \"host\"", "\"name\": 7"), "spaces[0].name: expected a string"},
  };
  for (const auto& [text, why] : cases) {
    const auto read = recording_from_json(text);
    ASSERT_FALSE(read) << why;
    EXPECT_EQ(read.error().kind, Kind::corrupt);
    EXPECT_THAT(read.error().what, HasSubstr(why));
  }
}

}  // namespace
}  // namespace podrun::packet
