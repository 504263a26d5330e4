// The skeleton for plugin authors, by running plugins that stand on it.
#include "cni/skel.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cni/base/fd.h"
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

TEST_F(Skel, VersionEchoesTheVersionAskedWith) {
  covers("P.1");
  for (const auto& [input, echoed] : {std::pair{R"({"cniVersion":"1.0.0"})", "1.0.0"},
                                      {R"({"cniVersion":"0.3.1","name":"net"})", "0.3.1"},
                                      {R"({"cniVersion":"1.2.0"})", "1.2.0"},
                                      {R"({"cniVersion":"x"})", "1.1.0"},
                                      {R"({"cniVersion":1})", "1.1.0"},
                                      {"{", "1.1.0"},
                                      {"", "1.1.0"}}) {
    const json document = json::parse(run(POD_HOSTS, "VERSION", input).output);
    EXPECT_EQ(document["cniVersion"], echoed) << input;
    EXPECT_EQ(document["supportedVersions"].size(), 7U);
  }
}

TEST_F(Skel, VersionNeedsNothingButItsCommand) {
  covers("P.1 P.8");
  environment = {{"CNI_CONTAINERID", "../x"}, {"CNI_IFNAME", "a/b"}, {"CNI_ARGS", "odd"}};
  EXPECT_EQ(run(POD_HOSTS, "VERSION", "").exit_code, 0);
  // Nothing on stdin, and no end of it: closed, or held open by somebody who has nothing to say.
  environment = {{"PATH", "/usr/bin:/bin"}};
  const std::string pipe = dir.path() + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& stdin_from : std::vector<std::string>{"<&-", "</dev/null", "<>" + pipe}) {
    dir.write("ask", "#!/bin/sh\nexec " POD_HOSTS " " + stdin_from, 0755);
    const RunOutcome outcome = run(dir.path() + "/ask", "VERSION", "");
    EXPECT_EQ(outcome.end, RunOutcome::End::exited) << stdin_from;
    EXPECT_EQ(json::parse(outcome.output, nullptr, false)["cniVersion"], "1.1.0") << stdin_from << outcome.output;
    EXPECT_LT(outcome.duration, std::chrono::seconds(10));
  }
}

TEST_F(Skel, VersionIsReadAlsoWhereItComesInPieces) {
  covers("P.1");
  dir.write(
      "ask",
      "#!/bin/sh\n{ printf '{'; sleep 0.05; printf '\"cniVersion\":\"1.0.0\"'; sleep 0.05; echo '}'; } | " POD_HOSTS,
      0755);
  EXPECT_EQ(json::parse(run(dir.path() + "/ask", "VERSION", "").output)["cniVersion"], "1.0.0");
}

// By hand, that is.
TEST_F(Skel, VersionDoesNotWaitForATerminal) {
  covers("P.1 P.8");
  const Fd terminal(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal || ::grantpt(terminal.get()) != 0 || ::unlockpt(terminal.get()) != 0)
    GTEST_SKIP() << "no terminals here";
  dir.write("ask", "#!/bin/sh\nexec " POD_HOSTS " <" + std::string(::ptsname(terminal.get())), 0755);
  bool at_once = false;
  for (int tries = 0; tries < 5 && !at_once; ++tries) {  // one busy machine proves nothing
    const RunOutcome outcome = run(dir.path() + "/ask", "VERSION", "");
    EXPECT_EQ(json::parse(outcome.output)["cniVersion"], "1.1.0");
    at_once = outcome.duration < std::chrono::milliseconds(900);  // others are given a second
  }
  EXPECT_TRUE(at_once);
}

TEST_F(Skel, EveryMissingVariableIsNamed) {
  covers("P.2");
  environment.clear();
  const auto message = [&](const std::string& command) {
    const json document = error_of(command, config());
    EXPECT_EQ(document["code"], 4);
    return document["msg"].get<std::string>();
  };
  EXPECT_EQ(message("ADD"), "missing in the environment: CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME");
  EXPECT_EQ(message("CHECK"), message("ADD"));
  EXPECT_EQ(message("DEL"), "missing in the environment: CNI_CONTAINERID, CNI_IFNAME");
  EXPECT_EQ(message("GC"), "missing in the environment: CNI_PATH");
  EXPECT_EQ(message(""), "missing in the environment: CNI_COMMAND");
  for (const char* unknown : {"FLY", "AD", "D", "add", " "})  // parts of known ones too
    EXPECT_EQ(message(unknown), std::string("unknown CNI_COMMAND: ") + unknown);
}

