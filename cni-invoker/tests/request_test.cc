// What plugins are given: stdin and environment.
#include "request.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "support.h"

namespace cni {
namespace {

using nlohmann::json;
using testing::covers;
using ::testing::HasSubstr;
using ::testing::Not;

class RequestTest : public testing::InvokerTest {
 protected:
  static json derive(const std::string& plugin, const Attachment& attachment = {}, const std::string& previous = {},
                     bool keep_capabilities = false) {
    const NetworkList list =
        network(R"({"cniVersion":"0.3.1","cniVersions":["1.0.0"],"name":"net","plugins":[)" + plugin + "]}");
    return json::parse(attachment_request(list, list.plugins[0], attachment, previous, keep_capabilities));
  }
};

TEST_F(RequestTest, NameAndVersionAreTheLists) {
  covers("A2.05 A9.01");
  EXPECT_EQ(derive(R"({"type":"t","name":"other","cniVersion":"0.1.0","x":1})"),
            json::parse(R"({"type":"t","name":"net","cniVersion":"1.0.0","x":1})"));
}

TEST_F(RequestTest, EverythingElseIsUnaltered) {
  covers("A9.08 A1.15");
  const NetworkList list = network(R"({"name":"n","plugins":[{"type":"t","big":12345678901234567890,"f":1.0}]})");
  EXPECT_THAT(attachment_request(list, list.plugins[0], {}, "", false),
              HasSubstr(R"("big":12345678901234567890,"f":1.0)"));
}

TEST_F(RequestTest, CapabilitiesThatAreTrueAndSuppliedAreGiven) {
  covers("A9.02 A9.03 A13.00");
  Attachment attachment;
  attachment.capability_args.set("portMappings", R"([{"hostPort":8080}])");
  attachment.capability_args.set("mac", "\"02:00:00:00:00:01\"");
  attachment.capability_args.set("ips", "[1.0]");
  EXPECT_EQ(
      derive(R"({"type":"t","capabilities":{"portMappings":true,"mac":false,"dns":true}})", attachment),
      json::parse(
          R"({"type":"t","name":"net","cniVersion":"1.0.0","runtimeConfig":{"portMappings":[{"hostPort":8080}]}})"));
  EXPECT_FALSE(derive(R"({"type":"t","capabilities":{"dns":true}})", attachment).contains("runtimeConfig"));
  EXPECT_FALSE(derive(R"({"type":"t"})", attachment).contains("runtimeConfig"));
  EXPECT_TRUE(derive(R"({"type":"t","capabilities":{"dns":true}})", attachment, "", true).contains("capabilities"));
}

TEST_F(RequestTest, CapabilityValuesPassByteForByte) {
  covers("A9.02 B10 B11");
  const NetworkList list = network(R"({"name":"n","plugins":[{"type":"t","capabilities":{"x":true}}]})");
  Attachment attachment;
  attachment.capability_args.set("x", R"({"HostPort":1.00,"IngressBurst":34359738359})");
  EXPECT_THAT(attachment_request(list, list.plugins[0], attachment, "", false),
              HasSubstr(R"("runtimeConfig":{"x":{"HostPort":1.00,"IngressBurst":34359738359}})"));
}

TEST_F(RequestTest, AFilesPrevResultAndReservedKeysAreDropped) {
  covers("A9.04 A9.07 A1.16");
  const std::string plugin = R"({"type":"t","prevResult":{"x":1},"cni.dev/valid-attachments":[],"cni.dev/y":1})";
  EXPECT_EQ(derive(plugin), json::parse(R"({"type":"t","name":"net","cniVersion":"1.0.0"})"));
  EXPECT_EQ(derive(plugin, {}, R"({"ips":[]})")["prevResult"], json::parse(R"({"ips":[]})"));
}

TEST_F(RequestTest, AFilesRuntimeConfigStaysWhereNothingMatches) {
  covers("A9.05");
  const std::string plugin =
      R"({"type":"t","capabilities":{"mac":true},"runtimeConfig":{"bandWidth":{"ingressRate":1},"mac":"old"}})";
  EXPECT_EQ(derive(plugin)["runtimeConfig"], json::parse(R"({"bandWidth":{"ingressRate":1},"mac":"old"})"));
  Attachment attachment;
  attachment.capability_args.set("mac", "\"new\"");
  EXPECT_EQ(derive(plugin, attachment)["runtimeConfig"], json::parse(R"({"bandWidth":{"ingressRate":1},"mac":"new"})"));
}

TEST_F(RequestTest, ArgsPassAndTheCallersAreMerged) {
  covers("A9.06 A14.05");
  const std::string plugin = R"({"type":"t","args":{"cni":{"ips":["a"],"x":1},"mine":2}})";
  EXPECT_EQ(derive(plugin)["args"], json::parse(R"({"cni":{"ips":["a"],"x":1},"mine":2})"));
  Attachment attachment;
  attachment.conventional_args.set("labels", R"([{"key":"app","value":"web"}])");
  attachment.conventional_args.set("x", "3");
  EXPECT_EQ(derive(plugin, attachment)["args"],
            json::parse(R"({"cni":{"ips":["a"],"x":3,"labels":[{"key":"app","value":"web"}]},"mine":2})"));
}

TEST_F(RequestTest, EnvironmentHasAllSixInPlaceOfInherited) {
  covers("A5.02 A4.04 A14.02 A14.03 B14");
  ::setenv("CNI_IFNAME", "inherited", 1);
  ::setenv("MINE", "a=b", 1);
  Attachment one = attachment();
  one.args = {{"IgnoreUnknown", "1"}, {"K8S_POD_NAME", "web"}};
  const Environment environment = plugin_environment("ADD", one, {"/a", "/b"}, {});
  ::unsetenv("CNI_IFNAME");
  std::map<std::string, std::string> values(environment.begin(), environment.end());
  EXPECT_EQ(values.size(), environment.size()) << "a variable twice";
  EXPECT_EQ(values["CNI_COMMAND"], "ADD");
  EXPECT_EQ(values["CNI_CONTAINERID"], "pod1");
  EXPECT_EQ(values["CNI_NETNS"], "/run/netns/x");
  EXPECT_EQ(values["CNI_IFNAME"], "eth0");
  EXPECT_EQ(values["CNI_ARGS"], "IgnoreUnknown=1;K8S_POD_NAME=web");
  EXPECT_EQ(values["CNI_PATH"], "/a:/b");
  EXPECT_EQ(values["MINE"], "a=b");
  EXPECT_THAT(values["PATH"], ::testing::StartsWith(::getenv("PATH")));
}

TEST_F(RequestTest, TheCallersEnvironmentIsThereAsAWhole) {
  covers("B14 A5.02");
  ::setenv("EMPTY", "", 1);
  ::setenv("EQUALS", "a=b=c", 1);
  ::setenv("CNI_ARGS", "inherited", 1);
  ::setenv("CNI_LATER", "unknown to us", 1);
  const Environment given = plugin_environment("STATUS", no_attachment(), {"/a"}, {});
  std::map<std::string, std::string> values(given.begin(), given.end());
  std::size_t inherited = 0;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string key = text.substr(0, text.find('='));
    if (key == "PATH" || key == "CNI_ARGS") continue;
    ASSERT_TRUE(values.contains(key)) << key;
    EXPECT_EQ(key + "=" + values[key], text);
    ++inherited;
  }
  for (const char* ours : {"EMPTY", "EQUALS", "CNI_ARGS", "CNI_LATER"}) ::unsetenv(ours);
  EXPECT_EQ(values["CNI_ARGS"], "");
  EXPECT_EQ(values.size(), inherited + 7) << "the six that are CNI's, PATH, and nothing else";
}

// Cron, su and systemd units have no sbin, where iptables and nft are.
TEST_F(RequestTest, PathLeadsToSystemProgramsWhateverTheCallers) {
  const std::string before = ::getenv("PATH");
  const auto path = [] {
    const Environment environment = plugin_environment("ADD", attachment(), {"/a"}, {});
    return std::map<std::string, std::string>(environment.begin(), environment.end())["PATH"];
  };
  ::setenv("PATH", "/usr/bin:/bin", 1);
  EXPECT_EQ(path(), "/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin");
  ::setenv("PATH", "/sbin/:/mine:/usr/sbin:/usr/local/sbin", 1);
  EXPECT_EQ(path(), "/sbin/:/mine:/usr/sbin:/usr/local/sbin") << "nothing twice, the caller's order";
  ::setenv("PATH", "/usr/sbinx", 1);
  EXPECT_EQ(path(), "/usr/sbinx:/usr/local/sbin:/usr/sbin:/sbin");
  const std::string standard = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
  ::setenv("PATH", "", 1);
  EXPECT_EQ(path(), standard);
  ::unsetenv("PATH");
  EXPECT_EQ(path(), standard);
  ::setenv("PATH", before.c_str(), 1);
}

TEST_F(RequestTest, TraceContextReplacesAnInheritedOne) {
  covers("A5.11 A5.13");
  ::setenv("TRACEPARENT", "old", 1);
  ::setenv("BAGGAGE", "old", 1);
  ::setenv("CNI_NETNS_OVERRIDE", "1", 1);
  const auto values = [](const TraceContext& trace) {
    const Environment environment = plugin_environment("ADD", attachment(), {"/a"}, trace);
    return std::map<std::string, std::string>(environment.begin(), environment.end());
  };
  auto untraced = values({});
  auto traced = values({"new", "state", ""});
  ::unsetenv("TRACEPARENT");
  ::unsetenv("BAGGAGE");
  ::unsetenv("CNI_NETNS_OVERRIDE");
  EXPECT_EQ(untraced["TRACEPARENT"], "old");
  EXPECT_EQ(untraced["BAGGAGE"], "old");
  EXPECT_EQ(untraced["CNI_NETNS_OVERRIDE"], "1");
  EXPECT_FALSE(untraced.contains("TRACESTATE"));
  EXPECT_EQ(traced["TRACEPARENT"], "new");
  EXPECT_EQ(traced["TRACESTATE"], "state");
  EXPECT_FALSE(traced.contains("BAGGAGE"));
  EXPECT_FALSE(values({}).contains("CNI_NETNS_OVERRIDE"));
}

}  // namespace
}  // namespace cni
