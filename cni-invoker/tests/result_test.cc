#include "cni/result.h"

#include <gmock/gmock.h>

#include <cctype>
#include <functional>
#include <nlohmann/json.hpp>

#include "support.h"

namespace cni {
namespace {

using nlohmann::json;
using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Version kV010{0, 1, 0}, kV020{0, 2, 0}, kV031{0, 3, 1}, kV040{0, 4, 0}, kV100{1, 0, 0}, kV110{1, 1, 0};

// A document as it is after a conversion.
json convert(const std::string& text, const Version& to, const Version& assumed = kV100) {
  const auto result = parse_result(text, assumed);
  if (!result) return "parse: " + result.error().what;
  const auto converted = to_json(*result, to);
  return converted ? json::parse(*converted) : json("convert: " + converted.error().what);
}

const std::string kFull = R"({"cniVersion":"1.1.0",
  "interfaces":[{"name":"br0","mac":"02:00:00:00:00:01"},
                {"name":"eth0","mac":"02:00:00:00:00:02","mtu":1500,"sandbox":"/n","socketPath":"/s","pciID":"0000:01"}],
  "ips":[{"address":"10.1.0.5/16","gateway":"10.1.0.1","interface":1},{"address":"fd00::5/64","interface":1},
         {"address":"10.2.0.5/16"}],
  "routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1","mtu":1400,"table":0,"priority":5},{"dst":"::/0"}],
  "dns":{"nameservers":["10.1.0.1"],"domain":"d","search":["s"],"options":["o"]},"mine":1.0})";

TEST(Dns, ServersAreAddressesDomainsNamesOptionsWords) {
  const auto problem = [](const Dns& dns) {
    const auto checked = check_dns(dns);
    return checked ? std::string() : checked.error().what;
  };
  EXPECT_EQ(
      problem({{"10.0.0.1", "fd00::1", "fe80::1%eth0"}, "Example.org", {"a-b.c_d", "x.", ".", "azAZ09"}, {"ndots:5"}}),
      "");
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  EXPECT_EQ(problem({{}, longest, {label, longest + "."}, {"!~"}}), "");
  EXPECT_THAT(problem({{}, "", {longest + "a"}, {}}), HasSubstr("'dns.search[0]'"));
  EXPECT_EQ(problem({{}, "", {"a..b"}, {}}), R"('dns.search[0]': expected a DNS name, found "a..b")");
  using namespace std::string_literals;
  for (const std::string& bad : {"10.0.0.1\nsearch evil"s, "10.0.0.1\0\nx"s, "dns.example"s, "010.0.0.1"s,
                                 "1.1.1.1%eth0"s, "fe80::1%eth0 x"s, ""s, " 10.0.0.1"s, "10.0.0.1/8"s})
    EXPECT_THAT(problem({{"10.0.0.1", bad}, "", {}, {}}), HasSubstr("'dns.nameservers[1]'")) << bad;
  for (const std::string& bad : {"@"s, "["s, "`"s, "{"s, "/"s, ":"s, ".."s, ".a"s, "a b"s, "a\nnameserver 6.6.6.6"s,
                                 "a..b"s, "\x1b[2J"s, "\xc2\x9b"s, std::string(64, 'a'), "a\0b"s}) {
    EXPECT_THAT(problem({{}, "", {bad}, {}}), HasSubstr("'dns.search[0]'")) << bad;
    EXPECT_THAT(problem({{}, bad, {}, {}}), HasSubstr("'dns.domain'")) << bad;
  }
  for (const std::string& bad : {"ndots:5 rotate"s, "a\tb"s, ""s, "a\rb"s, "\xe2\x80\xae"s})
    EXPECT_THAT(problem({{}, "", {}, {bad}}), HasSubstr("'dns.options[0]'")) << bad;
}

