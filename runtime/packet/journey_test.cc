// The order of what has no time, legs and their ends, on packets that were real.
#include "runtime/packet/journey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/packet/passages.h"
#include "runtime/packet/test_recordings.h"

namespace podrun::packet {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string outline_of(const std::string& name, const std::string& leg) {
  const Recording recording = recording_of(name);
  const Journey journey = journey_of(recording);
  const Leg* found = find_leg(journey, leg);
  return found == nullptr ? "no such leg" : outline(recording, *found);
}

std::vector<std::string> legs_of(const std::string& name) {
  std::vector<std::string> names;
  for (const Leg& leg : journey_of(recording_of(name)).legs) names.push_back(leg.name + (leg.arrived ? "" : " lost"));
  return names;
}

// With br_netfilter: the chains run on the ports, and the bridge device sees nothing.
TEST(Journey, ToTheHostPortOfANeighbourThroughTheBridge) {
  EXPECT_EQ(outline_of("hostport-bridged", "SYN"),
            "pod client process\n"
            "pod client eth0 out\n"
            "host veth-client in\n"
            "host IP prerouting forward postrouting\n"
            "host veth-web out\n"
            "pod web eth0 in\n"
            "pod web process\n");
}

// While the neighbour's MAC is not known: out by the bridge device, and by br_netfilter back into the bridge.
TEST(Journey, ThatTakesADetourOverTheBridgeDevice) {
  EXPECT_EQ(outline_of("hostport-detour", "SYN"),
            "pod client process\n"
            "pod client eth0 out\n"
            "host veth-client in\n"
            "host IP prerouting\n"
            "host br-lab out\n"
            "host IP forward postrouting\n"
            "host veth-web out\n"
            "pod web eth0 in\n"
            "pod web process\n");
}

TEST(Journey, ThatIsRoutedWithoutBrNetfilter) {
  EXPECT_EQ(outline_of("hostport-routed", "SYN"),
            "pod client process\n"
            "pod client eth0 out\n"
            "host veth-client in\n"
            "host br-lab in\n"
            "host IP prerouting forward postrouting\n"
            "host br-lab out\n"
            "host veth-web out\n"
            "pod web eth0 in\n"
            "pod web process\n");
  EXPECT_EQ(outline_of("hostport-routed", "SYN-ACK"),
            "pod web eth0 out\n"
            "host veth-web in\n"
            "host br-lab in\n"
            "host IP forward\n"
            "host br-lab out\n"
            "host veth-client out\n"
            "pod client eth0 in\n"
            "pod client process\n");
}

TEST(Journey, FromOutsideAndToOutside) {
  EXPECT_EQ(outline_of("outside-hostport", "SYN"),
            "netns outside process\n"
            "netns outside up1 out\n"
            "host up0 in\n"
            "host IP prerouting forward postrouting\n"
            "host br-lab out\n"
            "host veth-web out\n"
            "pod web eth0 in\n"
            "pod web process\n");
  EXPECT_EQ(outline_of("pod-outside", "RST"),
            "netns outside up1 out\n"
            "host up0 in\n"
            "host IP forward\n"
            "host br-lab out\n"
            "host veth-client out\n"
            "pod client eth0 in\n"
            "pod client process\n");
}

// OUTPUT's DNAT comes before any link sees the packet.
TEST(Journey, FromTheHostByItsOwnPort) {
  EXPECT_EQ(outline_of("local-hostport", "SYN"),
            "host process\n"
            "host IP output postrouting\n"
            "host br-lab out\n"
            "host veth-web out\n"
            "pod web eth0 in\n"
            "pod web process\n");
}

TEST(Journey, LegsAndTheirEnds) {
  EXPECT_THAT(legs_of("hostport-bridged"), ElementsAre("SYN", "SYN-ACK", "ACK", "answer", "ACK back"));
  EXPECT_THAT(legs_of("pod-outside"), ElementsAre("SYN", "RST"));
  EXPECT_THAT(legs_of("udp-refused-v6"), ElementsAre("datagram", "ICMP 1/4"));
  EXPECT_THAT(legs_of("dropped"), ElementsAre("SYN lost"));
  EXPECT_THAT(legs_of("nobody"), ElementsAre("SYN lost", "ICMP 3/1"));
}

// A chain of family bridge is met on the port, before the bridge device has the frame.
TEST(Journey, ChainsOfABridgeAreOnItsPorts) {
  Recording recording = recording_of("hostport-routed");
  RuleEvent event;
  for (const RuleEvent& one : recording.events)
    if (event.table.empty() && one.headers && one.headers->tcp_flags == 2) event = one;
  event.family = "bridge";
  event.table = event.chain = "own";
  event.what = "policy";
  event.verdict = "accept";
  recording.chains.push_back({event.space, "bridge", "own", "own", "prerouting", 0});
  recording.events.insert(recording.events.begin(), event);
  const Journey journey = journey_of(recording);
  EXPECT_THAT(outline(recording, journey.legs.front()), HasSubstr("host veth-client in\n"
                                                                  "host IP prerouting\n"
                                                                  "host br-lab in\n"
                                                                  "host IP prerouting forward postrouting\n"));
}

TEST(Journey, WhoDroppedIt) {
  const Recording recording = recording_of("dropped");
  const Journey journey = journey_of(recording);
  ASSERT_NE(journey.legs.front().dropped_by(), nullptr);
  EXPECT_THAT(journey.legs.front().dropped_by()->text, HasSubstr("<no> way"));
  EXPECT_TRUE(is_dropped_by(journey, "no> way"));
  EXPECT_TRUE(is_dropped_by(journey, "FORWARD"));
  EXPECT_FALSE(is_dropped_by(journey, "no way"));
  EXPECT_FALSE(is_dropped_by(journey_of(recording_of("hostport-bridged")), "FORWARD"));
}

TEST(Journey, WhatCanBeExpected) {
  const Recording recording = recording_of("hostport-routed");
  const Journey journey = journey_of(recording);
  for (const char* so : {"connected", "SYN-ACK", "DNAT", "SNAT", "host/br-lab", "web/eth0", "client/eth0", "ttl 64→63"})
    EXPECT_TRUE(has_expected(recording, journey, so)) << so;
  for (const char* not_so : {"", "refused", "RST", "host/up0", "br-lab", "eth0", "pod web/eth0", "host", "dnat"})
    EXPECT_FALSE(has_expected(recording, journey, not_so)) << not_so;
}

// Every rule that a SYN met is at one of its stations.
TEST(Journey, NoRuleIsLost) {
  for (const char* name : {"hostport-bridged", "hostport-detour", "hostport-routed", "outside-hostport",
                           "local-hostport", "dropped", "pod-outside"}) {
    const Recording recording = recording_of(name);
    std::size_t traced = 0;
    for (const LegPassage& one : passages_of(recording, Legs(recording)))
      if (one.leg.name == "SYN") traced += one.passage.met.size();
    std::size_t met = 0;
    for (const Station& station : journey_of(recording).legs.front().stations)
      for (const Passage& passage : station.passages) met += passage.met.size();
    EXPECT_EQ(met, traced) << name;
    EXPECT_GT(met, 0U) << name;
  }
}

TEST(Journey, OfAnEmptyRecordingThereIsNone) { EXPECT_TRUE(journey_of(Recording{}).legs.empty()); }

TEST(Journey, WhatChanges) {
  Headers before;
  before.ttl = 64;
  before.flow = {{*base::IpAddress::parse("10.0.0.1"), 1}, {*base::IpAddress::parse("10.0.0.2"), 2}};
  Headers now = before;
  EXPECT_TRUE(changes_between(before, now, true).empty());
  now.flow.source.port = 3;
  now.ttl = 63;
  EXPECT_THAT(changes_between(before, now, true), ElementsAre("SNAT", "ttl 64→63"));
  EXPECT_THAT(changes_between(before, now, false), ElementsAre("DNAT undone", "ttl 64→63"));
}

}  // namespace
}  // namespace podrun::packet
