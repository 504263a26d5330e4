// The skeleton for plugin authors, by running plugins that stand on it.
#include "cni/skel.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "support.h"

namespace cni {
namespace {

using nlohmann::json;
using testing::covers;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Skel : public ::testing::Test {
 protected:
  RunOutcome run(const std::string& plugin, const std::string& command, const std::string& input) {
    RunRequest request;
    request.path = plugin;
    request.environment = environment;
    if (!command.empty()) request.environment.emplace_back("CNI_COMMAND", command);
    request.input = input;
    request.timeout = std::chrono::seconds(20);
    auto outcome = runner.exec(request);
    EXPECT_TRUE(outcome) << outcome.error().what;
    return std::move(outcome).value_or({});
  }
  json error_of(const std::string& command, const std::string& input, const std::string& plugin = POD_HOSTS) {
    const RunOutcome outcome = run(plugin, command, input);
    EXPECT_EQ(outcome.exit_code, 1) << outcome.output;
    json document = json::parse(outcome.output, nullptr, false);
    EXPECT_TRUE(document.is_object()) << outcome.output;
    EXPECT_TRUE(document["cniVersion"].is_string() && document["code"].is_number_unsigned() &&
                document["msg"].is_string());
    return document;
  }
  void unset(const std::string& key) {
    std::erase_if(environment, [&](const auto& one) { return one.first == key; });
  }
  std::string config(const std::string& members = {}, const std::string& version = "1.1.0") const {
    return R"({"cniVersion":")" + version + R"(","name":"net","type":"pod-hosts","dir":")" + dir.path() + "/hosts\"" +
           members + "}";
  }
  static constexpr const char* kPrevious =
      R"(,"prevResult":{"cniVersion":"1.1.0","ips":[{"address":"10.1.0.5/16"}],"mine":1.0})";

  testing::TempDir dir;
  ProcessRunner runner;
  Environment environment = {{"PATH", "/usr/bin:/bin"},
                             {"CNI_CONTAINERID", "pod1"},
                             {"CNI_NETNS", "/proc/1/ns/net"},
                             {"CNI_IFNAME", "eth0"},
                             {"CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAME=web"},
                             {"CNI_NETNS_OVERRIDE", "1"},
                             {"CNI_PATH", dir.path()}};
};

TEST_F(Skel, Version) {
  covers("P.1");
  for (const char* input : {R"({"cniVersion":"1.0.0"})", ""}) {
    const json document = json::parse(run(POD_HOSTS, "VERSION", input).output);
    EXPECT_EQ(document["cniVersion"], "1.1.0");
    EXPECT_EQ(document["supportedVersions"].size(), 7U);
  }
}

TEST_F(Skel, EveryMissingVariableIsNamed) {
  covers("P.2");
  environment.clear();
  EXPECT_EQ(error_of("ADD", config())["code"], 4);
  const std::string message = error_of("ADD", config())["msg"];
  for (const char* name : {"CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME"}) EXPECT_THAT(message, HasSubstr(name));
  EXPECT_THAT(error_of("DEL", config())["msg"].get<std::string>(), ::testing::Not(HasSubstr("CNI_NETNS")));
  EXPECT_THAT(error_of("GC", config())["msg"].get<std::string>(), HasSubstr("CNI_PATH"));
  EXPECT_EQ(error_of("", config())["code"], 4);
  EXPECT_EQ(error_of("FLY", config())["code"], 4);
}

TEST_F(Skel, BadParametersAreTheCallersFault) {
  covers("P.2");
  environment[1].second = "../x";
  EXPECT_EQ(error_of("ADD", config())["code"], 4);
  environment[1].second = "pod1";
  environment[3].second = "a/b";
  EXPECT_EQ(error_of("DEL", config())["code"], 4);
}

TEST_F(Skel, BadConfigurationsHaveTheirCodes) {
  covers("P.3");
  for (const char* bad : {"", "{", "[]", "\"x\"", "\xEF\xBB\xBF{}"}) EXPECT_EQ(error_of("ADD", bad)["code"], 6) << bad;
  EXPECT_EQ(error_of("ADD", R"({"cniVersion":"1.0.0"})")["code"], 7);
  EXPECT_EQ(error_of("ADD", R"({"cniVersion":"1.0.0","name":"a/b"})")["code"], 7);
  EXPECT_EQ(error_of("ADD", R"({"cniVersion":"1.0.f","name":"a"})")["code"], 1);
  EXPECT_EQ(error_of("ADD", R"({"cniVersion":1,"name":"a"})")["code"], 6);
  EXPECT_EQ(error_of("ADD", config(R"(,"prevResult":{"cniVersion":"0.4.0"})"))["code"], 6);
  EXPECT_EQ(error_of("ADD", config(R"(,"prevResult":[])"))["code"], 6);
}

TEST_F(Skel, VersionsAreKeptTo) {
  covers("P.4");
  const json refused = error_of("ADD", R"({"cniVersion":"0.4.0","name":"a"})", DELEGATING);
  EXPECT_EQ(refused["code"], 1);
  EXPECT_THAT(refused["details"].get<std::string>(),
              HasSubstr(R"(config is 0.4.0; supported: ["0.3.1","1.0.0","1.1.0"])"));
  EXPECT_EQ(error_of("CHECK", config("", "0.3.1"))["code"], 1);
  EXPECT_EQ(error_of("GC", config("", "1.0.0"))["code"], 1);
  EXPECT_EQ(error_of("STATUS", config("", "1.0.0"))["code"], 1);
}

TEST_F(Skel, ItsOwnNetnsIsRefusedBeforeAdd) {
  covers("P.5");
  unset("CNI_NETNS_OVERRIDE");
  unset("CNI_NETNS");
  environment.emplace_back("CNI_NETNS", "/proc/self/ns/net");
  EXPECT_EQ(error_of("ADD", config(kPrevious))["code"], 8);
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/hosts"));
}

TEST_F(Skel, ThePodHostsPluginThroughItsLife) {
  covers("P.6");
  const std::string file = dir.path() + "/hosts/net/pod1@eth0";
  EXPECT_EQ(error_of("ADD", config())["code"], 7);  // not first in a chain
  const RunOutcome added = run(POD_HOSTS, "ADD", config(kPrevious));
  ASSERT_EQ(added.exit_code, 0) << added.output;
  EXPECT_THAT(added.output, HasSubstr("\"mine\":1.0"));
  EXPECT_EQ(json::parse(added.output)["cniVersion"], "1.1.0");
  EXPECT_EQ(testing::read(file), "10.1.0.5 web.pods.internal web\n");

  const RunOutcome checked = run(POD_HOSTS, "CHECK", config(kPrevious));
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  EXPECT_EQ(checked.output, "");
  dir.write("hosts/net/pod1@eth0", "changed");
  EXPECT_EQ(error_of("CHECK", config(kPrevious))["code"], 999);

  dir.write("hosts/net/stale@eth0", "x");
  EXPECT_EQ(error_of("GC", config())["code"], 7);  // no list is not an empty list
  EXPECT_TRUE(std::filesystem::exists(dir.path() + "/hosts/net/stale@eth0"));
  EXPECT_EQ(run(POD_HOSTS, "GC", config(R"(,"cni.dev/valid-attachments":[{"containerID":"pod1","ifname":"eth0"}])"))
                .exit_code,
            0);
  EXPECT_FALSE(std::filesystem::exists(dir.path() + "/hosts/net/stale@eth0"));
  EXPECT_TRUE(std::filesystem::exists(file));

  unset("CNI_NETNS");
  for (int times = 0; times < 2; ++times) {
    const RunOutcome deleted = run(POD_HOSTS, "DEL", config());
    EXPECT_EQ(deleted.exit_code, 0) << deleted.output;
    EXPECT_EQ(deleted.output, "");
  }
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EQ(run(POD_HOSTS, "STATUS", config()).exit_code, 0);
  dir.write("blocked", "a file");
  EXPECT_EQ(error_of("STATUS", R"({"cniVersion":"1.1.0","name":"net","dir":")" + dir.path() + "/blocked\"}")["code"],
            50);
}

