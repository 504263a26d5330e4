#include "cni/config.h"

#include <gmock/gmock.h>

#include "support.h"

namespace cni {
namespace {

using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<NetworkList> parse(const std::string& text) { return parse_network_list(text, "x.conflist"); }
std::string refusal(const std::string& text) {
  auto list = parse(text);
  return list ? "accepted" : list.error().what;
}
std::string with_list_key(const std::string& member) {
  return R"({"cniVersion":"1.0.0","name":"n",)" + member + R"(,"plugins":[{"type":"t"}]})";
}
std::string with_plugins(const std::string& plugins) {
  return R"({"cniVersion":"1.0.0","name":"n","plugins":)" + plugins + "}";
}

TEST(Config, ReadsAList) {
  const std::string text = R"({"cniVersion":"1.0.0","name":"net.1","plugins":[
      {"type":"bridge","mtu":1500.0,"capabilities":{"mac":true,"ips":false}},{"type":"portmap"}]})";
  const auto list = parse(text);
  ASSERT_TRUE(list) << list.error().what;
  EXPECT_EQ(list->name, "net.1");
  EXPECT_EQ(list->version.to_text(), "1.0.0");
  EXPECT_EQ(list->bytes, text);
  ASSERT_EQ(list->plugins.size(), 2U);
  EXPECT_EQ(list->plugins[0].type, "bridge");
  EXPECT_EQ(*list->plugins[0].object.find("mtu"), "1500.0");
  EXPECT_THAT(list->plugins[0].capabilities, ElementsAre("mac"));
}

TEST(Config, ASingleConfigurationBecomesAListOfOne) {
  covers("A1.01 A1.02 B23");
  const auto list = parse_single_config(
      R"({"name":"n","type":"bridge","disableCheck":true,"cniVersions":["1.1.0"],"disableGC":"maybe","x":1})",
      "x.conf");
  ASSERT_TRUE(list) << list.error().what;
  EXPECT_EQ(list->version.to_text(), "0.1.0");
  EXPECT_FALSE(list->disable_check);
  ASSERT_EQ(list->plugins.size(), 1U);
  EXPECT_EQ(*list->plugins[0].object.find("disableCheck"), "true");  // the plugin's, not ours
  EXPECT_EQ(*list->plugins[0].object.find("disableGC"), "\"maybe\"");
}

// As the reference library makes it: what is cached is read by others, as a list.
TEST(Config, TheListThatASingleConfigurationBecomesIsItsText) {
  covers("A1.02 A11.10");
  const auto made = parse_single_config(
      R"({ "cniVersion" : "1.0", "name": "n", "type": "bridge", "mtu": 1500.0, "cniVersions": ["1.1.0"] })", "x.conf");
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->bytes, R"({"cniVersion":"1.0","name":"n","plugins":[{"cniVersion":"1.0","name":"n",)"
                         R"("type":"bridge","mtu":1500.0,"cniVersions":["1.1.0"]}]})");
  const auto again = parse(made->bytes);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->version.to_text(), "1.0.0");
  EXPECT_EQ(again->plugins[0].object.dump(), made->plugins[0].object.dump());
  EXPECT_EQ(parse_single_config(R"({"name":"n","type":"t"})", "x.conf")->bytes,
            R"({"cniVersion":"","name":"n","plugins":[{"name":"n","type":"t"}]})");
}

TEST(Config, NullCapabilitiesAreNone) {
  covers("A1.11");
  EXPECT_THAT(parse(with_plugins(R"([{"type":"t","capabilities":null}])"))->plugins[0].capabilities, IsEmpty());
  EXPECT_THAT(parse(with_plugins(R"([{"type":"t","capabilities":{"mac":null,"ips":true}}])"))->plugins[0].capabilities,
              ElementsAre("ips"));
}

TEST(Config, BothFormsLoadAtEveryVersion) {
  covers("A1.01 A2.07");
  for (const Version& version : kKnownVersions) {
    const std::string head = R"({"cniVersion":")" + version.to_text() + R"(","name":"n",)";
    const auto single = parse_single_config(head + R"("type":"t"})", "x.conf");
    const auto list = parse_network_list(head + R"("plugins":[{"type":"t"}]})", "x.conflist");
    ASSERT_TRUE(single && list) << version.to_text();
    EXPECT_EQ(single->version, version);
    EXPECT_EQ(list->version, version);
  }
}

TEST(Config, NameIsRequiredAndKeysAreCaseSensitive) {
  covers("A1.07");
  EXPECT_EQ(refusal("[]"), "x.conflist:1:1: expected a JSON object");
  EXPECT_EQ(refusal(R"({"plugins":[{"type":"t"}]})"), "x.conflist:1:1: 'name' is missing");
  EXPECT_EQ(refusal(R"({"name":1,"plugins":[{"type":"t"}]})"), "x.conflist:1:9: 'name': expected a string");
  EXPECT_EQ(refusal("{\n \"Name\":\"n\",\"plugins\":[{\"type\":\"t\"}]}"),
            "x.conflist:2:9: 'Name' is not 'name': keys are case-sensitive");
}

