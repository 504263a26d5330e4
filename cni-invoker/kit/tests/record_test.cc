// Recordings: what a file keeps, and which differences are told.
#include "cni/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cni::kit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Recording recording() {
  Recording one;
  one.plugin = "bridge";
  one.command = "ADD";
  one.path = "/usr/lib/cni/bridge";
  one.digest = "sha256:00";
  one.started = "2026-01-02T03:04:05.000006Z";
  one.environment = {{"CNI_COMMAND", "ADD"}, {"CNI_NETNS", "/run/netns/blue"}};
  one.input = R"({"name":"lab"})";
  one.output =
      R"({"interfaces":[{"name":"veth1a2b3c4d","mac":"0a:58:0a:01:00:02"}],"ips":[{"address":"10.1.0.2/16"}]})";
  one.errors = "a line\n";
  one.end = "exit 0";
  one.duration = std::chrono::microseconds(4321);
  one.processor = {std::chrono::microseconds(1), std::chrono::microseconds(2)};
  one.effects = {"made: link veth1a2b3c4d mac 0a:58:0a:01:00:02"};
  one.links = {"uplink0"};
  one.caller = "meta";
  one.peak_memory = 5U << 20U;
  one.before = {{"link", "uplink0", "", "type veth mtu 1500"}};
  return one;
}

TEST(Recording, IsReadAsItWasWritten) {
  const auto read = parse_recording(to_json(recording()), "file");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(to_json(*read), to_json(recording()));
  EXPECT_EQ(read->variable("CNI_NETNS"), "/run/netns/blue");
  EXPECT_EQ(read->variable("CNI_ARGS"), "");
}

TEST(Recording, OfBytesThatAreNoTextCanBeKept) {
  Recording odd = recording();
  odd.output = std::string("\xff\0{", 3);
  ASSERT_TRUE(parse_recording(to_json(odd), "file"));
}

TEST(Recording, IsRefusedWhereItIsNone) {
  for (const char* text : {"", "[]", "{}", R"({"schema":2})", R"({"schema":1,"plugin":3})"}) {
    const auto read = parse_recording(text, "a.json");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, base::Kind::invalid);
    EXPECT_THAT(read.error().what, HasSubstr("a.json: no recording"));
  }
}

TEST(Differences, AreNotThoseOfTheLot) {
  Recording now = recording();
  now.output =
      R"({"interfaces":[{"name":"veth00000001","mac":"0a:58:0a:ff:ff:ff"}],"ips":[{"address":"10.1.0.2/16"}]})";
  now.effects = {"made: link veth00000001 mac 0a:58:0a:ff:ff:ff",
                 "changed: link br0 mac 0a:58:0a:00:00:01 -> 0a:58:0a:00:00:02"};
  now.duration *= 2;
  EXPECT_THAT(differences(recording(), now), IsEmpty());
}

TEST(Differences, AreToldOfEachPart) {
  Recording now = recording();
  now.end = "exit 1";
  now.output =
      R"({"interfaces":[{"name":"veth1a2b3c4d","mac":"0a:58:0a:01:00:02"}],"ips":[{"address":"10.1.0.3/16"}]})";
  now.errors = "";
  now.effects = {"made: link br0"};
  EXPECT_THAT(
      differences(recording(), now),
      ElementsAre("end: exit 0 -> exit 1", R"(stdout /ips/0/address: "10.1.0.2/16" -> "10.1.0.3/16")",
                  R"(stderr: "a line\n" -> "")", "no longer made: link <veth 1> mac <mac>", "now made: link br0"));
  now.output = "no JSON";
  EXPECT_THAT(differences(recording(), now).at(1), HasSubstr(R"( -> "no JSON")"));
}

// Of a machine on which other pods are.
TEST(Differences, AreNotThoseOfTheMachines) {
  Recording then = recording(), now = recording();
  then.before = {{"link", "br0", "", "type bridge mtu 1400"},
                 {"sysctl", "net/ipv4/ip_forward", "", "value 1"},
                 {"file", "/var/lib/cni/networks/lab/last_reserved_ip.0", "", "content 1a mode 0644"},
                 {"link", "br0", "pod", "type veth mtu 1400"}};
  then.effects = {"changed: file /var/lib/cni/networks/lab/last_reserved_ip.0 content 1a -> 2b"};
  now.before = {{"sysctl", "net/ipv4/ip_forward", "", "value 0"}};
  now.effects = {"made: link br0 type bridge mtu 1500", "changed: sysctl net/ipv4/ip_forward value 0 -> 1",
                 "made: file /var/lib/cni/networks/lab/last_reserved_ip.0 content 2b mode 0644"};
  EXPECT_THAT(differences(then, now), IsEmpty());
  // What a run makes beside that shows, and what it sets to something else; also where names begin alike.
  now.effects = {"made: link br01 type bridge", "made: link br0 type bridge in other",
                 "changed: sysctl net/ipv4/ip_forward value 0 -> 2"};
  EXPECT_THAT(differences(then, now),
              ElementsAre("no longer changed: file /var/lib/cni/networks/lab/last_reserved_ip.0 content 1a -> 2b",
                          "now changed: sysctl net/ipv4/ip_forward value 0 -> 2", "now made: link br01 type bridge"));
}

}  // namespace
}  // namespace cni::kit