TEST_F(Skel, EveryBadVariableIsNamed) {
  covers("P.2");
  for (const char* name : {"CNI_CONTAINERID", "CNI_IFNAME", "CNI_ARGS"}) unset(name);
  environment.emplace_back("CNI_CONTAINERID", "../x");
  environment.emplace_back("CNI_IFNAME", "a/b");
  environment.emplace_back("CNI_ARGS", "odd");
  const json added = error_of("ADD", config());
  EXPECT_EQ(added["code"], 4);
  for (const char* name : {"CNI_CONTAINERID: ", "CNI_IFNAME: ", "CNI_ARGS: "})
    EXPECT_THAT(added["msg"].get<std::string>(), HasSubstr(name));
  const json deleted = error_of("DEL", config());
  EXPECT_EQ(deleted["code"], 4);
  EXPECT_THAT(deleted["msg"].get<std::string>(), ::testing::Not(HasSubstr("CNI_ARGS")));
}

TEST_F(Skel, OddArgumentsDoNotStopADel) {
  covers("P.9");
  for (const char* odd : {"odd", "K8S_POD_NAME=web;", "=x", "a=b=c;IgnoreUnknown=1", ";;"}) {
    unset("CNI_ARGS");
    ASSERT_EQ(run(POD_HOSTS, "ADD", config(kPrevious)).exit_code, 0);
    environment.emplace_back("CNI_ARGS", odd);
    EXPECT_EQ(error_of("ADD", config(kPrevious))["code"], 4) << odd;
    EXPECT_EQ(error_of("CHECK", config(kPrevious))["code"], 4) << odd;
    const RunOutcome deleted = run(POD_HOSTS, "DEL", config());
    EXPECT_EQ(deleted.exit_code, 0) << odd << deleted.output;
    EXPECT_FALSE(std::filesystem::exists(dir.path() + "/hosts/net/pod1@eth0"));
  }
}