TEST(Config, NameCannotClimb) {
  covers("A1.08");
  for (const char* name : {"", "a/../b", "..", ".x", "-x", "a b", "a/b", "\\u0000"})
    EXPECT_THAT(refusal(R"({"name":")" + std::string(name) + R"(","plugins":[{"type":"t"}]})"),
                HasSubstr("network name"))
        << name;
  for (const char* name : {"a", "0", "a.b-c_d", "A9"})
    EXPECT_EQ(refusal(R"({"name":")" + std::string(name) + R"(","plugins":[{"type":"t"}]})"), "accepted");
}

TEST(Config, FlagsAreBooleansOrTheirNames) {
  covers("A1.10");
  for (const char* yes : {"true", "\"true\"", "\"TRUE\"", "\"True\""})
    EXPECT_TRUE(parse(with_list_key("\"disableCheck\":" + std::string(yes)))->disable_check) << yes;
  for (const char* no : {"false", "\"false\"", "\"FALSE\""})
    EXPECT_FALSE(parse(with_list_key("\"disableGC\":" + std::string(no)))->disable_gc) << no;
  EXPECT_TRUE(parse(with_list_key("\"loadOnlyInlinedPlugins\":true"))->only_inlined_plugins);
  for (const char* bad : {"1", "null", "\"yes\"", "[]", "\"\""})
    EXPECT_THAT(refusal(with_list_key("\"disableGC\":" + std::string(bad))), HasSubstr("expected true or false"))
        << bad;
}

TEST(Config, PluginsMustBeObjectsWithATypeThatIsAFileName) {
  covers("A1.11");
  for (const char* bad : {"null", "[]", "{}", "\"x\"", "1"})
    EXPECT_THAT(refusal(with_plugins(bad)), HasSubstr("'plugins': expected an array")) << bad;
  EXPECT_THAT(refusal(with_plugins("[1]")), HasSubstr("x.conflist:1:45: expected a JSON object"));
  EXPECT_THAT(refusal(with_plugins("[{}]")), HasSubstr("'type' is missing"));
  for (const char* bad : {"\"\"", "\"../x\"", "\"a/b\"", "\".\"", "\"..\"", "\"a\\u0000b\""})
    EXPECT_THAT(refusal(with_plugins("[{\"type\":" + std::string(bad) + "}]")), HasSubstr("no name of a plugin"))
        << bad;
  EXPECT_THAT(refusal(with_plugins("[{\"type\":7}]")), HasSubstr("expected a string"));
  EXPECT_THAT(refusal(with_plugins(R"([{"type":"t","capabilities":{"mac":"yes"}}])")),
              HasSubstr("'mac': expected true"));
  EXPECT_THAT(refusal(with_plugins(R"([{"type":"t","capabilities":[]}])")), HasSubstr("expected an object"));
}

TEST(Config, ErrorsInsideAPluginKnowTheirPlace) {
  EXPECT_THAT(refusal("{\"name\":\"n\",\n \"plugins\":[{\"type\":\"a\"},\n  {\"type\":\n    7}]}"),
              HasSubstr("x.conflist:4:5: 'type': expected a string"));
  const auto list = parse("{\"name\":\"n\",\n \"plugins\": oops}");
  const Diagnostic* told = diagnostic(list.error());
  ASSERT_NE(told, nullptr);
  EXPECT_EQ(told->position.line, 2U);
  EXPECT_EQ(told->path, "x.conflist");
}

TEST(Config, WithoutPluginsBytesAreAnError) {
  covers("A1.12");
  EXPECT_THAT(refusal(R"({"name":"n"})"), HasSubstr("'plugins' is missing"));
  EXPECT_THAT(refusal(R"({"name":"n","loadOnlyInlinedPlugins":true})"), HasSubstr("excludes any other"));
}

TEST(Config, ReservedKeysInAFileAreToldOf) {
  covers("A1.16");
  const auto list = parse(with_plugins(R"([{"type":"t","prevResult":{},"runtimeConfig":{},"cni.dev/x":1,"args":{}}])"));
  ASSERT_TRUE(list);
  EXPECT_THAT(list->warnings,
              ElementsAre(HasSubstr("'prevResult'"), HasSubstr("'runtimeConfig'"), HasSubstr("'cni.dev/x'")));
}

TEST(Config, ThatPortmapOpensTheHostsLoopbackIsToldOf) {
  const auto warnings = [](const std::string& bridge, const std::string& snat) {
    const auto list =
        parse(with_plugins(R"([{"type":"bridge","bridge":")" + bridge + R"("},{"type":"portmap")" + snat + "}]"));
    return list ? list->warnings : std::vector<std::string>{list.error().what};
  };
  EXPECT_THAT(warnings("br0", ""), ElementsAre(HasSubstr("127.0.0.1")));
  EXPECT_THAT(warnings("br0", R"(,"snat":true)"),
              ElementsAre(::testing::AllOf(HasSubstr("x.conflist:1:"), HasSubstr("snat"))));
  EXPECT_THAT(warnings("br0", R"(,"snat":false)"), IsEmpty());
  EXPECT_THAT(warnings("cni-podrun0", ""), IsEmpty()) << "there it is guarded";
}