TEST(Result, OfTheSameVersionItIsUnchanged) {
  covers("A8.01 A8.08 B18");
  for (const Version& version : kKnownVersions) {
    const std::string text =
        R"({"mine":{"x":1.0,"y":12345678901234567890123},"cniVersion":")" + version.to_text() +
        R"(","routes":[],"ips":[{"version":"4","address":"10.1.0.5/16","own":1.50}],"ip4":{"ip":"10.1.0.5/16","own":[]},"dns":{}})";
    EXPECT_EQ(*to_json(*parse_result(text, version), version), text);
  }
}

// The same attachment in the three shapes that the seven versions have.
struct Shape {
  std::vector<Version> versions;
  std::string document;  // less the version
};
const std::vector<Shape> kShapes = {
    {{kV010, kV020},
     R"({"ip4":{"ip":"10.1.0.5/16","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1"},{"dst":"10.9.0.0/16"}]},
         "ip6":{"ip":"fd00::5/64","gateway":"fd00::1","routes":[{"dst":"::/0","gw":"fd00::1"}]},
         "dns":{"nameservers":["10.1.0.1"],"domain":"d","search":["s"],"options":["o"]}})"},
    {{{0, 3, 0}, kV031, kV040},
     R"({"ips":[{"version":"4","address":"10.1.0.5/16","gateway":"10.1.0.1"},
                {"version":"6","address":"fd00::5/64","gateway":"fd00::1"}],
         "routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1"},{"dst":"10.9.0.0/16"},{"dst":"::/0","gw":"fd00::1"}],
         "dns":{"nameservers":["10.1.0.1"],"domain":"d","search":["s"],"options":["o"]}})"},
    {{kV100, kV110},
     R"({"ips":[{"address":"10.1.0.5/16","gateway":"10.1.0.1"},{"address":"fd00::5/64","gateway":"fd00::1"}],
         "routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1"},{"dst":"10.9.0.0/16"},{"dst":"::/0","gw":"fd00::1"}],
         "dns":{"nameservers":["10.1.0.1"],"domain":"d","search":["s"],"options":["o"]}})"}};

json of_version(const std::string& document, const Version& version) {
  json whole = json::parse(document);
  whole["cniVersion"] = version.to_text();
  return whole;
}

TEST(Result, EveryVersionConvertsToEveryOther) {
  covers("A8.01 A2.07");
  std::size_t pairs = 0;
  for (const Shape& from : kShapes)
    for (const Shape& to : kShapes)
      for (const Version& source : from.versions)
        for (const Version& target : to.versions) {
          const json document = of_version(from.document, source);
          EXPECT_EQ(convert(document.dump(), target), of_version(to.document, target))
              << source.to_text() << " to " << target.to_text();
          ++pairs;
        }
  EXPECT_EQ(pairs, kKnownVersions.size() * kKnownVersions.size());
}

TEST(Result, AnUnknownVersionIsNeitherReadNorWritten) {
  covers("A8.01 A2.07");
  for (const Version& unknown :
       {Version{0, 5, 0}, Version{0, 0, 1}, Version{1, 0, 1}, Version{1, 2, 0}, Version{2, 0, 0}}) {
    EXPECT_EQ(to_json(*parse_result(kFull, kV110), unknown).error().kind, Kind::unsupported) << unknown.to_text();
    EXPECT_FALSE(parse_result(R"({"cniVersion":")" + unknown.to_text() + "\"}", kV100)) << unknown.to_text();
  }
}

TEST(Result, WhatAnInterfaceHasSurvivesWhereTheVersionsHaveInterfaces) {
  covers("A8.01");
  for (const Version& from : {Version{0, 3, 0}, kV031, kV040, kV100, kV110})
    for (const Version& to : {Version{0, 3, 0}, kV031, kV040, kV100, kV110}) {
      const json down = convert(convert(kFull, from).dump(), to);
      EXPECT_EQ(down["interfaces"][1]["name"], "eth0") << from.to_text() << " to " << to.to_text();
      EXPECT_EQ(down["interfaces"][1]["mac"], "02:00:00:00:00:02");
      EXPECT_EQ(down["interfaces"][1]["sandbox"], "/n");
      EXPECT_EQ(down["ips"][1]["interface"], 1);
      EXPECT_FALSE(down["ips"][2].contains("interface"));
    }
}