TEST(Args, WellFormedOnesAreKept) {
  using Args = std::vector<std::pair<std::string, std::string>>;
  covers("P.9");
  EXPECT_EQ(well_formed_args("a=b;odd;=x;y=;c=d=e;;f=g;"), (Args{{"a", "b"}, {"f", "g"}}));
  EXPECT_EQ(well_formed_args(""), Args());
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

TEST_F(Skel, ASettingOfAnotherTypeIsNamedWithItsPlace) {
  covers("P.10");
  const auto message = [&](const std::string& members) {
    const json document =
        error_of("ADD", R"({"cniVersion":"1.1.0","name":"net",)" + members + std::string(kPrevious) + "}");
    EXPECT_EQ(document["code"], 7);
    return document["msg"].get<std::string>();
  };
  EXPECT_EQ(message(R"("dir":5)"), "line 1, column 42: 'dir': expected a string");
  EXPECT_EQ(message(R"("dir":"/x","domain":"")"), "line 1, column 56: 'domain': must not be empty");
  EXPECT_EQ(error_of("GC", config(R"(,"cni.dev/valid-attachments":[{"containerID":"a"}])"))["code"], 7);
}

TEST_F(Skel, VersionsAreKeptTo) {
  covers("P.4");
  const json refused = error_of("ADD", R"({"cniVersion":"0.4.0","name":"a"})", DELEGATING);
  EXPECT_EQ(refused["code"], 1);
  EXPECT_THAT(refused["details"].get<std::string>(),
              HasSubstr(R"(config is 0.4.0; supported: ["0.3.1","1.0.0","1.1.0"])"));
  EXPECT_EQ(error_of("DEL", R"({"cniVersion":"0.4.0","name":"a"})", DELEGATING)["code"], 1);
  EXPECT_EQ(error_of("CHECK", config("", "0.3.1"))["code"], 1);
  EXPECT_EQ(error_of("GC", config("", "1.0.0"))["code"], 1);
  EXPECT_EQ(error_of("STATUS", config("", "1.0.0"))["code"], 1);
}

TEST_F(Skel, ItsOwnNetnsIsRefusedBeforeAnythingIsDone) {
  covers("P.5");
  const std::string file = dir.path() + "/hosts/net/pod1@eth0";
  ASSERT_EQ(run(POD_HOSTS, "ADD", config(kPrevious)).exit_code, 0);
  unset("CNI_NETNS_OVERRIDE");
  const auto in = [&](const std::string& netns) {
    unset("CNI_NETNS");
    environment.emplace_back("CNI_NETNS", netns);
  };
  // By whatever path: this process has the plugin's namespace too.
  for (const std::string& own : {std::string("/proc/self/ns/net"), "/proc/" + std::to_string(::getpid()) + "/ns/net"}) {
    in(own);
    for (const char* command : {"ADD", "CHECK", "DEL"}) {
      const json refused = error_of(command, config(kPrevious));
      EXPECT_EQ(refused["code"], 8) << command;
      EXPECT_THAT(refused["msg"].get<std::string>(), HasSubstr("CNI_NETNS"));
      EXPECT_TRUE(std::filesystem::exists(file)) << command;
    }
  }
  in(dir.path() + "/gone");
  EXPECT_EQ(error_of("ADD", config(kPrevious))["code"], 8);
  EXPECT_EQ(error_of("CHECK", config(kPrevious))["code"], 8);
  EXPECT_EQ(run(POD_HOSTS, "DEL", config()).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Skel, ItsOwnNetnsIsTakenWhereTheCallerInsists) {
  covers("P.5");
  unset("CNI_NETNS");
  environment.emplace_back("CNI_NETNS", "/proc/self/ns/net");
  for (const char* yes : {"1", "true", "TRUE", "True"}) {
    unset("CNI_NETNS_OVERRIDE");
    environment.emplace_back("CNI_NETNS_OVERRIDE", yes);
    EXPECT_EQ(run(POD_HOSTS, "ADD", config(kPrevious)).exit_code, 0) << yes;
    EXPECT_EQ(run(POD_HOSTS, "DEL", config(kPrevious)).exit_code, 0) << yes;
  }
  for (const char* no : {"", "0", "false", "11"}) {
    unset("CNI_NETNS_OVERRIDE");
    environment.emplace_back("CNI_NETNS_OVERRIDE", no);
    EXPECT_EQ(error_of("ADD", config(kPrevious))["code"], 8) << no;
  }
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
  environment.emplace_back("MINE", "a=b c");
  const RunOutcome added = run(DELEGATING, "ADD", input);
  ASSERT_EQ(added.exit_code, 0) << added.output;
  EXPECT_EQ(json::parse(added.output), json::parse(R"({"cniVersion":"1.0.0","ips":[{"address":"10.0.0.1/8"}]})"));
  EXPECT_EQ(added.errors, "log\n");
  EXPECT_EQ(testing::read(dir.path() + "/input"), input);
  std::vector<std::string> expected = {"CNI_COMMAND=ADD"};
  for (const auto& [key, value] : environment) expected.push_back(key + "=" + value);
  std::istringstream lines(testing::read(dir.path() + "/env"));
  std::vector<std::string> given;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("PWD=") && !line.starts_with("_=") && !line.starts_with("SHLVL="))
      given.push_back(line);  // sh's
  EXPECT_THAT(given, ::testing::UnorderedElementsAreArray(expected));
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
  EXPECT_FALSE(json::parse(added.output).contains("details"));
}

TEST_F(Delegation, IfUndoingFailsTooBothAreTold) {
  covers("P.7");
  ipam(R"(echo "{\"code\":11,\"msg\":\"$CNI_COMMAND cannot\",\"details\":\"why\"}"; exit 1)");
  const json told = error_of("ADD", input, DELEGATING);
  EXPECT_EQ(told["code"], 11);
  EXPECT_EQ(told["msg"], "ADD cannot");
  EXPECT_THAT(told["details"].get<std::string>(), HasSubstr("; its DEL failed too: plugin 'ipam' DEL: DEL cannot"));
  EXPECT_THAT(told["details"].get<std::string>(), ::testing::StartsWith("why;"));
}

TEST_F(Delegation, AMissingOrClimbingDelegateIsAnError) {
  covers("P.7");
  EXPECT_EQ(error_of("ADD", input, DELEGATING)["code"], 999);
  EXPECT_EQ(error_of("ADD", R"({"cniVersion":"1.0.0","name":"net","ipam":{"type":"../x"}})", DELEGATING)["code"], 999);
}

}  // namespace
}  // namespace cni