class Delegation : public Skel {
 protected:
  void ipam(const std::string& script) {
    dir.write("ipam", "#!/bin/sh\necho $CNI_COMMAND >> " + dir.path() + "/log\n" + script, 0755);
  }
  std::string log() { return testing::read(dir.path() + "/log"); }
  const std::string input =
      R"({ "cniVersion":"1.0.0", "name":"net","ipam":{"type":"ipam"},"big":12345678901234567890 })";
};

TEST_F(Delegation, TheDelegateGetsEverythingUnchanged) {
  covers("P.7");
  ipam(
      "env > " + dir.path() + "/env; cat > " + dir.path() +
      R"(/input; echo log >&2; echo '{"cniVersion":"0.3.1","ips":[{"version":"4","address":"10.0.0.1/8"}],"dns":{}}')");
  const RunOutcome added = run(DELEGATING, "ADD", input);
  ASSERT_EQ(added.exit_code, 0) << added.output;
  EXPECT_EQ(json::parse(added.output), json::parse(R"({"cniVersion":"1.0.0","ips":[{"address":"10.0.0.1/8"}]})"));
  EXPECT_EQ(added.errors, "log\n");
  EXPECT_EQ(testing::read(dir.path() + "/input"), input);
  EXPECT_THAT(testing::read(dir.path() + "/env"), HasSubstr("CNI_CONTAINERID=pod1"));
  EXPECT_EQ(run(DELEGATING, "DEL", input).exit_code, 0);
  EXPECT_EQ(log(), "ADD\nDEL\n");
}

TEST_F(Delegation, AFailedAddIsUndoneAndItsCodeSurvives) {
  covers("P.7");
  ipam(R"(echo why >&2; [ $CNI_COMMAND = ADD ] && { echo '{"code":11,"msg":"later"}'; exit 1; }; exit 0)");
  const RunOutcome added = run(DELEGATING, "ADD", input);
  EXPECT_EQ(json::parse(added.output)["code"], 11);
  EXPECT_THAT(added.errors, HasSubstr("why"));
  EXPECT_EQ(log(), "ADD\nDEL\n");
}

TEST_F(Delegation, AMissingOrClimbingDelegateIsAnError) {
  covers("P.7");
  EXPECT_EQ(error_of("ADD", input, DELEGATING)["code"], 999);
  EXPECT_EQ(error_of("ADD", R"({"cniVersion":"1.0.0","name":"net","ipam":{"type":"../x"}})", DELEGATING)["code"], 999);
}

}  // namespace
}  // namespace cni