TEST(Result, FromPerFamilyUp) {
  covers("A8.02");
  const json up = convert(R"({"cniVersion":"0.2.0",
      "ip6":{"ip":"fd00::5/64","routes":[{"dst":"::/0","gw":"fd00::1"}]},
      "ip4":{"ip":"10.1.0.5/16","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0"}]},"dns":{"domain":"d"}})",
                          kV100);
  EXPECT_EQ(up, json::parse(R"({"cniVersion":"1.0.0","ips":[{"address":"10.1.0.5/16","gateway":"10.1.0.1"},
      {"address":"fd00::5/64"}],"routes":[{"dst":"0.0.0.0/0"},{"dst":"::/0","gw":"fd00::1"}],"dns":{"domain":"d"}})"));
}

TEST(Result, DownToPerFamily) {
  covers("A8.03");
  EXPECT_EQ(convert(kFull, kV020), json::parse(R"({"cniVersion":"0.2.0",
      "ip4":{"ip":"10.1.0.5/16","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1"}]},
      "ip6":{"ip":"fd00::5/64","routes":[{"dst":"::/0"}]},
      "dns":{"nameservers":["10.1.0.1"],"domain":"d","search":["s"],"options":["o"]}})"));
  EXPECT_EQ(convert(R"({"cniVersion":"1.0.0","ips":[{"address":"10.1.0.5/16"}],"routes":[{"dst":"::/0"}]})", kV010),
            json::parse(R"({"cniVersion":"0.1.0","ip4":{"ip":"10.1.0.5/16"},"dns":{}})"));
  EXPECT_THAT(convert(R"({"cniVersion":"1.0.0"})", kV020).get<std::string>(), HasSubstr("no valid IP addresses"));
  EXPECT_TRUE(convert(R"({"cniVersion":"0.1.0"})", kV020).is_object());  // the same shape
}

TEST(Result, DownToNumbered) {
  covers("A8.04");
  const json down = convert(kFull, kV031);
  EXPECT_EQ(down["ips"][0],
            json::parse(R"({"version":"4","interface":1,"address":"10.1.0.5/16","gateway":"10.1.0.1"})"));
  EXPECT_EQ(down["ips"][1]["version"], "6");
  EXPECT_EQ(down["interfaces"][1], json::parse(R"({"name":"eth0","mac":"02:00:00:00:00:02","sandbox":"/n"})"));
  EXPECT_EQ(down["routes"][0], json::parse(R"({"dst":"0.0.0.0/0","gw":"10.1.0.1","mtu":1400,"table":0,"priority":5})"));
  EXPECT_EQ(convert(R"({"cniVersion":"1.0.0","ips":[{"address":"::ffff:10.0.0.1/120"}]})", kV040)["ips"][0]["version"],
            "4");
}

TEST(Result, BetweenTheNewestOnlyTheVersionChanges) {
  covers("A8.05");
  json expected = json::parse(kFull);
  expected["cniVersion"] = "1.0.0";
  EXPECT_EQ(convert(kFull, kV100), expected);
}

TEST(Result, WhatIsEmptyIsLeftOut) {
  covers("A8.06");
  EXPECT_EQ(convert("null", kV040), json::parse(R"({"cniVersion":"0.4.0","dns":{}})"));
  EXPECT_EQ(convert("null", kV100), json::parse(R"({"cniVersion":"1.0.0"})"));
  const json down = convert(R"({"cniVersion":"1.0.0","ips":[{"address":"10.0.0.1/8","interface":0}],
      "interfaces":[{"name":"a"}],"routes":[{"dst":"10.0.0.0/8","priority":0,"mtu":0,"table":0,"scope":0}]})",
                            kV040);
  EXPECT_EQ(down["ips"][0]["interface"], 0);
  EXPECT_EQ(down["routes"][0], json::parse(R"({"dst":"10.0.0.0/8","table":0,"scope":0})"));
  EXPECT_EQ(convert(R"({"cniVersion":"1.0.0","ips":[{"address":"10.0.0.1/8","interface":-1}]})",
                    kV040)["ips"][0]["interface"],
            -1);
}

