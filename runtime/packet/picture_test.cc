// Pictures of packets that were real.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/packet/picture_list.h"
#include "runtime/packet/picture_svg.h"
#include "runtime/packet/picture_text.h"
#include "runtime/packet/test_recordings.h"

namespace podrun::packet {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string picture(const std::string& name, std::optional<std::size_t> width = std::nullopt) {
  const Recording recording = recording_of(name);
  return text_of(recording, journey_of(recording), width);
}

TEST(PictureText, AColumnANamespaceAndALayerARow) {
  EXPECT_THAT(picture("hostport-routed"), StartsWith(R"(client → 198.51.100.1:8081 by TCP: connected

┌ pod client ─────────────────┐  ┌ host ──────────────────────────────────────────┐  ┌ pod web ───┐
│① process                    │  │                                                │  │⑨ process   │
│connect() → 198.51.100.1:8081│  │                                                │  │the receiver│
│                             │  │⑤ IP                                            │  │            │
│                             │  │PREROUTING  DNAT --to-destination 10.63.0.2:8080│  │            │
│                             │  │ROUTE       dev br-lab                          │  │            │
│                             │  │FORWARD     ACCEPT                              │  │            │
│                             │  │POSTROUTING MASQUERADE                          │  │            │
│                             │  │④⑥ br-lab (bridge)                              │  │            │
│② eth0                       │  │③ veth-client  │ ⑦ veth-web                     │  │⑧ eth0      │
└─────────────────────────────┘  └────────────────────────────────────────────────┘  └────────────┘
from ②  10.63.0.3:)"));
}

TEST(PictureText, BelowItWhatChangedAndWhatCameBack) {
  EXPECT_THAT(
      picture("hostport-routed"),
      AllOf(HasSubstr("10.63.0.2:8080  SNAT · DNAT · ttl 64→63  +"),
            HasSubstr(
                "SYN-ACK  pod web eth0 → host veth-web, br-lab, br-lab, veth-client → pod client eth0 → connected  +"),
            HasSubstr("host remembers 10.63.0.3:")));
}

TEST(PictureText, OneThatIsLostSaysWhere) {
  EXPECT_THAT(picture("dropped"), AllOf(HasSubstr("by TCP: silent\n"), HasSubstr("FORWARD     DROP"),
                                        HasSubstr("dropped in host by filter: -A FORWARD -d 10.63.0.2/32")));
  EXPECT_THAT(picture("nobody"),
              AllOf(HasSubstr("unreachable (No route to host)"), HasSubstr("left by no link"),
                    HasSubstr("pod client asks for the MAC of 10.63.0.99 by eth0, and nobody tells")));
}

TEST(PictureText, WhereItHasNoRoomItIsAList) {
  EXPECT_THAT(picture("hostport-routed", 98), Not(HasSubstr("┌ host")));
  EXPECT_THAT(picture("hostport-routed", 99), HasSubstr("┌ host"));
  EXPECT_THAT(picture("hostport-routed", 80), HasSubstr("  5  host        IP"));
}

TEST(PictureList, WideHasAllRulesAndAddresses) {
  const Recording recording = recording_of("hostport-bridged");
  const std::string narrow = list_of(recording, journey_of(recording), false);
  const std::string wide = list_of(recording, journey_of(recording), true);
  for (const char* all : {"-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT  [jump CNI-HOSTPORT-DNAT]",
                          "mark 0x2000", "veth-client (port of br-lab)"}) {
    EXPECT_THAT(wide, HasSubstr(all));
  }
  EXPECT_THAT(narrow, AllOf(Not(HasSubstr("addrtype")), HasSubstr("-j DNAT --to-destination 10.63.0.2:8080")));
}

TEST(PictureList, WhatCouldNotBeLookedAtIsSaid) {
  Recording recording = recording_of("hostport-bridged");
  recording.missing = {"rules in pod web: not permitted"};
  EXPECT_THAT(list_of(recording, journey_of(recording), false),
              testing::EndsWith("\nnot looked at: rules in pod web: not permitted\n"));
}

// What a stranger wrote into a comment is text, wherever it stands.
TEST(PictureSvg, ForeignTextsAreEscaped) {
  Recording recording = recording_of("dropped");
  recording.spaces[0].name = "<script>alert(1)</script>";
  recording.to = "\"><b>";
  const Journey journey = journey_of(recording);
  for (const std::string& drawn : {html_of(recording, journey), svg_of(recording, journey.legs.front())})
    EXPECT_THAT(drawn, AllOf(Not(HasSubstr("<script")), Not(HasSubstr("<b>")), Not(HasSubstr("<no>")),
                             HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"), HasSubstr("&quot;&gt;&lt;b&gt;")));
  EXPECT_EQ(xml_escaped("a<b>&\"'\x1b[1m"), "a&lt;b&gt;&amp;&quot;&#39;\\x1b[1m");
}

TEST(PictureSvg, OneLineThroughAllStations) {
  const Recording recording = recording_of("hostport-routed");
  const Journey journey = journey_of(recording);
  const std::string svg = svg_of(recording, journey.legs.front(), "a", true);
  EXPECT_THAT(svg, AllOf(StartsWith("<svg xmlns="), HasSubstr("<path class=\"way\" id=\"a-way\" d=\"M"),
                         HasSubstr("<mpath href=\"#a-way\"/>"), HasSubstr(">br-lab (bridge)</text>"),
                         HasSubstr(">POSTROUTING MASQUERADE</text>"), Not(HasSubstr("script"))));
  for (int station = 1; station <= 9; ++station)
    EXPECT_THAT(svg, HasSubstr(">" + std::to_string(station) + "</text>")) << station;
  EXPECT_THAT(svg_of(recording, journey.legs.front()), Not(HasSubstr("animateMotion")));
}

TEST(PictureHtml, ATabALegAndNothingFromElsewhere) {
  const Recording recording = recording_of("hostport-routed");
  const std::string page = html_of(recording, journey_of(recording));
  EXPECT_THAT(page,
              AllOf(HasSubstr("id=\"leg0\" checked><label for=\"leg0\">SYN<"), HasSubstr("for=\"leg1\">SYN-ACK<"),
                    HasSubstr("<section id=\"leg4-leg\">"), HasSubstr("-j MASQUERADE"), HasSubstr("host remembers"),
                    Not(HasSubstr("src=")), Not(HasSubstr("@import")), Not(HasSubstr("url("))));
}

TEST(PictureList, OfAnEmptyRecordingTheHeadlineAlone) {
  EXPECT_EQ(list_of(Recording{}, Journey{}, true), " →  by TCP: \n");
}

}  // namespace
}  // namespace podrun::packet