TEST(Config, BytesAreBounded) {
  covers("A1.17");
  EXPECT_THAT(refusal("\xEF\xBB\xBF{}"), HasSubstr("byte order mark"));
  EXPECT_THAT(refusal(with_plugins("[{\"type\":\"t\"}]") + "{}"), HasSubstr("x.conflist:1:"));
  EXPECT_THAT(refusal(with_plugins(std::string(5000, '['))), HasSubstr("levels deep"));
}

TEST(Version, IsChosenNumericallyAmongTheKnown) {
  covers("A2.01 A2.07");
  EXPECT_EQ(parse(with_list_key(R"("cniVersions":["0.3.1","0.4.0"])"))->version.to_text(), "1.0.0");
  EXPECT_EQ(
      parse(R"({"cniVersion":"0.3.1","cniVersions":["1.1.0","9.0.0","0.4.0"],"name":"n","plugins":[{"type":"t"}]})")
          ->version.to_text(),
      "1.1.0");
  EXPECT_EQ(parse(R"({"cniVersions":["0.4.0","0.3.1"],"name":"n","plugins":[{"type":"t"}]})")->version.to_text(),
            "0.4.0");
}

TEST(Version, AnEmptyListOfVersionsDeclaresNone) {
  covers("A2.01 A2.04");
  EXPECT_EQ(parse(R"({"cniVersions":[],"name":"n","plugins":[{"type":"t"}]})")->version.to_text(), "0.1.0");
  EXPECT_EQ(parse(R"({"cniVersion":"0.4.0","cniVersions":[],"name":"n","plugins":[{"type":"t"}]})")->version.to_text(),
            "0.4.0");
}

TEST(Version, IsKnownExactly) {
  covers("A2.07");
  EXPECT_EQ(kKnownVersions.size(), 7U);
  for (const char* near : {"0.0.1", "0.1.1", "0.2.1", "0.3.2", "0.4.1", "0.5.0", "1.0.1", "1.1.1", "1.2.0"}) {
    const std::string quoted = '"' + std::string(near) + '"';
    EXPECT_THAT(refusal(R"({"cniVersion":)" + quoted + R"(,"name":"n","plugins":[{"type":"t"}]})"), HasSubstr(near));
    EXPECT_EQ(parse(R"({"cniVersion":"0.3.0","cniVersions":[)" + quoted + R"(],"name":"n","plugins":[{"type":"t"}]})")
                  ->version.to_text(),
              "0.3.0")
        << near;
  }
}

TEST(Version, Parses) {
  covers("A2.02 A2.04");
  EXPECT_EQ(Version::parse("")->to_text(), "0.1.0");
  EXPECT_EQ(Version::parse("1")->to_text(), "1.0.0");
  EXPECT_EQ(Version::parse("0.4")->to_text(), "0.4.0");
  EXPECT_LT(*Version::parse("0.4.0"), *Version::parse("0.10.0"));
  for (const char* bad : {"1.0.0.0", "1.", ".1", "1..0", "x", "1.0.0-rc1", "-1", "1.0.f", "99999999999", " 1"})
    EXPECT_FALSE(Version::parse(bad)) << bad;
  EXPECT_EQ(parse(R"({"name":"n","plugins":[{"type":"t"}]})")->version.to_text(), "0.1.0");
  EXPECT_THAT(refusal(with_list_key(R"("cniVersions":["x"])")), HasSubstr("'x' is no version"));
  EXPECT_THAT(refusal(R"({"cniVersion":"x","name":"n","plugins":[{"type":"t"}]})"),
              HasSubstr("x.conflist:1:15: 'cniVersion'"));
  EXPECT_THAT(refusal(with_list_key(R"("cniVersions":[1])")), HasSubstr("array of strings"));
}

TEST(Version, TooNewIsAnErrorOfItsOwn) {
  covers("A2.03");
  const auto list = parse(R"({"cniVersion":"2.0.0","name":"n","plugins":[{"type":"t"}]})");
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().kind, Kind::unsupported);
  EXPECT_THAT(list.error().what, HasSubstr("no mutually supported version: declared is 2.0.0"));
  EXPECT_THAT(refusal(R"({"cniVersions":["1.2.0"],"name":"n","plugins":[{"type":"t"}]})"), HasSubstr("1.2.0"));
}

TEST(Version, Gates) {
  covers("A2.07");
  std::vector<std::string> check, gc_and_status;
  for (const Version& version : kKnownVersions) {
    if (version.has_check()) check.push_back(version.to_text());
    if (version.has_gc_and_status()) gc_and_status.push_back(version.to_text());
  }
  EXPECT_THAT(check, ::testing::ElementsAre("0.4.0", "1.0.0", "1.1.0"));
  EXPECT_THAT(gc_and_status, ::testing::ElementsAre("1.1.0"));
  EXPECT_FALSE(is_known({0, 5, 0}));
}

}  // namespace
}  // namespace cni