TEST(Result, AddressesAreCheckedAndKeepTheirHostBits) {
  covers("A8.07");
  EXPECT_EQ(parse_result(R"({"ips":[{"address":"10.1.0.5/16"}]})", kV100)->ips[0].address, "10.1.0.5/16");
  for (const char* whole : {"10.1.0.5/32", "10.1.0.5/0", "fd00::5/128"})
    EXPECT_EQ(parse_result(R"({"ips":[{"address":")" + std::string(whole) + "\"}]}", kV100)->ips[0].address, whole);
  for (const char* bad : {"{}", R"({"address":null})", R"({"address":"<nil>"})", R"({"address":"10.0.0.1"})",
                          R"({"address":"10.0.0.1/33"})", R"({"address":"10.0.0.1/"})", R"({"address":"x/8"})",
                          R"({"address":"10.0.0.1/8","gateway":"x"})", R"({"address":"10.0.0.1/8","interface":"0"})",
                          R"({"address":"10.0.0.1/8","interface":1.5})", R"({"address":"fd00::1/129"})"})
    EXPECT_FALSE(parse_result(R"({"ips":[)" + std::string(bad) + "]}", kV100)) << bad;
  EXPECT_FALSE(parse_result(R"({"cniVersion":"0.2.0","ip4":{}})", kV100));
  EXPECT_FALSE(parse_result(R"({"ips":{}})", kV100));
  EXPECT_FALSE(parse_result(R"({"ips":[1]})", kV100));
  EXPECT_FALSE(parse_result(R"({"interfaces":[{"name":"a","mtu":-1}]})", kV100));
  EXPECT_THAT(parse_result(R"({"ips":[{"address":"10.0.0.1/8"},{"address":1}]})", kV100).error().what,
              HasSubstr("'ips[1]'"));
}

TEST(Result, WithoutVersionItIsOfTheConfigs) {
  covers("A7.03");
  EXPECT_EQ(parse_result("{}", kV031)->version, kV031);
  EXPECT_EQ(parse_result(R"({"cniVersion":""})", kV031)->version, kV031);
  EXPECT_EQ(*to_json(*parse_result(R"({"ips":[]})", kV100), kV100), R"({"ips":[],"cniVersion":"1.0.0"})");
}

TEST(Result, AnInterfacesIndexIsAnInt) {
  const auto index = [](const std::string& number) {
    const auto result = parse_result(R"({"ips":[{"address":"10.0.0.1/8","interface":)" + number + "}]}", kV100);
    return result ? std::to_string(result->ips[0].interface.value_or(-7)) : std::string("(refused)");
  };
  for (const char* good : {"2147483647", "-2147483648", "0"}) EXPECT_EQ(index(good), good);
  for (const char* bad : {"2147483648", "-2147483649", "18446744073709551615", "\"0\"", "true"})
    EXPECT_EQ(index(bad), "(refused)") << bad;
  EXPECT_EQ(index("null"), "-7") << "as if it were not there";
}

TEST(Result, KeysInAnyCase) {
  covers("A1.07");
  const auto result = parse_result(R"({"CNIVersion":"1.0.0","IPs":[{"Address":"10.0.0.1/8","Interface":0}]})", kV110);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->version, kV100);
  EXPECT_EQ(result->ips[0].interface, 0);
}

// Whoever reads it next need not be written in Go.
TEST(Result, IsHandedOnWithTheSpecificationsKeys) {
  covers("A1.07 A8.12 D1.16");
  EXPECT_EQ(convert(R"({"CNIVersion":"1.0.0","Mine":{"NAME":1},
      "INTERFACES":[{"Name":"eth0","MAC":"02:00:00:00:00:01","Sandbox":"/n","SocketPath":"/s","PciID":"0","Own":1.0}],
      "IPs":[{"Address":"10.1.0.5/16","Gateway":"10.1.0.1","Interface":0}],
      "Routes":[{"DST":"0.0.0.0/0","Gw":"10.1.0.1","AdvMSS":1400,"Table":7}],
      "DNS":{"NameServers":["10.1.0.1"],"Search":["s"]}})",
                    kV100),
            json::parse(R"({"cniVersion":"1.0.0","Mine":{"NAME":1},
      "interfaces":[{"name":"eth0","mac":"02:00:00:00:00:01","sandbox":"/n","socketPath":"/s","pciID":"0","Own":1.0}],
      "ips":[{"address":"10.1.0.5/16","gateway":"10.1.0.1","interface":0}],
      "routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1","advmss":1400,"table":7}],
      "dns":{"nameservers":["10.1.0.1"],"search":["s"]}})"));
  EXPECT_EQ(convert(R"({"CniVersion":"0.2.0","IP4":{"IP":"10.1.0.5/16","Routes":[{"Dst":"0.0.0.0/0"}]}})", kV020),
            json::parse(R"({"cniVersion":"0.2.0","ip4":{"ip":"10.1.0.5/16","routes":[{"dst":"0.0.0.0/0"}]}})"));
}

// As written, and with the keys in capitals.
TEST(Result, EveryKeyOfTheSpecificationIsKnownInAnyCase) {
  covers("A1.07 A8.12");
  const std::function<json(const json&)> shouted = [&](const json& value) {
    json copy = value.is_object() ? json::object() : value.is_array() ? json::array() : value;
    if (value.is_object())
      for (const auto& [key, inner] : value.items()) {
        std::string upper;
        for (const char c : key) upper += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        copy[upper] = shouted(inner);
      }
    if (value.is_array())
      for (const json& inner : value) copy.push_back(shouted(inner));
    return copy;
  };
  json full = json::parse(kFull);
  full.erase("mine");
  full["routes"][0]["advmss"] = 1460;
  full["routes"][0]["scope"] = 253;
  json numbered = of_version(kShapes[1].document, kV040);
  for (const json& document : {full, numbered, of_version(kShapes[0].document, kV020)})
    EXPECT_EQ(convert(shouted(document).dump(), *Version::parse(document["cniVersion"].get<std::string>())), document);
}

// As a plugin's author makes one.
TEST(Result, MadeByHandItIsWrittenWhole) {
  covers("A8.01");
  json full = json::parse(kFull);
  full.erase("mine");
  full["routes"][0]["advmss"] = 1460;
  full["routes"][0]["scope"] = 253;
  NetworkResult made = *parse_result(full.dump(), kV110);
  made.json.clear();
  EXPECT_EQ(json::parse(*to_json(made, kV110)), full);
  json old = full;
  old["cniVersion"] = "0.4.0";
  for (const char* key : {"mtu", "socketPath", "pciID"}) old["interfaces"][1].erase(key);
  for (std::size_t i = 0; i < 3; ++i) old["ips"][i]["version"] = i == 1 ? "6" : "4";
  EXPECT_EQ(json::parse(*to_json(made, kV040)), old);
  EXPECT_EQ(json::parse(*to_json(made, kV020)), json::parse(R"({"cniVersion":"0.2.0",
      "ip4":{"ip":"10.1.0.5/16","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1"}]},
      "ip6":{"ip":"fd00::5/64","routes":[{"dst":"::/0"}]},
      "dns":{"nameservers":["10.1.0.1"],"domain":"d","search":["s"],"options":["o"]}})"));
  EXPECT_EQ(json::parse(*to_json(NetworkResult(), kV110)), json::parse(R"({"cniVersion":"1.1.0"})"));
  EXPECT_EQ(json::parse(*to_json(NetworkResult(), kV040)), json::parse(R"({"cniVersion":"0.4.0","dns":{}})"));
}

TEST(Result, OfKeysThatDifferInCaseTheLastCounts) {
  covers("A8.12 A1.15");
  for (const char* text : {R"({"IPS":[{"address":"10.0.0.1/8"}],"ips":[{"address":"10.0.0.2/8"}]})",
                           R"({"ips":[{"address":"10.0.0.1/8"}],"IPS":[{"address":"10.0.0.2/8"}]})"}) {
    EXPECT_THAT(pod_ips(*parse_result(text, kV100)), ElementsAre("10.0.0.2")) << text;
    EXPECT_EQ(convert(text, kV100)["ips"].size(), 1U);
  }
}

TEST(Result, TablesAndScopesAreUnsignedAndOf32Bits) {
  covers("A8.13");
  const auto with = [](const std::string& member) {
    return R"({"cniVersion":"1.1.0","routes":[{"dst":"0.0.0.0/0",)" + member + "}]}";
  };
  for (const char* good : {"0", "253", "2147483648", "4294967295"}) {
    const auto result = parse_result(with(std::string("\"table\":") + good + ",\"scope\":" + good), kV110);
    ASSERT_TRUE(result) << result.error().what;
    EXPECT_EQ(std::to_string(*result->routes[0].table), good);
    EXPECT_EQ(json::parse(*to_json(*result, kV040))["routes"][0]["table"], json::parse(good));
    EXPECT_EQ(json::parse(*to_json(*result, kV040))["routes"][0]["scope"], json::parse(good));
  }
  for (const char* bad : {"-1", "4294967296", "1.5", "\"1\"", "1e400"})
    for (const char* key : {"table", "scope"})
      EXPECT_THAT(parse_result(with("\"" + std::string(key) + "\":" + bad), kV110).error().what,
                  HasSubstr("'" + std::string(key) + "': expected a number from 0 to 4294967295"))
          << bad;
}

TEST(Result, WhatNobodyHereKnowsMayBeAnyNumberAndAnyBytes) {
  covers("A1.18 A1.19 A8.08");
  const auto result = parse_result("{\"cniVersion\":\"1.0.0\",\"mine\":1e400,\"note\":\"a\xFF\"}", kV100);
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(*to_json(*result, kV100), "{\"cniVersion\":\"1.0.0\",\"mine\":1e400,\"note\":\"a\xEF\xBF\xBD\"}");
}

TEST(Result, TheLoopbackPluginsShapesAreRead) {
  covers("A8.10");
  const std::string ips =
      R"("interfaces":[{"name":"lo","sandbox":"/n"}],"ips":[{"address":"127.0.0.1/8","interface":0}])";
  for (const Version& version : kKnownVersions) {
    const auto result = parse_result(R"({"cniVersion":")" + version.to_text() + "\"," + ips + "}", version);
    ASSERT_TRUE(result) << version.to_text();
    EXPECT_EQ(result->ips[0].address, "127.0.0.1/8");
    EXPECT_TRUE(to_json(*result, kV100));
  }
}

TEST(Result, InterfaceIndexesAreCheckedWhereUsed) {
  covers("A8.09");
  EXPECT_TRUE(check_interfaces(*parse_result(kFull, kV110)));
  const auto wrong = parse_result(
      R"({"interfaces":[{"name":"a","sandbox":"/n"}],"ips":[{"address":"10.0.0.1/8","interface":1}]})", kV100);
  ASSERT_TRUE(wrong);
  EXPECT_FALSE(check_interfaces(*wrong));
  EXPECT_THAT(pod_ips(*wrong), IsEmpty());
  EXPECT_TRUE(check_interfaces(*parse_result(R"({"ips":[{"address":"10.0.0.1/8","interface":-1}]})", kV100)));
}

TEST(Result, PodIps) {
  covers("A8.11 B21");
  EXPECT_THAT(pod_ips(*parse_result(kFull, kV110)), ElementsAre("10.1.0.5", "fd00::5", "10.2.0.5"));
  EXPECT_THAT(pod_ips(*parse_result(kFull, kV110), true), ElementsAre("fd00::5", "10.1.0.5", "10.2.0.5"));
  EXPECT_THAT(pod_ips(*parse_result(R"({"interfaces":[{"name":"br0"},{"name":"eth0","sandbox":"/n"}],
      "ips":[{"address":"10.0.0.1/8","interface":0},{"address":"10.0.0.2/8","interface":1},{"address":"10.0.0.3/8","interface":-1}]})",
                                    kV100)),
              ElementsAre("10.0.0.2", "10.0.0.3"));
}

}  // namespace
}  // namespace cni
